//! What may be recorded as an outage, and what may become of one.
//!
//! ```mermaid
//! stateDiagram-v2
//!     [*] --> open: record_outage without an end
//!     [*] --> ended: record_outage with an end
//!     open --> ended: end_outage
//!     open --> withdrawn: withdraw_outage
//!     ended --> withdrawn: withdraw_outage
//! ```
//!
//! An outage is a statement of fact that moves legal deadlines. It is never edited: a wrong one is withdrawn with a
//! reason and recorded anew, so that the record shows under which statement a stay was judged.

use chrono::{DateTime, Duration, Utc};

use crate::kernel::finding::Finding;

/// How long ago an outage may have begun when it is recorded or ended.
const OLDEST: Duration = Duration::days(366);

/// What may be done with an outage that is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is over.
    End,
    /// It was recorded wrongly.
    Withdraw,
}

impl Change {
    /// As in paths and in `allowed_actions`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::End => "end",
            Self::Withdraw => "withdraw",
        }
    }

    /// As it stands on the record.
    pub fn event(self) -> &'static str {
        match self {
            Self::End => "outage_ended",
            Self::Withdraw => "outage_withdrawn",
        }
    }
}

/// Where an outage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It goes on.
    Open,
    /// It is over.
    Ended,
    /// It was recorded wrongly and counts for nothing.
    Withdrawn,
}

impl State {
    /// From what is stored.
    pub fn of(ended: bool, withdrawn: bool) -> Self {
        match (withdrawn, ended) {
            (true, _) => Self::Withdrawn,
            (false, true) => Self::Ended,
            (false, false) => Self::Open,
        }
    }

    /// As in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ended => "ended",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// What may be done with it.
    pub fn allowed(self) -> &'static [Change] {
        match self {
            Self::Open => &[Change::End, Change::Withdraw],
            Self::Ended => &[Change::Withdraw],
            Self::Withdrawn => &[],
        }
    }
}

/// What is wrong with the times of an outage. Only what has happened is recorded: a forecast moves no deadline.
pub fn check_times(starts_at: DateTime<Utc>, ends_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if starts_at > now {
        findings.push(Finding::block("outage_in_future", "/starts_at"));
    }
    if starts_at < now - OLDEST {
        findings.push(Finding::block("outage_too_long_ago", "/starts_at").with("max", OLDEST.num_days().to_string()));
    }
    if let Some(ends_at) = ends_at {
        findings.extend(check_end(starts_at, ends_at, now));
    }
    findings
}

/// What is wrong with the end of an outage.
pub fn check_end(starts_at: DateTime<Utc>, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<Finding> {
    if ends_at <= starts_at {
        Some(Finding::block("outage_ends_before_start", "/ends_at"))
    } else if ends_at > now {
        Some(Finding::block("outage_in_future", "/ends_at"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_a_table() {
        let now = DateTime::from_timestamp(1_795_000_000, 0).expect("valid");
        let at = |hours: i64| now + Duration::hours(hours);
        for (from, to, expected) in [
            (-2, Some(-1), vec![]),
            (-2, Some(0), vec![]),
            (-2, None, vec![]),
            (0, None, vec![]),
            (1, None, vec!["/starts_at outage_in_future"]),
            (-2, Some(1), vec!["/ends_at outage_in_future"]),
            (-2, Some(-2), vec!["/ends_at outage_ends_before_start"]),
            (-2, Some(-3), vec!["/ends_at outage_ends_before_start"]),
            (-366 * 24, Some(-1), vec![]),
            (-366 * 24 - 1, Some(-1), vec!["/starts_at outage_too_long_ago"]),
            (2, Some(1), vec!["/starts_at outage_in_future", "/ends_at outage_ends_before_start"]),
        ] {
            let found = check_times(at(from), to.map(at), now);
            let found: Vec<String> = found.iter().map(|f| format!("{} {}", f.pointer, f.rule)).collect();
            assert_eq!(found, expected, "{from} {to:?}");
        }
    }

    #[test]
    fn states_as_a_table() {
        for (ended, withdrawn, name, allowed) in [
            (false, false, "open", &[Change::End, Change::Withdraw][..]),
            (true, false, "ended", &[Change::Withdraw]),
            (false, true, "withdrawn", &[]),
            (true, true, "withdrawn", &[]),
        ] {
            let state = State::of(ended, withdrawn);
            assert_eq!((state.as_str(), state.allowed()), (name, allowed));
        }
    }
}
