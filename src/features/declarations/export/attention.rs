//! What whoever sends a file on should look at.

use std::collections::BTreeSet;

use crate::{
    features::declarations::export::{ExportStay, FileFormat},
    kernel::partial_date::Precision,
};

/// What a file lacks or cannot say, in numbers and codes; nobody's data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    /// Codes of nationalities that the portal's list lacks; they stand in the file as they are.
    pub unlisted_nationalities: BTreeSet<String>,
    /// Stays without a permitted stay, which the portal asks for.
    pub permitted_stay_missing: usize,
    /// Permitted stays that the format has no place for.
    pub permitted_stay_left_out: usize,
    /// Births known to the month, of which the format can only say the year.
    pub birth_month_left_out: usize,
    /// Check-outs that the format has no place for.
    pub check_out_left_out: usize,
}

impl Attention {
    /// What is to be said of these stays in this format.
    pub fn of(format: FileFormat, stays: &[ExportStay]) -> Self {
        let count = |which: &dyn Fn(&ExportStay) -> bool| stays.iter().filter(|stay| which(stay)).count();
        let is_json = format == FileFormat::Json;
        let has_permitted_stay = format.has_permitted_stay();
        Self {
            unlisted_nationalities: stays
                .iter()
                .filter(|stay| stay.nationality.label.is_none())
                .map(|stay| stay.nationality.code.clone())
                .collect(),
            permitted_stay_missing: count(&|stay| has_permitted_stay && stay.permitted_stay_until.is_none()),
            permitted_stay_left_out: count(&|stay| !has_permitted_stay && stay.permitted_stay_until.is_some()),
            birth_month_left_out: count(&|stay| is_json && stay.precision() == Precision::Month),
            check_out_left_out: count(&|stay| is_json && stay.departed_on.is_some()),
        }
    }

    /// As a dictionary of structured fields (RFC 9651), such as `nationality-unlisted=("HKG" "MAC"),
    /// permitted-stay-missing=2`; none when there is nothing to look at.
    pub fn to_field(&self) -> Option<String> {
        let mut members = Vec::new();
        if !self.unlisted_nationalities.is_empty() {
            let codes: Vec<String> = self.unlisted_nationalities.iter().map(|code| format!("\"{code}\"")).collect();
            members.push(format!("nationality-unlisted=({})", codes.join(" ")));
        }
        for (name, count) in [
            ("permitted-stay-missing", self.permitted_stay_missing),
            ("permitted-stay-left-out", self.permitted_stay_left_out),
            ("birth-month-left-out", self.birth_month_left_out),
            ("check-out-left-out", self.check_out_left_out),
        ] {
            if count > 0 {
                members.push(format!("{name}={count}"));
            }
        }
        (!members.is_empty()).then(|| members.join(", "))
    }
}
