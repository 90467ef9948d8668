//! Whether a stay was declared in time, and the reason of the answer: from when the clock ran, which limit of which law
//! was in force, how long the system was out, when the declaration was due and how late it came.

use chrono::{DateTime, Duration, Utc};

use crate::{
    features::{
        catalog::{DeadlineRule, Outage, due},
        declarations::rules::Moment,
    },
    kernel::{clock, finding::Finding},
};

/// Rules of findings about time; the examination and a new judgement of a filed stay give at most one of them.
const RULES: [&str; 2] = ["declared_late", "not_declared_at_once"];

/// A stay judged by its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// When it was due at the latest.
    pub due_at: DateTime<Utc>,
    /// Whether it was filed after that.
    pub late: bool,
    /// What there is to say about it.
    pub finding: Option<Finding>,
}

/// Judges a stay that was filed at `filed_at`. What counts is the moment of filing, whenever it is judged.
pub fn judge(
    arrival: Moment,
    rule: &DeadlineRule,
    outages: &[Outage],
    filed_at: DateTime<Utc>,
    pointer: &str,
) -> Judgement {
    let start = arrival.latest();
    let due_by = |limit: Duration| due(start, limit, outages, filed_at);
    let last = due_by(rule.late_after);
    let late = filed_at > last.at;
    let about = |id: &str, limit: Duration| {
        let passed = due_by(limit);
        Finding::warn(id, pointer)
            .with("arrived", arrived(arrival))
            .with("clock_started_at", moment(start))
            .with("limit", span(limit))
            .with("outage", span(passed.stood_still))
            .with("due_at", moment(passed.at))
            .with("late_by", span(round_up(filed_at - passed.at)))
            .with("legal_basis_vi", &rule.legal_basis_vi)
            .with("legal_basis_en", &rule.legal_basis_en)
    };
    let hasty = rule.warn_after.filter(|tolerance| filed_at > due_by(*tolerance).at);
    let finding = match (late, hasty) {
        (true, _) => Some(about("declared_late", rule.late_after)),
        (false, Some(tolerance)) => Some(about("not_declared_at_once", tolerance)),
        (false, None) => None,
    };
    Judgement { due_at: last.at, late, finding }
}

/// The findings of a stay with this judgement in the place of an earlier one; gravest first, as after an examination.
pub fn replace(findings: &[Finding], judgement: &Judgement) -> Vec<Finding> {
    let mut fresh: Vec<Finding> =
        findings.iter().filter(|finding| !RULES.contains(&finding.rule.as_str())).cloned().collect();
    fresh.extend(judgement.finding.clone());
    fresh.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    fresh
}

/// Where an earlier judgement pointed to, if there is one.
pub fn pointer(findings: &[Finding]) -> Option<&str> {
    findings.iter().find(|finding| RULES.contains(&finding.rule.as_str())).map(|finding| finding.pointer.as_str())
}

/// How a deadline was counted, from what is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reckoning {
    /// From when the clock ran.
    pub clock_started_at: DateTime<Utc>,
    /// How long it may run.
    pub limit: Duration,
    /// How long it stood still.
    pub outage: Duration,
    /// How late the declaration came, in whole minutes begun; zero when it was in time.
    pub late_by: Duration,
}

/// Tells how the stored due moment came about.
pub fn reckon(arrival: Moment, rule: &DeadlineRule, due_at: DateTime<Utc>, filed_at: DateTime<Utc>) -> Reckoning {
    let clock_started_at = arrival.latest();
    let limit = rule.late_after;
    Reckoning {
        clock_started_at,
        limit,
        outage: (due_at - clock_started_at - limit).max(Duration::zero()),
        late_by: round_up((filed_at - due_at).max(Duration::zero())),
    }
}

/// Whole minutes, a begun one counted: nobody is late by nothing.
fn round_up(span: Duration) -> Duration {
    let minutes = span.num_minutes();
    Duration::minutes(minutes + i64::from(Duration::minutes(minutes) < span))
}

fn moment(at: DateTime<Utc>) -> String {
    clock::local(at).format("%H:%M %d/%m/%Y").to_string()
}

/// The hour as far as it is known.
fn arrived(arrival: Moment) -> String {
    arrival.at.map_or_else(|| clock::written(arrival.on), moment)
}

/// A span in the symbols of the international units, which both languages read.
fn span(span: Duration) -> String {
    let (hours, minutes) = (span.num_hours(), span.num_minutes() % 60);
    match (hours, minutes) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::features::catalog::{Channel, DeadlineRules, embedded_entries};

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(&format!("{text}:00+07:00")).expect("a literal instant").to_utc()
    }

    fn arrival(text: &str) -> Moment {
        match text.split_once('T') {
            Some(_) => Moment { on: clock::local_day(at(text)), at: Some(at(text)) },
            None => Moment { on: text.parse::<NaiveDate>().expect("a literal day"), at: None },
        }
    }

    fn deadlines() -> DeadlineRules {
        DeadlineRules::from_entries(&embedded_entries().expect("sound files")).expect("sound deadlines")
    }

    fn outage((from, to): (&str, &str)) -> Outage {
        Outage { from: at(from), to: (!to.is_empty()).then(|| at(to)) }
    }

    /// D1 to D5 over the change of 24 July 2026: channel, remoteness, arrival, filing; rule, due, finding.
    #[test]
    fn the_deadline_as_a_table_over_the_change_of_the_law() {
        use Channel::{Electronic, Paper};
        let rules = deadlines();
        let late = Some("declared_late");
        let hasty = Some("not_declared_at_once");
        for (channel, remote, arrived, filed, rule, due_at, finding) in [
            // D3: twelve hours for both channels before the change; 24 in remote areas (D4).
            (Electronic, false, "2026-07-23T23:59", "2026-07-24T11:59", "electronic-2015", "2026-07-24T11:59", None),
            (Electronic, false, "2026-07-23T23:59", "2026-07-24T12:00", "electronic-2015", "2026-07-24T11:59", late),
            (
                Electronic,
                true,
                "2026-07-23T23:59",
                "2026-07-24T23:59",
                "electronic-remote-2015",
                "2026-07-24T23:59",
                None,
            ),
            (Paper, false, "2026-07-23T23:59", "2026-07-24T12:00", "paper-2015", "2026-07-24T11:59", late),
            (Paper, true, "2026-07-23T23:59", "2026-07-25T00:00", "paper-remote-2015", "2026-07-24T23:59", late),
            // D2: at once since then, a reminder after an hour, late after the configured limit.
            (Electronic, false, "2026-07-24T00:00", "2026-07-24T01:00", "electronic-2026", "2026-07-24T12:00", None),
            (Electronic, false, "2026-07-24T00:00", "2026-07-24T01:01", "electronic-2026", "2026-07-24T12:00", hasty),
            (Electronic, false, "2026-07-24T00:00", "2026-07-24T12:00", "electronic-2026", "2026-07-24T12:00", hasty),
            (Electronic, false, "2026-07-24T00:00", "2026-07-24T12:01", "electronic-2026", "2026-07-24T12:00", late),
            (
                Electronic,
                true,
                "2026-07-24T00:00",
                "2026-07-24T23:00",
                "electronic-remote-2026",
                "2026-07-25T00:00",
                hasty,
            ),
            (
                Electronic,
                true,
                "2026-07-24T00:00",
                "2026-07-25T00:01",
                "electronic-remote-2026",
                "2026-07-25T00:00",
                late,
            ),
            (Paper, false, "2026-07-24T00:00", "2026-07-24T12:00", "paper-2026", "2026-07-24T12:00", None),
            (Paper, true, "2026-07-24T00:00", "2026-07-25T00:01", "paper-remote-2026", "2026-07-25T00:00", late),
            // D1: nights and holidays count; the Sunday of a national day is an hour like any other.
            (Paper, false, "2026-09-02T20:00", "2026-09-03T08:01", "paper-2026", "2026-09-03T08:00", late),
            // With only the day known the clock starts at its end.
            (Paper, false, "2026-07-23", "2026-07-24T12:00", "paper-2015", "2026-07-24T12:00", None),
            (Electronic, false, "2026-07-24", "2026-07-25T01:01", "electronic-2026", "2026-07-25T12:00", hasty),
        ] {
            let arrival = arrival(arrived);
            let found = rules.rule_for(channel, remote, arrival.on).expect("a rule");
            let judgement = judge(arrival, found, &[], at(filed), "/x");
            let what = format!("{channel:?} {remote} {arrived} {filed}");
            assert_eq!(found.rule, rule, "{what}");
            assert_eq!(judgement.due_at, at(due_at), "{what}");
            assert_eq!(judgement.finding.map(|finding| finding.rule).as_deref(), finding, "{what}");
            assert_eq!(judgement.late, finding == late, "{what}");
        }
    }

    #[test]
    fn lateness_states_its_reason() {
        let rules = deadlines();
        let rule = rules.get("electronic-2026").expect("shipped");
        let outages = [outage(("2026-11-22T10:00", "2026-11-22T11:30"))];
        let judgement = judge(arrival("2026-11-22T08:00"), rule, &outages, at("2026-11-23T00:45"), "/x");
        let finding = judgement.finding.expect("late");
        for (name, value) in [
            ("arrived", "08:00 22/11/2026"),
            ("clock_started_at", "08:00 22/11/2026"),
            ("limit", "12 h"),
            ("outage", "1 h 30 min"),
            ("due_at", "21:30 22/11/2026"),
            ("late_by", "3 h 15 min"),
            ("legal_basis_vi", rule.legal_basis_vi.as_str()),
            ("legal_basis_en", rule.legal_basis_en.as_str()),
        ] {
            assert_eq!(finding.params.get(name).map(String::as_str), Some(value), "{name}");
        }
        // Judged by its tolerance, a declaration that was not made at once says that limit.
        let hasty = judge(arrival("2026-11-22T08:00"), rule, &outages, at("2026-11-22T09:30"), "/x").finding;
        let hasty = hasty.expect("not at once");
        assert_eq!((hasty.params["limit"].as_str(), hasty.params["late_by"].as_str()), ("1 h", "30 min"));
    }

    #[test]
    fn outages_excuse() {
        let rules = deadlines();
        let rule = rules.get("electronic-2026").expect("shipped");
        let arrival = arrival("2026-11-22T08:00");
        for (outages, filed, expected) in [
            (vec![], "2026-11-22T20:01", Some("declared_late")),
            (vec![("2026-11-22T19:00", "2026-11-22T20:00")], "2026-11-22T21:00", Some("not_declared_at_once")),
            (vec![("2026-11-22T19:00", "2026-11-22T20:00")], "2026-11-22T21:01", Some("declared_late")),
            // The reminder stands still as well.
            (vec![("2026-11-22T08:30", "2026-11-22T15:00")], "2026-11-22T15:30", None),
            // Filed by another way while the system was still out.
            (vec![("2026-11-22T08:30", "")], "2026-11-24T00:00", None),
            (vec![("2026-11-22T21:00", "2026-11-22T23:00")], "2026-11-22T23:30", Some("declared_late")),
        ] {
            let list: Vec<Outage> = outages.iter().copied().map(outage).collect();
            let judgement = judge(arrival, rule, &list, at(filed), "/x");
            assert_eq!(judgement.finding.map(|f| f.rule).as_deref(), expected, "{outages:?} {filed}");
        }
    }

    #[test]
    fn a_new_judgement_takes_the_place_of_the_old_one() {
        let old =
            [Finding::warn("staying_elsewhere", "/b"), Finding::warn("declared_late", "/a"), Finding::info("x", "/c")];
        let of = |finding| Judgement { due_at: at("2026-11-22T08:00"), late: false, finding };
        let ids = |list: Vec<Finding>| list.into_iter().map(|finding| finding.rule).collect::<Vec<_>>();
        assert_eq!(pointer(&old), Some("/a"));
        assert_eq!(pointer(&old[..1]), None);
        assert_eq!(ids(replace(&old, &of(None))), ["staying_elsewhere", "x"]);
        let hasty = Finding::warn("not_declared_at_once", "/a");
        assert_eq!(ids(replace(&old, &of(Some(hasty)))), ["staying_elsewhere", "not_declared_at_once", "x"]);
    }

    #[test]
    fn the_stored_due_moment_is_explained() {
        let rules = deadlines();
        let rule = rules.get("paper-2026").expect("shipped");
        for (due_at, filed, outage, late_by) in [
            ("2026-11-22T20:00", "2026-11-22T19:00", 0, 0),
            ("2026-11-22T20:00", "2026-11-22T20:00", 0, 0),
            ("2026-11-22T20:00", "2026-11-22T20:01", 0, 1),
            ("2026-11-22T21:30", "2026-11-22T23:00", 90, 90),
        ] {
            let reckoning = reckon(arrival("2026-11-22T08:00"), rule, at(due_at), at(filed));
            assert_eq!(reckoning.outage, Duration::minutes(outage), "{due_at}");
            assert_eq!(reckoning.late_by, Duration::minutes(late_by), "{filed}");
            assert_eq!(reckoning.limit, Duration::hours(12));
        }
        assert_eq!(round_up(Duration::seconds(61)), Duration::minutes(2));
        assert_eq!(round_up(Duration::seconds(1)), Duration::minutes(1));
    }
}
