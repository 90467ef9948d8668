//! Reasons that people write: of a change, of an officer's answer, of an outage.

use crate::kernel::{finding::Finding, text::nfc_collapsed};

/// The reason as it is kept; none if nothing is said.
pub fn given(reason: Option<&str>) -> Option<String> {
    reason.map(nfc_collapsed).filter(|reason| !reason.is_empty())
}

/// A reason that must be given.
///
/// # Errors
/// [`missing`] if nothing is said.
pub fn needed(reason: Option<&str>) -> Result<String, Finding> {
    given(reason).ok_or_else(missing)
}

/// The finding where a reason must be given and none is.
pub fn missing() -> Finding {
    Finding::block("reason_missing", "/reason")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_no_reason() {
        for (text, expected) in
            [(None, None), (Some(""), None), (Some(" \u{a0}\n"), None), (Some("  wrong  room "), Some("wrong room"))]
        {
            assert_eq!(given(text).as_deref(), expected, "{text:?}");
            assert_eq!(needed(text).map_err(|finding| finding.rule).ok().as_deref(), expected, "{text:?}");
        }
    }
}
