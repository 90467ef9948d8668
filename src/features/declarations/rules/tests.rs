//! The examination as a table: one changed member, the findings that come of it.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use uuid::Uuid;

use ::entity::establishment::Kind;

use crate::{
    features::{
        catalog::{Channel, DeadlineRules, Nationalities, Outage, Thresholds, embedded_entries, in_force},
        declarations::{
            import,
            rules::{Door, Examined, Facts, KnownStay, StayInput, catalogue::RULES, examine, stay_input},
        },
    },
    kernel::finding::Severity,
};

const HERE: Uuid = Uuid::from_u128(1);
const ELSEWHERE: Uuid = Uuid::from_u128(2);
const MRZ: &str = "P<POLKOWALCZYK<<ANNA<MARIA<<<<<<<<<<<<<<<<<<";

struct World {
    nationalities: Nationalities,
    deadlines: DeadlineRules,
    thresholds: Thresholds,
}

impl World {
    fn new() -> Self {
        let entries = embedded_entries().expect("embedded data");
        let today = in_force(&entries, NaiveDate::from_ymd_opt(2026, 11, 22).expect("valid"));
        Self {
            nationalities: Nationalities::from_entries(&today).expect("nationalities"),
            deadlines: DeadlineRules::from_entries(&entries).expect("deadlines"),
            thresholds: Thresholds::from_entries(&entries).expect("thresholds"),
        }
    }

    fn facts<'a>(&'a self, known: &'a [KnownStay]) -> Facts<'a> {
        Facts {
            establishment_id: HERE,
            establishment_kind: Kind::Ks,
            remote: false,
            channel: Channel::Electronic,
            nationalities: &self.nationalities,
            deadlines: &self.deadlines,
            outages: &[],
            thresholds: &self.thresholds,
            known,
            filed_at: None,
        }
    }
}

/// 22 November 2026, 14:30 in Viet Nam.
fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 7, 30, 0).single().expect("valid")
}

fn good() -> StayInput {
    let some = |text: &str| Some(text.to_owned());
    StayInput {
        full_name: some("KOWALCZYK ANNA MARIA"),
        date_of_birth: some("1988-03-12"),
        sex: some("F"),
        nationality: some("POL"),
        document_type: some("passport"),
        document_number: some("ZS0000101"),
        document_expires_on: some("2031-05-01"),
        room: some("301"),
        arrival: some("2026-11-22T14:05:00+07:00"),
        expected_departure: some("2026-11-25"),
        permitted_stay: some("2026-12-30"),
        visa_symbol: some("DL"),
        purpose: some("tourism"),
        ..StayInput::default()
    }
}

fn known(arrived: (u32, u32), departs: (u32, u32), departed: bool, at: Uuid) -> KnownStay {
    let day = |(month, day)| NaiveDate::from_ymd_opt(2026, month, day).expect("valid");
    KnownStay {
        stay_id: Uuid::from_u128(8),
        declaration_id: Uuid::from_u128(9),
        establishment_id: at,
        natural_key: Some(format!("{at}|POL|ZS0000101|{}", day(arrived))),
        former: false,
        nationality: "POL".to_owned(),
        document_number: "ZS0000101".to_owned(),
        full_name: "KOWALCZYK ANNA MARIA".to_owned(),
        date_of_birth: "1988-03-12".to_owned(),
        arrived_on: day(arrived),
        expected_departure_on: day(departs),
        departed_on: departed.then(|| day(departs)),
    }
}

fn rules(examined: &Examined) -> Vec<&str> {
    examined.findings.iter().map(|finding| finding.rule.as_str()).collect()
}

fn one(input: StayInput, door: Door, facts: &Facts<'_>) -> Examined {
    examine(&[input], door, facts, now()).stays.remove(0)
}

#[test]
fn a_good_stay_has_no_findings() {
    let world = World::new();
    let examined = one(good(), Door::Json, &world.facts(&[]));
    assert_eq!(rules(&examined), Vec::<&str>::new());
    let stay = examined.stay.expect("good");
    assert!(!stay.late);
    assert_eq!(stay.deadline_rule, "electronic-2026");
    assert_eq!(stay.natural_key(HERE), format!("{HERE}|POL|ZS0000101|2026-11-22"));
}

type Change = fn(&mut StayInput);

#[test]
fn one_changed_member_of_a_json_stay() {
    let world = World::new();
    let table: &[(Change, &[&str], &str)] = &[
        (|s| s.full_name = None, &["missing_name"], "/stays/0/full_name"),
        (|s| s.full_name = Some("  ".into()), &["missing_name"], "/stays/0/full_name"),
        (|s| s.full_name = Some("ANNA 2".into()), &["bad_name"], "/stays/0/full_name"),
        (|s| s.full_name = Some("A".repeat(151)), &["too_long"], "/stays/0/full_name"),
        (|s| s.full_name = Some("KOWALCZYK, ANNA MARIA".into()), &["name_comma_removed"], "/stays/0/full_name"),
        (|s| s.date_of_birth = None, &["missing_birth_date"], "/stays/0/date_of_birth"),
        (|s| s.date_of_birth = Some("1988-02-30".into()), &["invalid_date"], "/stays/0/date_of_birth"),
        (|s| s.date_of_birth = Some("12/03/1988".into()), &["invalid_date"], "/stays/0/date_of_birth"),
        (|s| s.date_of_birth = Some("1988".into()), &[], ""),
        (|s| s.date_of_birth = Some("2027-01-01".into()), &["birth_date_in_future"], "/stays/0/date_of_birth"),
        (|s| s.sex = None, &["bad_gender"], "/stays/0/sex"),
        (|s| s.sex = Some("X".into()), &["bad_gender"], "/stays/0/sex"),
        (|s| s.nationality = None, &["bad_nationality"], "/stays/0/nationality"),
        (|s| s.nationality = Some("ZZZ".into()), &["bad_nationality"], "/stays/0/nationality"),
        (|s| s.nationality = Some("MY".into()), &["bad_nationality"], "/stays/0/nationality"),
        (|s| s.nationality = Some("VNM".into()), &["not_foreign"], "/stays/0/nationality"),
        (|s| s.document_number = None, &["missing_passport"], "/stays/0/document/number"),
        (|s| s.document_number = Some("GKS".into()), &["bad_passport"], "/stays/0/document/number"),
        (|s| s.document_type = Some("visa".into()), &["bad_document_type"], "/stays/0/document/type"),
        (
            |s| s.document_expires_on = Some("2026-11-24".into()),
            &["document_expires_before_departure"],
            "/stays/0/document/expires_on",
        ),
        (|s| s.document_expires_on = Some("2026-11-21".into()), &["document_expired"], "/stays/0/document/expires_on"),
        (
            |s| s.document_expires_on = Some("2026-11-22".into()),
            &["document_expires_before_departure"],
            "/stays/0/document/expires_on",
        ),
        (
            |s| s.document_expires_on = Some("2026-11-25".into()),
            &["document_expires_soon"],
            "/stays/0/document/expires_on",
        ),
        (
            |s| s.document_expires_on = Some("2026-12-24".into()),
            &["document_expires_soon"],
            "/stays/0/document/expires_on",
        ),
        (|s| s.document_expires_on = Some("2026-12-25".into()), &[], ""),
        (|s| s.date_of_birth = Some("2010-11-23".into()), &["minor_alone"], "/stays/0/date_of_birth"),
        (|s| s.date_of_birth = Some("2010-11-22".into()), &[], ""),
        (|s| s.date_of_birth = Some("2010-12".into()), &["minor_alone"], "/stays/0/date_of_birth"),
        (|s| s.date_of_birth = Some("2010-11".into()), &[], ""),
        (|s| s.date_of_birth = Some("2011".into()), &["minor_alone"], "/stays/0/date_of_birth"),
        (|s| s.date_of_birth = Some("2010".into()), &[], ""),
        (|s| s.room = None, &["missing_room"], "/stays/0/room"),
        (|s| s.room = Some("undefined".into()), &["missing_room"], "/stays/0/room"),
        (|s| s.arrival = None, &["missing_arrival"], "/stays/0/arrived_at"),
        (|s| s.arrival = Some("2026-11-22 14:05".into()), &["invalid_date"], "/stays/0/arrived_at"),
        (|s| s.arrival = Some("2026-11-22T14:39:00+07:00".into()), &[], ""),
        (|s| s.arrival = Some("2026-11-22T14:41:00+07:00".into()), &["arrival_in_future"], "/stays/0/arrived_at"),
        (|s| s.arrival = Some("2026-11-23".into()), &["arrival_in_future"], "/stays/0/arrived_at"),
        (|s| s.arrival = Some("2026-11-22T13:00:00+07:00".into()), &["not_declared_at_once"], "/stays/0/arrived_at"),
        (|s| s.arrival = Some("2026-11-22T02:00:00+07:00".into()), &["declared_late"], "/stays/0/arrived_at"),
        (|s| s.arrival = Some("2013-11-22T02:00:00+07:00".into()), &["arrival_too_long_ago"], "/stays/0/arrived_at"),
        (|s| s.expected_departure = None, &["missing_departure"], "/stays/0/expected_departure_on"),
        (
            |s| s.expected_departure = Some("2026-11-21".into()),
            &["departure_before_arrival"],
            "/stays/0/expected_departure_on",
        ),
        (|s| s.departure = Some("2026-11-21".into()), &["checkout_before_arrival"], "/stays/0/departed_on"),
        (|s| s.departure = Some("2026-11-25".into()), &["checkout_is_planned"], "/stays/0/departed_on"),
        (|s| s.departure = Some("2026-11-22".into()), &[], ""),
        (|s| s.permitted_stay = None, &["missing_permitted_stay"], "/stays/0/permitted_stay_until"),
        (|s| s.permitted_stay = Some("2026-11-21".into()), &["permitted_stay_over"], "/stays/0/permitted_stay_until"),
        (
            |s| s.permitted_stay = Some("2026-11-24".into()),
            &["permitted_stay_ends_before_departure"],
            "/stays/0/permitted_stay_until",
        ),
        (|s| s.purpose = Some("x".repeat(201)), &["too_long"], "/stays/0/purpose"),
        (|s| s.purpose = Some("a\u{7}b".into()), &["bad_text"], "/stays/0/purpose"),
        (|s| s.mrz = Some("nonsense".into()), &["bad_mrz"], "/stays/0/mrz"),
    ];
    for (line, (change, expected, pointer)) in table.iter().enumerate() {
        let mut input = good();
        change(&mut input);
        let examined = one(input, Door::Json, &world.facts(&[]));
        assert_eq!(rules(&examined), *expected, "line {line}");
        if let Some(finding) = examined.findings.first() {
            assert_eq!(finding.pointer, *pointer, "line {line}");
            let declared = RULES.iter().find(|rule| rule.id == finding.rule).expect("rule is in the catalogue");
            assert_eq!(declared.severity, finding.severity, "{}", finding.rule);
        }
        let blocked = examined.findings.iter().any(|finding| finding.severity == Severity::Block);
        assert_eq!(examined.stay.is_none(), blocked, "line {line}");
    }
}

#[test]
fn every_finding_comes_at_once() {
    let world = World::new();
    let examined = one(StayInput::default(), Door::Json, &world.facts(&[]));
    let mut found = rules(&examined);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "bad_gender",
            "bad_nationality",
            "missing_arrival",
            "missing_birth_date",
            "missing_departure",
            "missing_name",
            "missing_passport",
            "missing_permitted_stay",
            "missing_room",
        ]
    );
}

#[test]
fn room_is_asked_of_hotels_zone_housing_and_apartments() {
    let world = World::new();
    for (kind, asked) in [(Kind::Ks, true), (Kind::Kcn, true), (Kind::Cc, true), (Kind::Ndkd, false), (Kind::Vl, false)]
    {
        let facts = Facts { establishment_kind: kind, ..world.facts(&[]) };
        let examined = one(StayInput { room: None, ..good() }, Door::Json, &facts);
        assert_eq!(rules(&examined).contains(&"missing_room"), asked, "{kind:?}");
    }
}

#[test]
fn lateness_by_channel_remoteness_and_date() {
    let world = World::new();
    let hours_ago = |hours: i64| (now() - chrono::Duration::hours(hours)).to_rfc3339();
    for (channel, remote, hours, late) in [
        (Channel::Electronic, false, 11, false),
        (Channel::Electronic, false, 13, true),
        (Channel::Electronic, true, 23, false),
        (Channel::Electronic, true, 25, true),
        (Channel::Paper, false, 11, false),
        (Channel::Paper, false, 13, true),
        (Channel::Paper, true, 23, false),
        (Channel::Paper, true, 25, true),
    ] {
        let facts = Facts { channel, remote, ..world.facts(&[]) };
        let stay = one(StayInput { arrival: Some(hours_ago(hours)), ..good() }, Door::Json, &facts).stay.expect("good");
        assert_eq!(stay.late, late, "{channel:?} {remote} {hours}");
    }
    // With only the day known, the declarant has the benefit of the doubt until noon of the next day.
    let by_day = |day: &str| {
        one(StayInput { arrival: Some(day.into()), ..good() }, Door::Json, &world.facts(&[])).stay.expect("good").late
    };
    assert!(!by_day("2026-11-22"));
    assert!(by_day("2026-11-21"), "half past two is after noon");
}

/// The second guest of a filing with a child of ten: his birth and his nights, and whether the child is alone.
#[test]
fn a_child_is_alone_without_an_adult_in_the_same_nights() {
    let world = World::new();
    let child = StayInput { date_of_birth: Some("2016-05-01".into()), ..good() };
    for (born, arrival, departure, alone) in [
        ("1988-03-12", "2026-11-22", "2026-11-25", false),
        ("2008-11-22", "2026-11-22", "2026-11-25", false),
        ("2008-11-23", "2026-11-22", "2026-11-25", true),
        ("2008", "2026-11-22", "2026-11-25", false),
        ("2009", "2026-11-22", "2026-11-25", true),
        ("1988-03-12", "2026-11-19", "2026-11-22", true),
        ("1988-03-12", "2026-11-19", "2026-11-23", false),
        ("1988-03-12", "2026-11-22", "2026-11-22", false),
    ] {
        let other = StayInput {
            date_of_birth: Some(born.into()),
            arrival: Some(arrival.into()),
            expected_departure: Some(departure.into()),
            document_number: Some("ZS0000102".into()),
            ..good()
        };
        let verdict = examine(&[child.clone(), other], Door::Json, &world.facts(&[]), now());
        let told = |index: usize| rules(&verdict.stays[index]).contains(&"minor_alone");
        assert_eq!(told(0), alone, "{born} {arrival} {departure}");
        assert!(!told(1), "sixteen and more is no child");
        assert!(verdict.is_good(), "it never blocks");
    }
    // Who is refused keeps nobody company; who is on record already does.
    let refused = StayInput { full_name: None, document_number: Some("ZS0000102".into()), ..good() };
    let verdict = examine(&[child.clone(), refused], Door::File, &world.facts(&[]), now());
    let finding = verdict.stays[0].findings.iter().find(|finding| finding.rule == "minor_alone").expect("alone");
    assert_eq!((finding.pointer.as_str(), finding.params["age"].as_str()), ("/date_of_birth", "16"));
    // Before the law there was no such age.
    let then = StayInput { arrival: Some("2017-05-31".into()), expected_departure: Some("2017-06-02".into()), ..child };
    assert!(!rules(&one(then, Door::Json, &world.facts(&[]))).contains(&"minor_alone"));
}

#[test]
fn the_clock_stands_still_during_an_outage() {
    let world = World::new();
    let at = |hours: i64| now() - chrono::Duration::hours(hours);
    let stay = || StayInput { arrival: Some(at(13).to_rfc3339()), ..good() };
    for (outages, expected, due_in_hours) in [
        (vec![], vec!["declared_late"], -1),
        (vec![Outage { from: at(5), to: Some(at(3)) }], vec!["not_declared_at_once"], 1),
        (vec![Outage { from: at(20), to: Some(at(0)) }], vec![], 12),
        (vec![Outage { from: at(13), to: None }], vec![], 12),
        (vec![Outage { from: at(1), to: Some(at(0)) }], vec!["declared_late"], -1),
    ] {
        let facts = Facts { outages: &outages, ..world.facts(&[]) };
        let examined = one(stay(), Door::Json, &facts);
        assert_eq!(rules(&examined), expected, "{outages:?}");
        let good = examined.stay.expect("lateness never blocks");
        assert_eq!(good.due_at, now() + chrono::Duration::hours(due_in_hours), "{outages:?}");
    }
}

#[test]
fn mrz_fills_and_must_agree() {
    let world = World::new();
    let zone = format!("{MRZ}\n{}", mrz::format_td3(&fields()).lines().nth(1).expect("second line"));
    let only = StayInput {
        mrz: Some(zone.clone()),
        room: Some("301".into()),
        arrival: good().arrival,
        expected_departure: good().expected_departure,
        permitted_stay: good().permitted_stay,
        ..StayInput::default()
    };
    let stay = one(only.clone(), Door::Json, &world.facts(&[])).stay.expect("filled from the zone");
    assert_eq!((stay.full_name.as_str(), stay.sex, stay.nationality.as_str()), ("KOWALCZYK ANNA MARIA", "F", "POL"));
    assert_eq!((stay.document_number.as_str(), stay.date_of_birth.to_string().as_str()), ("ZS0000101", "1988-03-12"));
    let table: &[(Change, &str)] = &[
        (|s| s.full_name = Some("KOWALSKA ANNA MARIA".into()), "/stays/0/full_name"),
        (|s| s.sex = Some("M".into()), "/stays/0/sex"),
        (|s| s.nationality = Some("DEU".into()), "/stays/0/nationality"),
        (|s| s.date_of_birth = Some("1988-03-13".into()), "/stays/0/date_of_birth"),
        (|s| s.document_number = Some("ZS0000102".into()), "/stays/0/document/number"),
        (|s| s.document_expires_on = Some("2031-05-02".into()), "/stays/0/document/expires_on"),
    ];
    for (change, pointer) in table {
        let mut input = only.clone();
        change(&mut input);
        let examined = one(input, Door::Json, &world.facts(&[]));
        let finding = examined.findings.first().expect("a finding");
        assert_eq!((finding.rule.as_str(), finding.pointer.as_str()), ("mrz_mismatch", *pointer));
    }
    let misread = StayInput { mrz: Some(zone.replace("ZS0000101", "ZS0000107")), ..only };
    assert!(rules(&one(misread, Door::Json, &world.facts(&[]))).contains(&"mrz_check_digit"));
}

fn fields() -> mrz::Td3Fields {
    mrz::Td3Fields {
        document_code: "P".into(),
        issuing_country: "POL".into(),
        document_number: "ZS0000101".into(),
        surname: "KOWALCZYK".into(),
        given_names: "ANNA MARIA".into(),
        nationality: "POL".into(),
        date_of_birth: mrz::MrzDate::Calendar(mrz::Date::new(1988, 3, 12)),
        sex: mrz::Sex::Female,
        date_of_expiry: mrz::MrzDate::Calendar(mrz::Date::new(2031, 5, 1)),
        personal_number: None,
    }
}

#[test]
fn stays_declared_before() {
    let world = World::new();
    for (name, known, expected, already) in [
        ("the same stay", known((11, 22), (11, 25), false, HERE), vec![], true),
        ("still here", known((11, 10), (11, 12), false, HERE), vec!["already_staying_here"], false),
        ("left before", known((11, 10), (11, 12), true, HERE), vec![], false),
        ("left in the middle", known((11, 20), (11, 24), true, HERE), vec!["overlapping_stay"], false),
        ("at the sister hotel", known((11, 21), (11, 24), false, ELSEWHERE), vec!["staying_elsewhere"], false),
        ("moved today", known((11, 20), (11, 22), false, ELSEWHERE), vec![], false),
    ] {
        let examined = one(good(), Door::Json, &world.facts(std::slice::from_ref(&known)));
        assert_eq!((rules(&examined), examined.already.is_some()), (expected, already), "{name}");
        assert!(examined.stay.is_some(), "{name}: none of it blocks");
    }
    // The same key and another person is no repeat: before, that answered "declared already" and declared nobody.
    let with = |former: bool, name: &str, birth: &str| {
        let key = known((11, 22), (11, 25), false, HERE);
        let known = [KnownStay { former, full_name: name.to_owned(), date_of_birth: birth.to_owned(), ..key }];
        let examined = one(good(), Door::Json, &world.facts(&known));
        (rules(&examined).join(" "), examined.already.is_some(), examined.stay.is_some())
    };
    let told = |rules: &str, already: bool, good: bool| (rules.to_owned(), already, good);
    assert_eq!(with(false, "Anna Maria KOWALCZYK", "1988"), told("", true, true), "order and precision");
    assert_eq!(with(true, "KOWALCZYK ANNA MARIA", "1988-03-12"), told("", true, true), "as filed before an amendment");
    assert_eq!(with(false, "NOWAK PIOTR", "1988-03-12"), told("declared_with_other_details", false, false));
    assert_eq!(with(false, "KOWALCZYK ANNA MARIA", "1990-03-12"), told("declared_with_other_details", false, false));
    assert_eq!(with(true, "NOWAK PIOTR", "1980-01-01"), told("", false, true), "the number was somebody else's slip");
    let mut other = known((11, 1), (11, 2), true, HERE);
    other.full_name = "NOWAK ANNA".to_owned();
    assert_eq!(rules(&one(good(), Door::Json, &world.facts(&[other]))), ["same_document_other_person"]);
}

#[test]
fn the_same_guest_twice_in_one_filing() {
    let world = World::new();
    let later = |arrival: &str| StayInput { arrival: Some(arrival.into()), ..good() };
    let twice = |second: StayInput| {
        let mut first = good();
        first.arrival = Some("2026-11-20".into());
        first.expected_departure = Some("2026-11-22".into());
        let verdict = examine(&[first, second], Door::Json, &world.facts(&[]), now());
        assert!(verdict.stays[0].stay.is_some(), "the first one stands");
        verdict.stays[1].findings.iter().filter(|f| f.blocks()).map(|f| f.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!(twice(later("2026-11-20")), ["duplicate_in_file"]);
    assert_eq!(twice(later("2026-11-21")), ["overlapping_stay_in_file"]);
    assert_eq!(twice(later("2026-11-22")), Vec::<String>::new(), "a change of room");
    let other = StayInput { nationality: Some("DEU".into()), ..later("2026-11-20") };
    assert_eq!(twice(other), Vec::<String>::new(), "the same number of another country");
}

#[test]
fn rows_of_a_file_point_into_their_record() {
    let world = World::new();
    let input = StayInput {
        date_of_birth: Some("29/02/1999".into()),
        arrival: Some("22/11/2026".into()),
        expected_departure: Some("25/11/2026".into()),
        permitted_stay: Some("30/12/2026".into()),
        document_expires_on: None,
        ..good()
    };
    let examined = one(input, Door::File, &world.facts(&[]));
    assert_eq!(
        examined.findings.first().map(|f| (f.rule.as_str(), f.pointer.as_str())),
        Some(("invalid_date", "/date_of_birth"))
    );
    assert_eq!(examined.record.get("arrived_on").and_then(|v| v.as_str()), Some("2026-11-22"));
}

/// A guest as a file writes one.
fn in_file() -> StayInput {
    StayInput {
        date_of_birth: Some("12/03/1988".into()),
        birth_precision: Some("D - Ngày".into()),
        sex: Some("F - Nữ".into()),
        nationality: Some("POL - Poland".into()),
        document_type: None,
        document_expires_on: None,
        arrival: Some("22/11/2026".into()),
        expected_departure: Some("25/11/2026".into()),
        permitted_stay: Some("30/12/2026".into()),
        visa_symbol: None,
        purpose: None,
        ..good()
    }
}

#[test]
fn one_changed_cell_of_a_file() {
    let world = World::new();
    let table: &[(Change, &[&str], &str)] = &[
        (|_| {}, &[], ""),
        (|s| s.full_name = Some("MR KOWALCZYK ADAM".into()), &["name_title_removed"], "/full_name"),
        (|s| s.full_name = Some("*KOWALCZYK ANNA".into()), &["name_title_removed"], "/full_name"),
        (|s| s.full_name = Some("KOWALCZYK, ANNA".into()), &["name_comma_removed"], "/full_name"),
        (|s| s.full_name = Some("MR".into()), &["bad_name"], "/full_name"),
        (|s| s.full_name = Some("undefined undefined".into()), &["bad_name"], "/full_name"),
        (|s| s.full_name = Some("KOWALCZYK ANNA 2".into()), &["bad_name"], "/full_name"),
        (|s| s.full_name = Some("kowalczyk-nowak anna d'arc".into()), &[], ""),
        (|s| s.sex = Some("U".into()), &["bad_gender"], "/sex"),
        (|s| s.sex = Some("1".into()), &["bad_gender"], "/sex"),
        (|s| s.nationality = Some("Ba Lan".into()), &[], ""),
        (|s| s.nationality = Some("0RQ".into()), &["bad_nationality"], "/nationality"),
        (|s| s.nationality = Some("MY".into()), &["bad_nationality"], "/nationality"),
        (|s| s.nationality = Some("Việt Nam".into()), &["not_foreign"], "/nationality"),
        (|s| s.document_type = Some("Hộ chiếu".into()), &[], ""),
        (|s| s.document_type = Some("1 - Thẻ CCCD".into()), &["bad_document_type"], "/document_type"),
        (|s| s.document_number = Some("1.23457E+11".into()), &["bad_passport"], "/document_number"),
        (|s| s.document_number = Some("GKS01".into()), &["bad_passport"], "/document_number"),
        (|s| s.document_number = Some("zs 0000-101".into()), &[], ""),
        (|s| s.room = Some("undefined".into()), &["missing_room"], "/room"),
        (|s| s.room = Some("9001".into()), &[], ""),
        (|s| s.arrival = Some("46348".into()), &["invalid_date"], "/arrived_on"),
        (|s| s.arrival = Some("22/11/26".into()), &["invalid_date"], "/arrived_on"),
        (|s| s.arrival = Some("11/22/2026".into()), &["ambiguous_date", "invalid_date"], "/date_of_birth"),
        (|s| s.arrival = Some("Invalid date".into()), &["invalid_date"], "/arrived_on"),
        (|s| s.arrival = Some("2026-11-21T17:00:00.000Z".into()), &[], ""),
        (|s| s.departure = Some("25/11/2026".into()), &["checkout_is_planned"], "/departed_on"),
        (|s| s.date_of_birth = Some("12/03/2027".into()), &["birth_date_in_future"], "/date_of_birth"),
    ];
    for (line, (change, expected, pointer)) in table.iter().enumerate() {
        let mut input = in_file();
        change(&mut input);
        let examined = one(input, Door::File, &world.facts(&[]));
        assert_eq!(rules(&examined), *expected, "line {line}");
        if let Some(finding) = examined.findings.first() {
            assert_eq!(finding.pointer, *pointer, "line {line}");
        }
    }
    let titled = StayInput { full_name: Some("Ms. Kowalczyk Anna *".into()), ..in_file() };
    let stay = one(titled, Door::File, &world.facts(&[])).stay.expect("good");
    assert_eq!(stay.full_name.as_str(), "KOWALCZYK ANNA");
    let json = StayInput { full_name: Some("MR KOWALCZYK ADAM".into()), ..good() };
    assert_eq!(rules(&one(json, Door::Json, &world.facts(&[]))), Vec::<&str>::new(), "JSON says what it means");
}

#[test]
fn a_file_with_months_first_puts_its_other_dates_in_doubt() {
    let world = World::new();
    let stay = |number: &str, arrival: &str, departure: &str, birth: &str| StayInput {
        document_number: Some(number.into()),
        arrival: Some(arrival.into()),
        expected_departure: Some(departure.into()),
        date_of_birth: Some(birth.into()),
        ..in_file()
    };
    let found = |stays: &[StayInput]| -> Vec<Vec<String>> {
        let told = |f: &crate::kernel::finding::Finding| f.blocks().then(|| format!("{} {}", f.pointer, f.rule));
        let verdict = examine(stays, Door::File, &world.facts(&[]), now());
        verdict.stays.iter().map(|stay| stay.findings.iter().filter_map(told).collect()).collect()
    };
    let quiet = stay("ZS0000101", "11/05/2026", "12/05/2026", "03/12/1988");
    assert_eq!(found(std::slice::from_ref(&quiet)), [Vec::<String>::new()], "nothing speaks against the day first");
    let telling = stay("ZS0000102", "11/22/2026", "11/25/2026", "14/02/1991");
    let sure = stay("ZS0000103", "22/11/2026", "2026-11-25", "05/05/1990");
    assert_eq!(
        found(&[quiet.clone(), telling, sure]),
        [
            vec![
                "/date_of_birth ambiguous_date",
                "/arrived_on ambiguous_date",
                "/expected_departure_on ambiguous_date"
            ],
            vec!["/arrived_on invalid_date", "/expected_departure_on invalid_date"],
            vec![],
        ]
    );
    let births = stay("ZS0000104", "22/11/2026", "25/11/2026", "02/14/1991");
    assert_eq!(
        found(&[quiet, births]),
        [vec!["/date_of_birth ambiguous_date"], vec!["/date_of_birth invalid_date"]],
        "dates of birth speak for themselves only"
    );
}

#[test]
fn a_date_in_doubt_names_both_days() {
    let world = World::new();
    let doubtful = StayInput { arrival: Some("11/05/2026".into()), ..in_file() };
    let telling = StayInput { arrival: Some("11/22/2026".into()), ..in_file() };
    let verdict = examine(&[doubtful, telling], Door::File, &world.facts(&[]), now());
    let finding = verdict.stays[0].findings.iter().find(|f| f.pointer == "/arrived_on").expect("in doubt");
    assert_eq!(
        (finding.params["day_first"].as_str(), finding.params["month_first"].as_str()),
        ("11/05/2026", "05/11/2026")
    );
}

/// What clients write into each element of the XML (several values may follow each other), and what is told about it.
const XML_VALUES: &[(&str, &[&str], &str)] = &[
    ("ho_ten", &["kowalczyk anna maria", "KOWALCZYK ANNA ", "SUKARNO", "O'BRIEN-SMITH SEAN", "NGUYỄN THỊ HOA"], ""),
    ("ho_ten", &["KOWALCZYK, ANNA"], "name_comma_removed"),
    ("ho_ten", &["*KOWALCZYK ANNA", "MR KOWALCZYK ADAM", "KOWALCZYK ANNA MS."], "name_title_removed"),
    ("ho_ten", &["KOWALCZYK 2", "KOWALCZYK/ANNA", "undefined", "MRS"], "bad_name"),
    ("ho_ten", &["", "-", "*"], "missing_name"),
    ("ngay_sinh", &["14/02/1991", "1966", "03/1979", "4/2/1991", "1991-02-14", "14-02-1991", "14.02.1991"], ""),
    ("ngay_sinh", &["02/14/1991", "14/02/91", "29/02/1999", "XX/XX/XX", "33283", "Invalid date"], "invalid_date"),
    ("ngay_sinh", &["14/02/2028"], "birth_date_in_future"),
    ("ngay_sinh", &[""], "missing_birth_date"),
    ("ngay_sinh_dung_den", &["D", "M", "Y", "y", "", "?"], ""),
    ("gioi_tinh", &["M", "f", "Nam", "Nữ", "F - Nữ"], ""),
    ("gioi_tinh", &["U", "Unknown", "X", "1", "2", ""], "bad_gender"),
    ("ma_quoc_tich", &["POL", "PL", "D", "DEU", "GBD", "KOR - Hàn Quốc", "Nga", "Úc", "RKS", "UNO", "TWN", "ROM"], ""),
    ("ma_quoc_tich", &["HÀN", "UNITED", "0RQ", "SC-", "SC", "RQ", "MY", "ZZZ", "YUG", ""], "bad_nationality"),
    ("ma_quoc_tich", &["VNM", "VN", "Việt Nam"], "not_foreign"),
    ("so_ho_chieu", &["zs 0000-101", "0012345", "C01X00T47"], ""),
    ("so_ho_chieu", &["GKS", "GBL01", "1.2E+08", "12345678901", "0000000"], "bad_passport"),
    ("so_ho_chieu", &["", " - "], "missing_passport"),
    ("so_phong", &["0807", "Phòng 301", "P.301", "9001"], ""),
    ("so_phong", &["undefined", "", "null"], "missing_room"),
    (
        "ngay_den",
        &["22/11/2026", "22/11/2026 14:05", "2026-11-22", "2026-11-21T17:00:00Z", "2026-11-22T14:05:00+07:00"],
        "",
    ),
    ("ngay_den", &["11/22/2026 14:05", "22/11/26", "Invalid date", "46348", "31/11/2026"], "invalid_date"),
    ("ngay_den", &["23/11/2026"], "arrival_in_future"),
    ("ngay_den", &[""], "missing_arrival"),
    ("ngay_di_du_kien", &["25/11/2026", "22/11/2026", "25/11/2026 11:00:00"], ""),
    ("ngay_di_du_kien", &["21/11/2026"], "departure_before_arrival"),
    ("ngay_di_du_kien", &[""], "missing_departure"),
    ("ngay_tra_phong", &["", "22/11/2026"], ""),
    ("ngay_tra_phong", &["25/11/2026"], "checkout_is_planned"),
    ("ngay_tra_phong", &["21/11/2026"], "checkout_before_arrival"),
    ("thoi_han_tam_tru", &["25/11/2026", "30/12/2026"], ""),
    ("thoi_han_tam_tru", &["", "Miễn thị thực"], "missing_permitted_stay"),
    ("thoi_han_tam_tru", &["21/11/2026"], "permitted_stay_over"),
    ("thoi_han_tam_tru", &["24/11/2026"], "permitted_stay_ends_before_departure"),
];

const XML_GUEST: [(&str, &str); 11] = [
    ("ho_ten", "KOWALCZYK ANNA MARIA"),
    ("ngay_sinh", "05/05/1988"),
    ("ngay_sinh_dung_den", "D"),
    ("gioi_tinh", "F"),
    ("ma_quoc_tich", "POL"),
    ("so_ho_chieu", "ZS0000101"),
    ("so_phong", "301"),
    ("ngay_den", "22/11/2026"),
    ("ngay_di_du_kien", "25/11/2026"),
    ("ngay_tra_phong", ""),
    ("thoi_han_tam_tru", "30/12/2026"),
];

#[test]
fn what_clients_write_into_the_xml() {
    let world = World::new();
    for (element, values, expected) in XML_VALUES {
        for value in *values {
            let children: String = XML_GUEST
                .iter()
                .map(|(name, text)| format!("<{name}>{}</{name}>", if name == element { value } else { text }))
                .collect();
            let file = format!("<KHAI_BAO_TAM_TRU><THONG_TIN_KHACH>{children}</THONG_TIN_KHACH></KHAI_BAO_TAM_TRU>");
            let file = import::read(file.as_bytes(), &import::Limits::default()).expect("read");
            let input = stay_input(file.format, &file.rows[0]);
            let examined = one(input, Door::File, &world.facts(&[]));
            assert_eq!(rules(&examined).join(" "), *expected, "{element} {value:?}");
        }
    }
}
