//! Whether a file writes the month before the day. Nothing is swapped: where the order is in doubt, a person decides.

use crate::features::declarations::rules::{StayInput, values};

/// What the dates of one file show about their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DateOrder {
    /// Dates of stays, and with them all dates, may be month first.
    pub stays_in_doubt: bool,
    /// Dates of birth may be month first.
    pub births_in_doubt: bool,
}

impl DateOrder {
    /// Looks for dates that exist with the month first only, such as `11/22/2026`. One such date of a stay puts all
    /// dates of the file in doubt; one such date of birth those of birth, which may come from another program.
    pub(super) fn of(stays: &[StayInput]) -> Self {
        let is_month_first = |text: &Option<String>| text.as_deref().is_some_and(values::is_month_first);
        let stays_in_doubt = stays.iter().any(|stay| {
            [&stay.arrival, &stay.expected_departure, &stay.departure, &stay.permitted_stay]
                .into_iter()
                .any(is_month_first)
        });
        let births_in_doubt = stays_in_doubt || stays.iter().any(|stay| is_month_first(&stay.date_of_birth));
        Self { stays_in_doubt, births_in_doubt }
    }
}
