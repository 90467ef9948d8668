//! Units of the police: the immigration office and the police of each ward.

use std::collections::HashMap;

use ::entity::unit;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use serde_json::json;
use uuid::Uuid;

use crate::{
    features::{
        accounts::{error::AccountError, store},
        catalog::{Ward, WardKind, Wards},
    },
    kernel::{
        ids,
        page::{Page, PageRequest},
    },
    platform::{
        db::{Failure, Work},
        events::Event,
    },
};

pub use ::entity::unit::Model as Unit;

/// Code of Da Nang City in the list of provinces (Decision 19/2025/QĐ-TTg).
const CITY: &str = "48";

/// What an administrator may change; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitChange {
    /// Declarations without warnings are confirmed at once.
    pub auto_confirm: Option<bool>,
    /// Remote area: longer deadlines.
    pub remote: Option<bool>,
}

/// The police of a ward.
pub async fn find_unit_for_ward(
    conn: &impl ConnectionTrait,
    ward_code: &str,
) -> Result<Option<unit::Model>, AccountError> {
    Ok(store::units::find_by_ward(conn, ward_code).await?)
}

/// The immigration office: it receives what no ward's police does.
pub async fn find_office(conn: &impl ConnectionTrait) -> Result<Option<unit::Model>, AccountError> {
    Ok(store::units::find_office(conn).await?)
}

/// The unit that receives declarations from a ward: the ward's own police, else the immigration office. None only where
/// no office has been entered.
pub async fn find_receiving_unit(
    conn: &impl ConnectionTrait,
    ward_code: &str,
) -> Result<Option<unit::Model>, AccountError> {
    match find_unit_for_ward(conn, ward_code).await? {
        Some(unit) => Ok(Some(unit)),
        None => find_office(conn).await,
    }
}

/// Units by id. Which unit receives what is public, so there is no scope.
pub async fn units_by_id(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, unit::Model>, Failure> {
    let rows = store::units::by_ids(conn, ids.into_iter().collect()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Units by id together with the police of wards: both in one statement. Which unit receives what is public, so there is
/// no scope.
pub async fn units_and_wards(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
    ward_codes: impl IntoIterator<Item = String>,
) -> Result<Vec<unit::Model>, Failure> {
    Ok(store::units::by_ids_or_wards(conn, ids.into_iter().collect(), ward_codes.into_iter().collect()).await?)
}

/// A unit.
pub async fn get_unit(conn: &impl ConnectionTrait, id: Uuid) -> Result<unit::Model, AccountError> {
    store::units::find(conn, id).await?.ok_or(AccountError::NotFound)
}

/// A page of units.
pub async fn list_units(
    conn: &impl ConnectionTrait,
    kind: Option<unit::Kind>,
    page: &PageRequest,
) -> Result<Page<unit::Model>, AccountError> {
    let rows = store::units::list(conn, kind, page.after_id()?, page.limit).await?;
    Ok(Page::from_surplus(rows, page.limit, |row| row.id.to_string()))
}

/// Changes a unit, if nobody was first.
pub(crate) async fn change_unit(
    work: &mut Work,
    before: &unit::Model,
    change: UnitChange,
) -> Result<unit::Model, AccountError> {
    let row = unit::ActiveModel {
        auto_confirm: Set(change.auto_confirm.unwrap_or(before.auto_confirm)),
        remote: Set(change.remote.unwrap_or(before.remote)),
        version: Set(before.version + 1),
        updated_at: Set(work.now()),
        ..Default::default()
    };
    let unit = store::units::save(work.tx(), before, row).await?.ok_or(AccountError::Stale)?;
    work.publish(Event::about("unit_changed", "unit", unit.id).of_unit(Some(unit.id)).with(json!({
        "auto_confirm": [before.auto_confirm, unit.auto_confirm],
        "remote": [before.remote, unit.remote],
    })));
    Ok(unit)
}

/// Enters the immigration office and the police of each ward, where they are missing; tells how many.
///
/// A unit that exists stays as it is, with the code that it has: reference codes that were given out begin with it.
pub async fn ensure_units(work: &mut Work, wards: &Wards, prefix: &str) -> Result<usize, AccountError> {
    let known = store::units::all(work.tx()).await?;
    let mut missing = Vec::new();
    if !known.iter().any(|unit| unit.kind == unit::Kind::Office) {
        missing.push((unit::Kind::Office, None, office_names()));
    }
    for ward in wards.all().iter().filter(|ward| !known.iter().any(|u| u.ward_code.as_deref() == Some(&ward.code))) {
        missing.push((unit::Kind::Ward, Some(ward.code.clone()), ward_names(ward)));
    }
    let (now, count) = (work.now(), missing.len());
    let rows = missing.into_iter().map(|(kind, ward_code, (name_vi, name_en))| unit::ActiveModel {
        id: Set(ids::fresh(now)),
        code: Set(format!("{prefix}{}", ward_code.as_deref().unwrap_or(CITY))),
        kind: Set(kind),
        name_vi: Set(name_vi),
        name_en: Set(name_en),
        ward_code: Set(ward_code),
        remote: Set(false),
        auto_confirm: Set(false),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    });
    store::units::insert_missing(work.tx(), rows.collect()).await?;
    if count > 0 {
        work.publish(Event::about_many("units_entered", "unit").with(json!({"units": count})));
    }
    Ok(count)
}

fn office_names() -> (String, String) {
    (
        "Phòng Quản lý xuất nhập cảnh, Công an thành phố Đà Nẵng".to_owned(),
        "Immigration Office, Da Nang City Police".to_owned(),
    )
}

fn ward_names(ward: &Ward) -> (String, String) {
    let (vi, en) = match ward.kind {
        WardKind::Ward => ("phường", "Ward"),
        WardKind::Commune => ("xã", "Commune"),
        WardKind::SpecialZone => ("đặc khu", "Special Zone"),
    };
    (format!("Công an {vi} {}", ward.short_name), format!("{} {en} Police", ward.short_name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_kind() {
        for (kind, vi, en) in [
            (WardKind::Ward, "Công an phường An Hải", "An Hải Ward Police"),
            (WardKind::Commune, "Công an xã An Hải", "An Hải Commune Police"),
            (WardKind::SpecialZone, "Công an đặc khu An Hải", "An Hải Special Zone Police"),
        ] {
            let ward = Ward { code: "1".into(), name: String::new(), short_name: "An Hải".into(), kind };
            assert_eq!(ward_names(&ward), (vi.to_owned(), en.to_owned()));
        }
    }
}
