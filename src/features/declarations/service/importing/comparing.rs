//! A file that is only compared: what it says against what is declared at the establishment.

use std::collections::BTreeSet;

use ::entity::{
    guest_import,
    guest_import_difference::{self, Kind},
    guest_import_row::Verdict as RowVerdict,
};
use chrono::NaiveDate;
use serde_json::Value;

use crate::{
    features::{
        accounts::{Caller, Scope},
        declarations::{
            dto_import::{ComparisonOut, DifferenceFilter, DifferenceOut, DifferencePage},
            import::{Format, GuestFile, RowKind},
            rules::{
                Record,
                compare::{Declared, Difference, Guest, Listed, compare, day_of_list, span},
            },
            service::{
                filing::Destination,
                importing::{event, get_row, judging::Judged, position},
                reading::record,
            },
            store as declaration_store, store_import as store,
        },
    },
    kernel::{
        clock,
        ids::{self, EstablishmentId, ImportId, OrganizationId},
        page::PageRequest,
    },
    platform::{db::Failure, http::Problem, state::AppState},
};

/// What a comparison found, ready to be written.
pub(super) struct Found {
    /// How many of each kind.
    pub sums: Value,
    pub rows: Vec<guest_import_difference::Model>,
}

/// In a comparison a row counts if its guest can be looked for, whatever else is missing: in-house lists leave much out.
pub(super) fn as_compared(judged: Vec<Judged>) -> Vec<Judged> {
    let verdict = |row: &Judged| match &row.examined {
        None => RowVerdict::Ignored,
        Some(examined) if text(&examined.record, "document_number").is_some() => RowVerdict::Accepted,
        Some(_) => RowVerdict::Rejected,
    };
    judged
        .into_iter()
        .map(|mut row| {
            row.verdict = verdict(&row);
            row.findings.retain(|finding| finding.rule != "already_declared");
            row
        })
        .collect()
}

/// Compares the rows with what is declared now.
pub(super) async fn differences(
    state: &AppState,
    import: &guest_import::Model,
    destination: &Destination,
    file: &GuestFile,
    judged: &[Judged],
) -> Result<Found, Failure> {
    let now = state.clock.now();
    let today = clock::local_day(now);
    let listed: Vec<Listed> = judged.iter().filter_map(listed).collect();
    let in_house = (file.format == Format::InhouseList).then_some(today);
    let span = span(&listed, list_day(file).or(in_house), today);
    let numbers: BTreeSet<&str> = listed.iter().map(|listed| listed.guest.document_number.as_str()).collect();
    let numbers: Vec<&str> = numbers.into_iter().collect();
    let place = &destination.establishment;
    let place = (OrganizationId(place.organization_id), EstablishmentId(place.id));
    let declared = declaration_store::declared_at(state.db.read(), place, &numbers, span).await?;
    let found = compare(&listed, &declared, span, today);
    let counts = found.counts();
    let of = |kind: Kind| counts.get(&kind).copied().unwrap_or(0);
    let sums = ComparisonOut {
        from: span.0,
        to: span.1,
        matched: found.matched,
        missing: of(Kind::Missing),
        surplus: of(Kind::Surplus),
        different_room: of(Kind::DifferentRoom),
        different_departure: of(Kind::DifferentDeparture),
        permitted_stay_ending: of(Kind::PermittedStayEnding),
        different_person: of(Kind::DifferentPerson),
    };
    let row = |(position, difference): (usize, &Difference)| {
        let listed: Option<&Listed> = difference.listed.and_then(|place| listed.get(place));
        let stay: Option<&Declared> = difference.declared.and_then(|place| declared.get(place));
        guest_import_difference::Model {
            id: ids::fresh(now),
            import_id: import.id,
            position: i32::try_from(position).unwrap_or(i32::MAX),
            kind: difference.kind,
            reference: listed.map(|listed| listed.reference.clone()),
            stay_id: stay.map(|stay| stay.stay_id),
            declared: stay.map(|stay| guest_json(&stay.guest)),
            in_file: listed.map(|listed| guest_json(&listed.guest)),
        }
    };
    let rows = found.differences.iter().enumerate().map(row).collect();
    Ok(Found { sums: serde_json::to_value(sums).unwrap_or_default(), rows })
}

/// The day in a line of the list that is no guest, above the heading or below the guests: "Ngày d tháng m năm yyyy".
fn list_day(file: &GuestFile) -> Option<NaiveDate> {
    let below = file.rows.iter().filter(|row| row.kind == RowKind::Total).flat_map(|row| row.original.values());
    day_of_list(file.above.iter().chain(below).map(String::as_str))
}

fn listed(judged: &Judged) -> Option<Listed> {
    if judged.verdict != RowVerdict::Accepted {
        return None;
    }
    let record = &judged.examined.as_ref()?.record;
    let day = |name: &str| text(record, name)?.parse().ok();
    let guest = Guest {
        document_number: text(record, "document_number")?,
        nationality: text(record, "nationality"),
        full_name: text(record, "full_name"),
        date_of_birth: text(record, "date_of_birth"),
        room: text(record, "room"),
        arrived_on: day("arrived_on"),
        expected_departure_on: day("expected_departure_on"),
        departed_on: day("departed_on"),
        permitted_stay_until: day("permitted_stay_until"),
    };
    Some(Listed { reference: judged.reference.clone(), guest })
}

fn text(record: &Record, name: &str) -> Option<String> {
    record.get(name)?.as_str().map(ToOwned::to_owned)
}

fn guest_json(guest: &Guest) -> Value {
    serde_json::json!({
        "full_name": guest.full_name,
        "date_of_birth": guest.date_of_birth,
        "nationality": guest.nationality,
        "document_number": guest.document_number,
        "room": guest.room,
        "arrived_on": guest.arrived_on,
        "expected_departure_on": guest.expected_departure_on,
        "departed_on": guest.departed_on,
        "permitted_stay_until": guest.permitted_stay_until,
    })
}

/// The differences that a comparison found, by rows of the file, then what is not in it. The police sees only the end of
/// document numbers in a list.
pub async fn list_differences(
    state: &AppState,
    caller: &Caller,
    id: ImportId,
    filter: &DifferenceFilter,
) -> Result<DifferencePage, Problem> {
    let scope = caller.scope()?;
    let row = get_row(state, &scope, id).await?;
    let page = PageRequest::parse(filter.limit, filter.cursor.as_deref())?;
    let after = position(&page)?;
    record(state, caller, event("import_comparison_read", &row)).await?;
    let rows = store::list_differences(state.db.read(), id, filter.kind, &page, after).await?;
    let own = matches!(scope, Scope::Organization(_));
    let page = rows.map(|row| {
        let out = DifferenceOut::new(row);
        if own { out } else { out.masked() }
    });
    Ok(DifferencePage { items: page.items, next_cursor: page.next_cursor })
}
