//! Single values that people type, each taken to its one spelling or refused with its place.

use validator::ValidateEmail;

use crate::{
    features::organizations::rules::OrganizationKind,
    kernel::{finding::Finding, text::nfc_collapsed},
};

/// Longest e-mail address (RFC 5321 section 4.5.3.1.3, less the brackets).
const EMAIL_LENGTH: usize = 254;
/// Collects the findings of one examination, so that all of them are told at once.
#[derive(Debug, Default)]
pub(super) struct Examination {
    findings: Vec<Finding>,
}

impl Examination {
    /// What was examined, if nothing was found.
    pub(super) fn verdict<T>(self, examined: T) -> Result<T, Vec<Finding>> {
        if self.findings.is_empty() { Ok(examined) } else { Err(self.findings) }
    }

    /// A finding that was made elsewhere.
    pub(super) fn take(&mut self, finding: Option<Finding>) {
        self.findings.extend(finding);
    }

    /// A finding at this place.
    pub(super) fn add(&mut self, rule: &str, pointer: &str) {
        self.findings.push(Finding::block(rule, pointer));
    }

    /// A text of `min` to `max` characters after composing (NFC) and collapsing its blanks.
    pub(super) fn text(&mut self, value: &str, pointer: &str, min: usize, max: usize) -> String {
        let text = nfc_collapsed(value);
        let length = text.chars().count();
        let rule = match length {
            _ if length < min => "too_short",
            _ if length > max => "too_long",
            _ if text.chars().any(char::is_control) => "control_character",
            _ => return text,
        };
        let finding = Finding::block(rule, pointer).with("min", min.to_string()).with("max", max.to_string());
        self.findings.push(finding);
        text
    }

    /// A phone number: 8 to 15 digits (ITU-T E.164), a plus first, and the marks that people put between.
    pub(super) fn phone(&mut self, value: Option<&str>, pointer: &str) -> Option<String> {
        let text = non_blank(value)?;
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let marks = text.strip_prefix('+').unwrap_or(&text);
        let plain = marks.bytes().all(|byte| byte.is_ascii_digit() || b" .-()".contains(&byte));
        if !(plain && (8..=15).contains(&digits) && text.len() <= 30) {
            self.add("bad_phone", pointer);
        }
        Some(text)
    }

    /// An e-mail address in small letters.
    pub(super) fn email(&mut self, value: &str, pointer: &str) -> String {
        let text = one_spelling_of_email(value);
        if text.len() > EMAIL_LENGTH || !text.validate_email() {
            self.add("bad_email", pointer);
        }
        text
    }

    /// An e-mail address that may be left out.
    pub(super) fn optional_email(&mut self, value: Option<&str>, pointer: &str) -> Option<String> {
        let text = non_blank(value)?;
        Some(self.email(&text, pointer))
    }

    /// A tax code as the kind of organization needs or may have it.
    pub(super) fn tax_code(&mut self, kind: OrganizationKind, value: Option<&str>, pointer: &str) -> Option<String> {
        let Some(text) = non_blank(value) else {
            if kind.needs_tax_code() {
                self.add("missing_tax_code", pointer);
            }
            return None;
        };
        let parsed = parse_tax_code(kind, &text);
        if parsed.is_none() {
            self.add("bad_tax_code", pointer);
        }
        parsed
    }
}

/// The text in its one spelling; a blank one says nothing.
pub(in crate::features::organizations) fn non_blank(value: Option<&str>) -> Option<String> {
    value.map(nfc_collapsed).filter(|text| !text.is_empty())
}

/// The spelling by which e-mail addresses are kept and compared.
pub(in crate::features::organizations) fn one_spelling_of_email(value: &str) -> String {
    nfc_collapsed(value).to_lowercase()
}

/// Ten digits; ten and three for a dependent unit, with the hyphen or without; or, for whoever may use it, the twelve
/// digits of a personal identification number. The one spelling has the hyphen.
fn parse_tax_code(kind: OrganizationKind, text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| *c != ' ').collect();
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let dependent = match compact.split_once('-') {
        Some((head, tail)) => Some((head, tail)),
        None if digits(&compact, 13) => Some(compact.split_at(10)),
        None => None,
    };
    match dependent {
        Some((head, tail)) => (digits(head, 10) && digits(tail, 3)).then(|| format!("{head}-{tail}")),
        None if digits(&compact, 10) => Some(compact),
        None if digits(&compact, 12) && kind.may_use_personal_number() => Some(compact),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop_assert_eq, proptest};

    use super::{Examination, OrganizationKind, parse_tax_code};

    fn rules(examination: Examination) -> Vec<String> {
        examination.findings.into_iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn tax_code_table() {
        use OrganizationKind::{Company, Landlord, Lodging};
        for (kind, text, expected) in [
            (Company, "0401234567", Some("0401234567")),
            (Company, "0401234567-001", Some("0401234567-001")),
            (Company, "0401234567001", Some("0401234567-001")),
            (Company, "0401 234 567", Some("0401234567")),
            (Company, "048090012345", None),
            (Lodging, "048090012345", Some("048090012345")),
            (Landlord, "048090012345", Some("048090012345")),
            (Company, "040123456", None),
            (Company, "04012345678", None),
            (Company, "0401234567-01", None),
            (Company, "0401234567-0001", None),
            (Company, "0401234567-", None),
            (Company, "-", None),
            (Company, "040123456A", None),
            (Company, "٠٤٠١٢٣٤٥٦٧", None),
        ] {
            assert_eq!(parse_tax_code(kind, text).as_deref(), expected, "{kind:?} {text}");
        }
    }

    #[test]
    fn who_needs_a_tax_code() {
        for (kind, value, expected) in [
            (OrganizationKind::Company, None, vec!["missing_tax_code"]),
            (OrganizationKind::Lodging, Some("  "), vec!["missing_tax_code"]),
            (OrganizationKind::Landlord, None, vec![]),
            (OrganizationKind::Landlord, Some("1"), vec!["bad_tax_code"]),
        ] {
            let mut examination = Examination::default();
            examination.tax_code(kind, value, "/tax_code");
            assert_eq!(rules(examination), expected, "{kind:?} {value:?}");
        }
    }

    #[test]
    fn phone_table() {
        for (text, good) in [
            ("+84 236 3 555 001", true),
            ("0236.355.5001", true),
            ("(0236) 355-5001", true),
            ("02363555", true),
            ("1234567", false),
            ("1234567890123456", false),
            ("84+2363555001", false),
            ("0236 355 5001 x2", false),
            ("0236355500100000          --------", false),
        ] {
            let mut examination = Examination::default();
            examination.phone(Some(text), "/phone");
            assert_eq!(rules(examination).is_empty(), good, "{text}");
        }
        let mut examination = Examination::default();
        assert_eq!(examination.phone(Some(" "), "/phone"), None);
        assert!(rules(examination).is_empty());
    }

    #[test]
    fn email_table() {
        for (text, expected) in [
            (" Le.Tan@Hotel.Example ", Some("le.tan@hotel.example")),
            ("a@b", Some("a@b")),
            ("a@", None),
            ("@b.example", None),
            ("a b@c.example", None),
            ("", None),
        ] {
            let mut examination = Examination::default();
            let email = examination.email(text, "/email");
            let good = rules(examination).is_empty();
            assert_eq!(good.then_some(email.as_str()), expected, "{text}");
        }
        let mut examination = Examination::default();
        examination.email(&format!("{}@b.example", "a".repeat(300)), "/email");
        assert_eq!(rules(examination), ["bad_email"]);
    }

    #[test]
    fn text_table() {
        for (text, expected) in [
            ("ab", Ok("ab")),
            ("  a   b ", Ok("a b")),
            ("Ha\u{300}n", Ok("Hàn")),
            ("a", Err("too_short")),
            (" \t ", Err("too_short")),
            ("abcdef", Err("too_long")),
            ("a\u{1b}b", Err("control_character")),
            ("a\nb", Ok("a b")),
        ] {
            let mut examination = Examination::default();
            let kept = examination.text(text, "/name", 2, 5);
            let found = rules(examination);
            let got = if found.is_empty() { Ok(kept.as_str()) } else { Err(found[0].as_str()) };
            assert_eq!(got, expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn values_that_were_taken_are_taken_again_unchanged(text in any::<String>(), digits in "[0-9 -]{9,16}") {
            for kind in OrganizationKind::ALL {
                if let Some(code) = parse_tax_code(kind, &digits) {
                    prop_assert_eq!(parse_tax_code(kind, &code), Some(code));
                }
            }
            let mut examination = Examination::default();
            let once = examination.text(&text, "", 0, 100);
            let twice = examination.text(&once, "", 0, 100);
            prop_assert_eq!(once, twice);
        }
    }
}
