//! What people send, examined as a whole: everything that is wrong is told at once, each with its place.

use crate::{
    features::organizations::{
        dto::{EstablishmentIn, EstablishmentPatch, OrganizationPatch, Password, RegistrationIn},
        rules::{
            EstablishmentKind, EstablishmentStatus, OrganizationKind,
            fields::{Examination, non_blank},
        },
    },
    kernel::finding::Finding,
};

/// Shortest and longest name of an organization, establishment or person.
const NAME: (usize, usize) = (2, 200);
/// Shortest and longest street address.
const ADDRESS: (usize, usize) = (3, 300);
/// Shortest and longest reason.
const REASON: (usize, usize) = (3, 1000);

/// What a registration is examined against.
#[derive(Clone, Debug)]
pub(in crate::features::organizations) struct RegistrationFacts {
    /// The place of the seat.
    pub place: PlaceFacts,
    /// Whether an account has the administrator's e-mail address.
    pub email_taken: bool,
    /// What the accounts room finds about the password.
    pub password: Option<Finding>,
}

/// What a place is examined against.
#[derive(Clone, Copy, Debug)]
pub(in crate::features::organizations) struct PlaceFacts {
    /// Whether the ward is in the catalogue.
    pub ward_known: bool,
    /// Whether the zone is, or none was named.
    pub zone_known: bool,
}

/// An organization as it registers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::features::organizations) struct NewOrganization {
    pub kind: OrganizationKind,
    pub name: String,
    pub tax_code: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub address: String,
    pub ward_code: String,
    pub zone_code: Option<String>,
}

/// The first administrator of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::features::organizations) struct NewAdministrator {
    pub full_name: String,
    pub email: String,
    pub password: Password,
}

/// An establishment as it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::features::organizations) struct NewEstablishment {
    pub name: String,
    pub kind: EstablishmentKind,
    pub address: String,
    pub ward_code: String,
    pub phone: Option<String>,
}

/// What is to change of an organization; `None` leaves as it is, an inner `None` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::features::organizations) struct OrganizationChange {
    pub phone: Option<Option<String>>,
    pub email: Option<Option<String>>,
    pub address: Option<String>,
    pub ward_code: Option<String>,
    pub zone_code: Option<Option<String>>,
}

/// What is to change of an establishment; `None` leaves as it is, an inner `None` clears.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::features::organizations) struct EstablishmentChange {
    pub name: Option<String>,
    pub address: Option<String>,
    pub ward_code: Option<String>,
    pub phone: Option<Option<String>>,
    pub status: Option<EstablishmentStatus>,
}

/// Examines a registration.
pub(in crate::features::organizations) fn examine_registration(
    input: RegistrationIn,
    facts: RegistrationFacts,
) -> Result<(NewOrganization, NewAdministrator), Vec<Finding>> {
    let mut examination = Examination::default();
    let (organization, administrator) = (input.organization, input.administrator);
    let phone = examination.phone(organization.phone.as_deref(), "/organization/phone");
    let administrators_phone = examination.phone(administrator.phone.as_deref(), "/administrator/phone");
    let new_organization = NewOrganization {
        kind: organization.kind,
        name: examination.text(&organization.name, "/organization/name", NAME.0, NAME.1),
        tax_code: examination.tax_code(organization.kind, organization.tax_code.as_deref(), "/organization/tax_code"),
        phone: phone.or(administrators_phone),
        email: examination.optional_email(organization.email.as_deref(), "/organization/email"),
        address: examination.text(&organization.address, "/organization/address", ADDRESS.0, ADDRESS.1),
        ward_code: organization.ward_code,
        zone_code: non_blank(organization.zone_code.as_deref()),
    };
    examine_place(&mut examination, facts.place, "/organization");
    let new_administrator = NewAdministrator {
        full_name: examination.text(&administrator.full_name, "/administrator/full_name", NAME.0, NAME.1),
        email: examination.email(&administrator.email, "/administrator/email"),
        password: administrator.password,
    };
    examination.take(facts.password);
    if facts.email_taken {
        examination.add("email_taken", "/administrator/email");
    }
    examination.verdict((new_organization, new_administrator))
}

/// Examines why a registration is refused.
pub(in crate::features::organizations) fn examine_refusal(reason: &str) -> Result<String, Vec<Finding>> {
    let mut examination = Examination::default();
    let reason = examination.text(reason, "/reason", REASON.0, REASON.1);
    examination.verdict(reason)
}

/// Examines a change of an organization.
pub(in crate::features::organizations) fn examine_organization_change(
    patch: OrganizationPatch,
    facts: PlaceFacts,
) -> Result<OrganizationChange, Vec<Finding>> {
    let mut examination = Examination::default();
    let change = OrganizationChange {
        phone: patch.phone.map(|phone| examination.phone(phone.as_deref(), "/phone")),
        email: patch.email.map(|email| examination.optional_email(email.as_deref(), "/email")),
        address: patch.address.map(|text| examination.text(&text, "/address", ADDRESS.0, ADDRESS.1)),
        ward_code: patch.ward_code,
        zone_code: patch.zone_code.map(|zone| non_blank(zone.as_deref())),
    };
    examine_place(&mut examination, facts, "");
    examination.verdict(change)
}

/// Examines a new establishment.
pub(in crate::features::organizations) fn examine_establishment(
    input: EstablishmentIn,
    facts: PlaceFacts,
) -> Result<NewEstablishment, Vec<Finding>> {
    let mut examination = Examination::default();
    let new = NewEstablishment {
        name: examination.text(&input.name, "/name", NAME.0, NAME.1),
        kind: input.kind,
        address: examination.text(&input.address, "/address", ADDRESS.0, ADDRESS.1),
        ward_code: input.ward_code,
        phone: examination.phone(input.phone.as_deref(), "/phone"),
    };
    examine_place(&mut examination, facts, "");
    examination.verdict(new)
}

/// Examines a change of an establishment.
pub(in crate::features::organizations) fn examine_establishment_change(
    patch: EstablishmentPatch,
    facts: PlaceFacts,
) -> Result<EstablishmentChange, Vec<Finding>> {
    let mut examination = Examination::default();
    let change = EstablishmentChange {
        name: patch.name.map(|text| examination.text(&text, "/name", NAME.0, NAME.1)),
        address: patch.address.map(|text| examination.text(&text, "/address", ADDRESS.0, ADDRESS.1)),
        ward_code: patch.ward_code,
        phone: patch.phone.map(|phone| examination.phone(phone.as_deref(), "/phone")),
        status: patch.status,
    };
    examine_place(&mut examination, facts, "");
    examination.verdict(change)
}

fn examine_place(examination: &mut Examination, facts: PlaceFacts, parent: &str) {
    if !facts.ward_known {
        examination.add("unknown_ward", &format!("{parent}/ward_code"));
    }
    if !facts.zone_known {
        examination.add("unknown_zone", &format!("{parent}/zone_code"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        PlaceFacts, RegistrationFacts, examine_establishment, examine_organization_change, examine_registration,
    };
    use crate::kernel::finding::Finding;

    const KNOWN: PlaceFacts = PlaceFacts { ward_known: true, zone_known: true };
    const UNKNOWN: PlaceFacts = PlaceFacts { ward_known: false, zone_known: false };

    fn registration() -> Value {
        json!({
            "organization": {
                "name": "Khách sạn  Sông Hàn", "kind": "lodging", "tax_code": "0401234567001",
                "address": "1 Bạch Đằng", "ward_code": "20242", "zone_code": " ",
            },
            "administrator": {
                "full_name": "Trần Thị Mẫu", "email": "Mau@Hotel.Example", "password": "correct horse battery",
                "phone": "0236 355 5001",
            },
        })
    }

    fn places(findings: Vec<Finding>) -> Vec<(String, String)> {
        findings.into_iter().map(|finding| (finding.pointer, finding.rule)).collect()
    }

    #[test]
    fn a_good_registration_is_taken_to_its_one_spelling() {
        let input = serde_json::from_value(registration()).expect("known fields");
        let facts = RegistrationFacts { place: KNOWN, email_taken: false, password: None };
        let (organization, administrator) = examine_registration(input, facts).expect("nothing to find");
        assert_eq!(organization.name, "Khách sạn Sông Hàn");
        assert_eq!(organization.tax_code.as_deref(), Some("0401234567-001"));
        assert_eq!((organization.zone_code, organization.email), (None, None));
        assert_eq!(organization.phone.as_deref(), Some("0236 355 5001"), "the administrator's serves");
        assert_eq!(administrator.email, "mau@hotel.example");
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let input = json!({
            "organization": {
                "name": "", "kind": "company", "phone": "12", "email": "x", "address": "", "ward_code": "0",
                "zone_code": "NOWHERE",
            },
            "administrator": { "full_name": "", "email": "nobody", "password": "short", "phone": "x" },
        });
        let input = serde_json::from_value(input).expect("known fields");
        let password = Some(Finding::block("weak_password", "/administrator/password"));
        let facts = RegistrationFacts { place: UNKNOWN, email_taken: true, password };
        let mut found = places(examine_registration(input, facts).expect_err("much to find"));
        found.sort();
        let expected = [
            ("/administrator/email", "bad_email"),
            ("/administrator/email", "email_taken"),
            ("/administrator/full_name", "too_short"),
            ("/administrator/password", "weak_password"),
            ("/administrator/phone", "bad_phone"),
            ("/organization/address", "too_short"),
            ("/organization/email", "bad_email"),
            ("/organization/name", "too_short"),
            ("/organization/phone", "bad_phone"),
            ("/organization/tax_code", "missing_tax_code"),
            ("/organization/ward_code", "unknown_ward"),
            ("/organization/zone_code", "unknown_zone"),
        ];
        assert_eq!(found, expected.map(|(pointer, rule)| (pointer.to_owned(), rule.to_owned())));
    }

    #[test]
    fn null_clears_and_absence_leaves() {
        let patch = serde_json::from_value(json!({ "phone": null, "email": "" })).expect("known fields");
        let change = examine_organization_change(patch, KNOWN).expect("nothing to find");
        assert_eq!((change.phone, change.email, change.zone_code), (Some(None), Some(None), None));
        assert_eq!((change.address, change.ward_code), (None, None));
        for refused in [json!({ "address": null }), json!({ "name": "X" }), json!({ "tax_code": "0401234567" })] {
            let parsed = serde_json::from_value::<crate::features::organizations::dto::OrganizationPatch>(refused);
            assert!(parsed.is_err());
        }
    }

    #[test]
    fn an_establishment_needs_name_address_and_ward() {
        let input = json!({ "name": " ", "type": "KS", "address": "x", "ward_code": "0", "phone": "1" });
        let input = serde_json::from_value(input).expect("known fields");
        let found = places(
            examine_establishment(input, PlaceFacts { ward_known: false, zone_known: true }).expect_err("found"),
        );
        let rules: Vec<&str> = found.iter().map(|(_, rule)| rule.as_str()).collect();
        assert_eq!(rules, ["too_short", "too_short", "bad_phone", "unknown_ward"]);
    }

    #[test]
    fn a_password_never_shows() {
        let input: super::RegistrationIn = serde_json::from_value(registration()).expect("known fields");
        assert!(!format!("{input:?}").contains("correct horse"));
    }
}
