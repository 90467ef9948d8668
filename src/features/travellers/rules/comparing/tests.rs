//! Pairs of documents, invented, and what is said of them.

use super::*;

fn document(nationality: &str, number: &str, name: &str, birth: &str, sex: Sex, visa: Option<&str>) -> Document {
    Document {
        key: Key { nationality: nationality.to_owned(), number: number.to_owned() },
        holders: vec![particulars(name, birth, sex)],
        visas: visa.and_then(binding_number).into_iter().collect(),
    }
}

fn particulars(name: &str, birth: &str, sex: Sex) -> Particulars {
    Particulars { folded_name: name.to_owned(), birth: PartialDate::parse_iso(birth), sex }
}

fn anna(number: &str) -> Document {
    document("POL", number, "kowalczyk anna maria", "1988-03-12", Sex::F, Some("VA1234567"))
}

fn rules(judgement: &Judgement) -> Vec<&str> {
    let agreeing = ["same_name", "same_birth_date", "same_sex", "same_nationality"];
    judgement.why.iter().map(|finding| finding.rule.as_str()).filter(|rule| !agreeing.contains(rule)).collect()
}

/// Other document × standing link: what is said of it beside Anna's, and which reasons stand out.
#[test]
fn pairs() {
    use Identity::{Likely, RuledOut, Sure};
    let (same, different) = (Some(Verdict::Same), Some(Verdict::Different));
    let visa = Some("VA1234567");
    let name = "kowalczyk anna maria";
    type Row<'a> = (&'a str, &'a str, &'a str, Sex, Option<&'a str>, Option<Verdict>, Option<(Identity, &'a str)>);
    let rows: [Row<'_>; 33] = [
        // All agrees: only what binds makes it sure.
        ("POL", name, "1988-03-12", Sex::F, visa, None, Some((Sure, "same_visa_number"))),
        ("POL", name, "1988-03-12", Sex::F, Some("va-123 4567"), None, Some((Sure, "same_visa_number"))),
        ("POL", name, "1988-03-12", Sex::F, None, same, Some((Sure, "link_confirmed"))),
        ("POL", name, "1988-03-12", Sex::F, visa, same, Some((Sure, "same_visa_number link_confirmed"))),
        ("POL", name, "1988-03-12", Sex::F, None, None, Some((Likely, "nothing_binds"))),
        ("POL", name, "1988-03-12", Sex::F, Some("VA7654321"), None, Some((Likely, "nothing_binds"))),
        ("POL", name, "1988-03-12", Sex::F, Some("MIEN"), None, Some((Likely, "nothing_binds"))),
        // An officer's no is above all.
        ("POL", name, "1988-03-12", Sex::F, visa, different, Some((RuledOut, "link_denied"))),
        ("USA", "smith john", "1950", Sex::M, None, different, Some((RuledOut, "link_denied"))),
        // One small difference.
        (
            "POL",
            "anna maria kowalczyk",
            "1988-03-12",
            Sex::F,
            None,
            None,
            Some((Likely, "name_order_differs nothing_binds")),
        ),
        (
            "POL",
            "kowalczyk annamaria",
            "1988-03-12",
            Sex::F,
            None,
            None,
            Some((Likely, "name_order_differs nothing_binds")),
        ),
        (
            "POL",
            "kowalczyk anna-maria",
            "1988-03-12",
            Sex::F,
            None,
            None,
            Some((Likely, "name_order_differs nothing_binds")),
        ),
        ("POL", "kowalczyk anna", "1988-03-12", Sex::F, None, None, Some((Likely, "name_words_differ nothing_binds"))),
        (
            "POL",
            "kowalczyk anna maria ewa",
            "1988-03-12",
            Sex::F,
            None,
            None,
            Some((Likely, "name_words_differ nothing_binds")),
        ),
        (
            "POL",
            "kowalczik anna maria",
            "1988-03-12",
            Sex::F,
            None,
            None,
            Some((Likely, "name_spelling_differs nothing_binds")),
        ),
        ("POL", name, "1988-03", Sex::F, None, None, Some((Likely, "birth_date_incomplete nothing_binds"))),
        ("POL", name, "1988", Sex::F, None, None, Some((Likely, "birth_date_incomplete nothing_binds"))),
        ("POL", name, "1988-12-03", Sex::F, None, None, Some((Likely, "birth_day_month_swapped nothing_binds"))),
        ("DEU", name, "1988-03-12", Sex::F, None, None, Some((Likely, "other_nationality nothing_binds"))),
        ("POL", name, "1988-03-12", Sex::M, None, None, Some((Likely, "other_sex nothing_binds"))),
        // A small difference is never sure, whatever binds.
        (
            "POL",
            "anna maria kowalczyk",
            "1988-03-12",
            Sex::F,
            visa,
            None,
            Some((Likely, "name_order_differs same_visa_number")),
        ),
        (
            "POL",
            name,
            "1988",
            Sex::F,
            visa,
            same,
            Some((Likely, "birth_date_incomplete same_visa_number link_confirmed")),
        ),
        ("DEU", name, "1988-03-12", Sex::F, None, same, Some((Likely, "other_nationality link_confirmed"))),
        // Two small differences need a number on both.
        ("DEU", "kowalczyk anna", "1988-03-12", Sex::F, None, None, None),
        (
            "DEU",
            "kowalczyk anna",
            "1988-03-12",
            Sex::F,
            visa,
            None,
            Some((Likely, "name_words_differ other_nationality same_visa_number")),
        ),
        ("POL", "kowalczyk anna", "1988", Sex::F, None, None, None),
        ("DEU", "kowalczyk anna", "1988", Sex::F, visa, None, None),
        // Another person, unless an officer says otherwise.
        ("POL", "kowalczyk", "1988-03-12", Sex::F, None, None, None),
        ("POL", "nowak anna maria", "1988-03-12", Sex::F, visa, None, None),
        ("POL", name, "1988-03-13", Sex::F, None, None, None),
        ("POL", name, "1989-03-12", Sex::F, visa, None, None),
        ("POL", "nowak anna maria", "1988-03-12", Sex::F, None, same, Some((Likely, "other_name link_confirmed"))),
        ("POL", name, "1990-01-01", Sex::F, None, same, Some((Likely, "other_birth_date link_confirmed"))),
    ];
    for (nationality, name, birth, sex, visa, verdict, expected) in rows {
        let other = document(nationality, "EB0000202", name, birth, sex, visa);
        for (a, b) in [(anna("ZS0000101"), other.clone()), (other, anna("ZS0000101"))] {
            let seen = judge(&a, &b, verdict);
            let told = seen.as_ref().map(|judgement| (judgement.identity, rules(judgement).join(" ")));
            let expected = expected.map(|(identity, why)| (identity, why.to_owned()));
            assert_eq!(told, expected, "{nationality} {name} {birth} {sex:?} {visa:?} {verdict:?}");
        }
    }
}

#[test]
fn a_document_declared_in_two_ways_is_never_joined() {
    let mut other = anna("EB0000202");
    other.holders.push(particulars("nowak ewa", "1988-03-12", Sex::F));
    let judgement = judge(&anna("ZS0000101"), &other, Some(Verdict::Same)).expect("likely");
    assert_eq!(judgement.identity, Identity::Likely);
    assert!(rules(&judgement).contains(&"holder_declared_differently"));
}

#[test]
fn numbers_that_bind() {
    for (text, expected) in [
        ("VA1234567", Some("VA1234567")),
        ("va 123-4567", Some("VA1234567")),
        ("MIỄN", None),
        ("0", None),
        ("000000", None),
        ("0000000000", None),
        ("12345", None),
        ("EVISA", None),
        ("DN2026", None),
        ("AB12345", Some("AB12345")),
    ] {
        assert_eq!(binding_number(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn a_line_grows_over_its_members_and_heeds_every_no() {
    use Identity::{Likely, RuledOut, Sure};
    let number = |mut document: Document, visas: &[&str]| {
        document.visas = visas.iter().filter_map(|visa| binding_number(visa)).collect();
        document
    };
    let subject = number(anna("A1"), &["VA1234567"]);
    let second = number(anna("A2"), &["VA1234567", "TC7654321"]);
    let third = number(anna("A3"), &["TC7654321"]);
    let stranger = document("POL", "A4", "nowak ewa", "1990-01-01", Sex::F, None);
    let candidates = [third.clone(), stranger, second.clone()];
    let identities = |links: &BTreeMap<String, Verdict>| -> Vec<(usize, Identity)> {
        judge_all(&subject, &candidates, links).into_iter().map(|(index, seen)| (index, seen.identity)).collect()
    };
    let pair = |a: &Document, b: &Document| Key::pair(&a.key, &b.key).2;
    assert_eq!(identities(&BTreeMap::new()), [(0, Sure), (2, Sure)]);
    let no = BTreeMap::from([(pair(&third, &second), Verdict::Different)]);
    assert_eq!(identities(&no), [(0, Likely), (2, Sure)]);
    let no = BTreeMap::from([(pair(&third, &subject), Verdict::Different)]);
    assert_eq!(identities(&no), [(0, RuledOut), (2, Sure)]);
    let torn = BTreeMap::from([(pair(&third, &subject), Verdict::Same), (pair(&third, &second), Verdict::Different)]);
    assert_eq!(identities(&torn), [(0, Sure), (2, Likely)]);
}

#[test]
fn a_pair_has_one_order() {
    let (a, b) = (anna("A1").key, anna("A2").key);
    assert_eq!(Key::pair(&a, &b), Key::pair(&b, &a));
    assert_eq!(Key::pair(&a, &b).2, "POL|A1|POL|A2");
}

#[test]
fn one_document_two_persons() {
    let id = Uuid::from_u128;
    let stays = |others: &[(&str, &str, Sex)]| -> Vec<(Uuid, Particulars)> {
        let all = std::iter::once(&("kowalczyk anna", "1988-03-12", Sex::F)).chain(others);
        all.enumerate().map(|(n, (name, birth, sex))| (id(n as u128), particulars(name, birth, *sex))).collect()
    };
    let told = |others: &[(&str, &str, Sex)]| -> Vec<(String, Vec<Uuid>)> {
        contradictions(&stays(others)).into_iter().map(|seen| (seen.finding.rule, seen.stays)).collect()
    };
    let none: Vec<(String, Vec<Uuid>)> = Vec::new();
    assert_eq!(told(&[]), none);
    assert_eq!(told(&[("kowalczyk anna", "1988-03", Sex::F), ("kowalczyk anna", "1988-03-12", Sex::F)]), none);
    assert_eq!(
        told(&[("kowalczyk anna", "1988-03-12", Sex::F), ("nowak ewa", "1990", Sex::M)]),
        ["document_two_names", "document_two_birth_dates", "document_two_sexes"]
            .map(|rule| (rule.to_owned(), vec![id(0), id(2)]))
    );
}
