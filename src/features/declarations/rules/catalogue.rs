//! All rules that a finding can name, for `GET /api/v1/rules` and for the tests of the locales.

use crate::kernel::finding::Severity::{self, Block, Info, Warn};

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable id.
    pub id: &'static str,
    /// How grave its finding is.
    pub severity: Severity,
    /// Where the rule comes from.
    pub source: &'static str,
}

const MINISTRY: &str = "Ministry of Public Security, declaration interface guide v1.4 (08/2026)";
const LAW: &str = "Law 47/2014/QH13 Art. 33; Circular 87/2026/TT-BCA";
const CHILDREN: &str = "Law on Children 102/2016/QH13 Art. 1";
const ICAO: &str = "ICAO Doc 9303";
const OURS: &str = "tamtru";

const fn rule(id: &'static str, severity: Severity, source: &'static str) -> Rule {
    Rule { id, severity, source }
}

/// Rules of stays, the ids of the contract first.
pub const RULES: &[Rule] = &[
    rule("missing_name", Block, MINISTRY),
    rule("bad_name", Block, MINISTRY),
    rule("missing_birth_date", Block, MINISTRY),
    rule("invalid_date", Block, MINISTRY),
    rule("ambiguous_date", Block, OURS),
    rule("birth_date_in_future", Block, OURS),
    rule("bad_birth_precision", Block, MINISTRY),
    rule("bad_nationality", Block, MINISTRY),
    rule("not_foreign", Block, LAW),
    rule("missing_passport", Block, MINISTRY),
    rule("bad_passport", Block, MINISTRY),
    rule("bad_gender", Block, MINISTRY),
    rule("missing_arrival", Block, MINISTRY),
    rule("missing_departure", Block, MINISTRY),
    rule("departure_before_arrival", Block, MINISTRY),
    rule("checkout_before_arrival", Block, MINISTRY),
    rule("duplicate_in_file", Block, MINISTRY),
    rule("overlapping_stay_in_file", Block, MINISTRY),
    rule("formula_cell", Block, OURS),
    rule("missing_room", Block, MINISTRY),
    rule("arrival_in_future", Block, MINISTRY),
    rule("too_long", Block, OURS),
    rule("bad_text", Block, OURS),
    rule("bad_document_type", Block, OURS),
    rule("bad_mrz", Block, ICAO),
    rule("mrz_check_digit", Block, ICAO),
    rule("mrz_of_visa", Block, ICAO),
    rule("mrz_mismatch", Block, ICAO),
    rule("arrival_too_long_ago", Block, LAW),
    rule("departure_in_future", Block, OURS),
    rule("not_an_extension", Block, OURS),
    rule("nothing_to_change", Block, OURS),
    rule("same_stay_declared", Block, OURS),
    rule("declared_with_other_details", Block, OURS),
    rule("no_stays", Block, OURS),
    rule("too_many_stays", Block, OURS),
    rule("establishment_closed", Block, OURS),
    rule("declared_late", Warn, LAW),
    rule("not_declared_at_once", Warn, LAW),
    rule("missing_permitted_stay", Warn, MINISTRY),
    rule("permitted_stay_over", Warn, MINISTRY),
    rule("permitted_stay_ends_before_departure", Warn, MINISTRY),
    rule("document_expired", Warn, OURS),
    rule("document_expires_before_departure", Warn, OURS),
    rule("minor_alone", Warn, CHILDREN),
    rule("same_document_other_person", Warn, OURS),
    rule("already_staying_here", Warn, MINISTRY),
    rule("overlapping_stay", Warn, MINISTRY),
    rule("staying_elsewhere", Warn, LAW),
    rule("police_same_document_other_person", Warn, OURS),
    rule("police_overlapping_stay", Warn, LAW),
    rule("document_expires_soon", Info, OURS),
    rule("name_comma_removed", Info, OURS),
    rule("name_title_removed", Info, OURS),
    rule("checkout_is_planned", Info, OURS),
    rule("already_declared", Info, OURS),
    rule("sample_row", Info, OURS),
    rule("total_row", Info, OURS),
];

/// Rules of the requests themselves.
pub const REQUEST_RULES: &[&str] = &[
    "not_utf8",
    "nul_character",
    "too_deep",
    "not_json",
    "unknown_field",
    "missing_field",
    "duplicate_field",
    "wrong_type",
    "bad_query",
    "bad_limit",
    "bad_cursor",
    "too_short",
    "reason_missing",
    "outage_in_future",
    "outage_too_long_ago",
    "outage_ends_before_start",
    "establishment_needed",
    "no_open_establishment",
    "empty_export",
    "too_many_to_export",
];
