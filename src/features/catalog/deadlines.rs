//! How long after arrival a stay must be declared, by channel, remoteness and day of arrival.
//!
//! Law 47/2014/QH13 Art. 33 gives 12 hours, 24 in remote areas. Since 24 July 2026 (Circular 87/2026/TT-BCA) that is the
//! limit of the paper slip only; the electronic declaration is due at once. No source gives that a number of minutes, so
//! the table holds a tolerance: a warning first, lateness later. The clock is wall-clock time from the real check-in;
//! nights and holidays count, but it stands still while the system is out ([`due`]). Lateness is recorded and never a
//! reason to refuse.

mod standstill;

use std::collections::HashSet;

use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::features::catalog::entry::{CatalogError, Entry};

pub use standstill::{Due, Outage, due};

const TABLE: &str = "deadlines";

/// A limit above one year of minutes is a typing error, not a rule; it also keeps every sum with a date in range.
const MAX_MINUTES: i64 = 366 * 24 * 60;

/// How a declaration reaches the police.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Through the electronic system: page, file or API.
    Electronic,
    /// By the slip NA17, handed in or sent.
    Paper,
}

impl Channel {
    /// The name in data and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Electronic => "electronic",
            Self::Paper => "paper",
        }
    }

    /// Reads [`Channel::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Electronic, Self::Paper].into_iter().find(|channel| channel.as_str() == text)
    }
}

/// One deadline in one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadlineRule {
    /// Id of this version, kept on the declaration that was judged by it. Never reused.
    pub rule: String,
    /// Time after arrival from which the declaration deserves a warning; `None` when only lateness counts.
    pub warn_after: Option<Duration>,
    /// Time after arrival from which the declaration is late.
    pub late_after: Duration,
    /// Legal basis in Vietnamese.
    pub legal_basis_vi: String,
    /// Legal basis in English.
    pub legal_basis_en: String,
}

/// All versions of all deadlines.
#[derive(Clone, Debug)]
pub struct DeadlineRules {
    versions: Vec<Version>,
}

#[derive(Clone, Debug)]
struct Version {
    channel: Channel,
    remote: bool,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    rule: DeadlineRule,
}

impl DeadlineRules {
    /// Reads **all versions** of the rows of `deadlines`; rows of other tables are passed over.
    ///
    /// # Errors
    /// [`CatalogError`] when there is no row, a value is missing or unreadable, the warning does not come before
    /// lateness, a rule id is given twice, or two versions of one deadline start on the same day.
    pub fn from_entries(entries: &[Entry]) -> Result<Self, CatalogError> {
        let mut versions: Vec<Version> = Vec::new();
        let mut rules = HashSet::new();
        for entry in entries.iter().filter(|entry| entry.table == TABLE) {
            let version = Version::read(entry)?;
            if !rules.insert(version.rule.rule.clone()) {
                return Err(entry.duplicate("rule", &version.rule.rule));
            }
            if versions.iter().any(|other| other.same_start(&version)) {
                let from = entry.optional("valid_from")?.unwrap_or_default();
                return Err(entry.duplicate("valid_from", from));
            }
            versions.push(version);
        }
        if versions.is_empty() {
            return Err(CatalogError::Empty { table: TABLE });
        }
        Ok(Self { versions })
    }

    /// The deadline of a stay that began on `arrival` (local date, Asia/Ho_Chi_Minh) in a ward that is or is not
    /// flagged remote.
    ///
    /// It is the version that started last by that day. `None` when none had started, or when it had ended.
    pub fn rule_for(&self, channel: Channel, remote: bool, arrival: NaiveDate) -> Option<&DeadlineRule> {
        self.versions
            .iter()
            .filter(|version| version.channel == channel && version.remote == remote)
            .filter(|version| version.valid_from.is_none_or(|from| from <= arrival))
            .max_by_key(|version| version.valid_from)
            .filter(|version| version.valid_to.is_none_or(|to| arrival <= to))
            .map(|version| &version.rule)
    }

    /// The longest limit of any version, in force or not.
    pub fn longest(&self) -> Duration {
        self.versions.iter().map(|version| version.rule.late_after).max().unwrap_or_default()
    }

    /// The deadline of this id, in force or not: to explain a record that was judged by it.
    pub fn get(&self, rule: &str) -> Option<&DeadlineRule> {
        self.versions.iter().map(|version| &version.rule).find(|candidate| candidate.rule == rule)
    }
}

impl Version {
    fn read(entry: &Entry) -> Result<Self, CatalogError> {
        let channel = entry.required("channel")?;
        let remote = entry.required("remote")?;
        let warn_after = minutes(entry, "warn_after_minutes")?;
        let late_after = minutes(entry, "late_after_minutes")?.ok_or_else(|| CatalogError::MissingValue {
            table: entry.table,
            row: entry.code.clone(),
            column: "late_after_minutes",
        })?;
        if let Some(warn) = warn_after
            && warn >= late_after
        {
            let value = warn.num_minutes().to_string();
            return Err(entry.bad_value("warn_after_minutes", &value, "before lateness"));
        }
        Ok(Self {
            channel: Channel::parse(channel)
                .ok_or_else(|| entry.bad_value("channel", channel, "electronic or paper"))?,
            remote: match remote {
                "Y" => true,
                "N" => false,
                other => return Err(entry.bad_value("remote", other, "Y or N")),
            },
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
            rule: DeadlineRule {
                rule: entry.required("rule")?.to_owned(),
                warn_after,
                late_after,
                legal_basis_vi: entry.required("legal_basis_vi")?.to_owned(),
                legal_basis_en: entry.required("legal_basis_en")?.to_owned(),
            },
        })
    }

    fn same_start(&self, other: &Self) -> bool {
        (self.channel, self.remote, self.valid_from) == (other.channel, other.remote, other.valid_from)
    }
}

/// A positive number of minutes, `None` when the cell is empty.
fn minutes(entry: &Entry, column: &'static str) -> Result<Option<Duration>, CatalogError> {
    let Some(text) = entry.optional(column)? else {
        return Ok(None);
    };
    text.parse::<i64>()
        .ok()
        .filter(|number| (1..=MAX_MINUTES).contains(number))
        .and_then(Duration::try_minutes)
        .map(Some)
        .ok_or_else(|| entry.bad_value(column, text, "a number of minutes from 1 to one year"))
}

#[cfg(test)]
mod tests;
