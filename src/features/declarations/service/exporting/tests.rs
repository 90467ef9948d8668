//! Round trip: stays, written in each format, read by our own importer and examined, are the same stays.

use ::entity::{establishment::Kind, stay::Sex};
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use proptest::{
    option,
    prelude::{Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest},
};
use uuid::Uuid;

use crate::{
    features::{
        catalog::{Channel, DeadlineRules, Nationalities, Thresholds, embedded_entries, in_force},
        declarations::{
            export::{ExportStay, FileFormat, PortalNationality, write},
            import::{self, Limits, RowKind},
            rules::{Door, Facts, GoodStay, Moment, StayInput, examine, stay_input},
        },
    },
    kernel::{
        clock::{local_day, start_of_next_day},
        partial_date::{PartialDate, Precision},
        person_name::PersonName,
        text::nfc_collapsed,
        travel_document::DocumentNumber,
    },
};

/// 22 November 2026, 20:00 in Viet Nam.
fn now() -> DateTime<Utc> {
    "2026-11-22T13:00:00Z".parse().expect("an instant")
}

struct World {
    nationalities: Nationalities,
    deadlines: DeadlineRules,
    thresholds: Thresholds,
    codes: Vec<String>,
    labels: Vec<String>,
}

impl World {
    fn new() -> Self {
        let entries = embedded_entries().expect("embedded data");
        let today = in_force(&entries, local_day(now()));
        let nationalities = Nationalities::from_entries(&today).expect("nationalities");
        let codes = nationalities.all().map(|nation| nation.code.clone()).filter(|code| code != "VNM").collect();
        let labels = nationalities.portal_labels().map(ToOwned::to_owned).collect();
        let deadlines = DeadlineRules::from_entries(&entries).expect("deadlines");
        let thresholds = Thresholds::from_entries(&entries).expect("thresholds");
        Self { deadlines, thresholds, codes, labels, nationalities }
    }

    /// What the rules make of a row by itself.
    fn examined(&self, input: StayInput) -> GoodStay {
        let facts = Facts {
            establishment_id: Uuid::from_u128(1),
            establishment_kind: Kind::Vl,
            remote: false,
            channel: Channel::Electronic,
            nationalities: &self.nationalities,
            deadlines: &self.deadlines,
            outages: &[],
            thresholds: &self.thresholds,
            known: &[],
            filed_at: None,
        };
        let examined = examine(&[input], Door::File, &facts, now()).stays.remove(0);
        let findings: Vec<String> = examined.findings.iter().map(|f| format!("{} {}", f.pointer, f.rule)).collect();
        examined.stay.unwrap_or_else(|| panic!("refused: {findings:?}"))
    }
}

/// A stay beside the nationality as it is stored.
#[derive(Clone)]
struct Filed {
    nationality: usize,
    stay: ExportStay,
}

impl std::fmt::Debug for Filed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stay = &self.stay;
        write!(f, "{:?} {:?} {} {:?}", stay.full_name, stay.document_number, stay.date_of_birth, stay.room)
    }
}

fn day() -> impl Strategy<Value = NaiveDate> {
    let today = local_day(now());
    (0..120_u64).prop_map(move |ago| today - Days::new(ago))
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("O'BRIEN SEAN PATRICK".to_owned()),
        Just("-DASH FIRST".to_owned()),
        Just("TỔNG CỘNG".to_owned()),
        Just("MÜLLER-LÜDENSCHEIDT Ý".to_owned()),
        Just("山田 花子".to_owned()),
        "[A-ZÀ-ỹ][A-Za-z' .-]{0,40}",
    ]
    .prop_filter_map("a name", |text| Some(PersonName::parse(&text).ok()?.as_str().to_owned()))
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![Just("12E45678".to_owned()), Just("0000000001".to_owned()), Just("1E100".to_owned()), "[A-Z0-9]{5,10}",]
        .prop_filter_map("a number", |text| Some(DocumentNumber::parse(&text).ok()?.as_str().to_owned()))
}

fn room() -> impl Strategy<Value = Option<String>> {
    let text = prop_oneof![
        Just("007".to_owned()),
        Just("=1+1".to_owned()),
        Just("=\"1\"&A1".to_owned()),
        Just("-1".to_owned()),
        Just("+84".to_owned()),
        Just("@SUM(A1:A9)".to_owned()),
        Just("1/2".to_owned()),
        Just("1E3".to_owned()),
        Just("A, \"B\"; C".to_owned()),
        Just("_x0041_".to_owned()),
        Just("<b>&amp;</b>".to_owned()),
        "[0-9]{1,6}",
        "[ -~À-ỹ]{1,30}",
    ];
    option::of(text.prop_map(|text| nfc_collapsed(&text)).prop_filter("a room", |text| {
        !text.is_empty() && text != "undefined" && !text.starts_with('[') && text.chars().count() <= 50
    }))
}

fn birth() -> impl Strategy<Value = PartialDate> {
    (1900..2020_i32, 1..=12_u32, 1..=28_u32, 0..3_u8).prop_map(|(year, month, day, known)| {
        let month = (known > 0).then_some(month);
        PartialDate::new(year, month, month.and((known > 1).then_some(day))).expect("a date")
    })
}

fn filed() -> impl Strategy<Value = Filed> {
    let person = (name(), birth(), any::<bool>(), any::<prop::sample::Index>(), number(), room());
    let times = (day(), option::of(1..86_400_i64), 0..400_u64, option::of(0..200_u64), option::of(0..900_u64));
    (person, times).prop_map(|(person, times)| {
        let (full_name, date_of_birth, is_woman, nationality, document_number, room) = person;
        let (on, second, nights, gone, permitted) = times;
        let today = local_day(now());
        let midnight = start_of_next_day(on) - Duration::days(1);
        // Nobody arrives after now.
        let at = second.map(|second| midnight + Duration::seconds(second)).filter(|at| *at <= now());
        let stay = ExportStay {
            full_name,
            date_of_birth,
            sex: if is_woman { Sex::F } else { Sex::M },
            nationality: PortalNationality { code: String::new(), label: None },
            document_number,
            room,
            arrival: Moment { on, at },
            expected_departure_on: on + Days::new(nights),
            departed_on: gone.map(|days| (on + Days::new(days)).min(today)),
            permitted_stay_until: permitted.map(|days| on + Days::new(days)),
        };
        Filed { nationality: nationality.index(1_000_000), stay }
    })
}

/// By the reader that the server itself uses.
fn by_our_importer(bytes: &[u8]) -> Vec<StayInput> {
    let file = import::read(bytes, &Limits::default()).unwrap_or_else(|refusal| panic!("{refusal:?}"));
    file.rows.iter().filter(|row| row.kind == RowKind::Guest).map(|row| stay_input(file.format, row)).collect()
}

const ALL: [FileFormat; 6] = [
    FileFormat::Xml12,
    FileFormat::Xml11,
    FileFormat::Workbook12,
    FileFormat::Workbook11,
    FileFormat::Json,
    FileFormat::Csv,
];

/// What must come back of a stay: every value but those that the format has no place for.
fn kept(
    format: FileFormat,
    stay: &ExportStay,
) -> (PartialDate, Option<DateTime<Utc>>, Option<NaiveDate>, Option<NaiveDate>) {
    let is_json = format == FileFormat::Json;
    let birth = match stay.date_of_birth.precision() {
        Precision::Month if is_json => {
            let year = stay.date_of_birth.to_string();
            PartialDate::parse_iso(&year[..4]).expect("a year")
        }
        _ => stay.date_of_birth,
    };
    (
        birth,
        stay.arrival.at.filter(|_| is_json),
        stay.departed_on.filter(|_| !is_json),
        stay.permitted_stay_until.filter(|_| format.has_permitted_stay()),
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_the_same_stays(filed in prop::collection::vec(filed(), 1..8)) {
        let world = World::new();
        let codes: Vec<&str> =
            filed.iter().map(|one| world.codes[one.nationality % world.codes.len()].as_str()).collect();
        let stays: Vec<ExportStay> = filed
            .iter()
            .zip(&codes)
            .map(|(one, code)| {
                ExportStay { nationality: PortalNationality::of(code, &world.nationalities), ..one.stay.clone() }
            })
            .collect();
        for format in ALL {
            let bytes = write(format, &stays, &world.labels, now()).expect("a file");
            let rows = by_our_importer(&bytes);
            prop_assert_eq!(rows.len(), stays.len(), "{:?}", format);
            for ((row, stay), code) in rows.into_iter().zip(&stays).zip(&codes) {
                let seen = world.examined(row);
                prop_assert_eq!(seen.full_name.as_str(), stay.full_name.as_str(), "{:?}", format);
                prop_assert_eq!(seen.sex, if stay.sex == Sex::F { "F" } else { "M" }, "{:?}", format);
                prop_assert_eq!(seen.nationality.as_str(), *code, "{:?}", format);
                prop_assert_eq!(seen.document_number.as_str(), stay.document_number.as_str(), "{:?}", format);
                prop_assert_eq!(&seen.room, &stay.room, "{:?}", format);
                prop_assert_eq!(seen.arrival.on, stay.arrival.on, "{:?}", format);
                prop_assert_eq!(seen.expected_departure_on, stay.expected_departure_on, "{:?}", format);
                let rest = (seen.date_of_birth, seen.arrival.at, seen.departed_on, seen.permitted_stay_until);
                prop_assert_eq!(rest, kept(format, stay), "{:?}", format);
            }
        }
    }
}
