//! Where stays happen and sponsors sit: the commune-level units of the city, and its parks and zones.
//!
//! Source: units of Da Nang since 1 July 2025 (23 wards, 70 communes, one special zone), statistics-office codes.
//! Whether a unit counts as remote (vùng sâu, vùng xa) is not in any published list: it is set per police unit elsewhere.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::features::catalog::entry::{CatalogError, Entry};

/// Kind of a commune-level unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WardKind {
    /// Phường.
    Ward,
    /// Xã.
    Commune,
    /// Đặc khu.
    SpecialZone,
}

impl WardKind {
    /// The name in data and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ward => "ward",
            Self::Commune => "commune",
            Self::SpecialZone => "special_zone",
        }
    }

    /// Reads [`WardKind::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Ward, Self::Commune, Self::SpecialZone].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A commune-level unit: the level of the police that receive declarations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ward {
    /// Code of the statistics office, five digits.
    pub code: String,
    /// Full Vietnamese name, for example `Phường An Hải`.
    pub name: String,
    /// Name without its kind, for example `An Hải`.
    pub short_name: String,
    /// Kind of unit.
    pub kind: WardKind,
}

/// An industrial, hi-tech, economic or free-trade zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Code of this catalog.
    pub code: String,
    /// Vietnamese name.
    pub name: String,
}

/// The commune-level units, found by code.
#[derive(Clone, Debug)]
pub struct Wards(Coded<Ward>);

impl Wards {
    /// Reads the rows of `admin_units`; rows of other tables are passed over.
    ///
    /// Give the rows in force on one day, see [`crate::features::catalog::in_force`].
    ///
    /// # Errors
    /// [`CatalogError`] when there is no row, a value is missing, a kind is unknown or a code is given twice.
    pub fn from_entries(entries: &[Entry]) -> Result<Self, CatalogError> {
        Coded::read(entries, "admin_units", "unit_code", |entry| {
            let kind = entry.required("unit_type")?;
            let ward = Ward {
                code: entry.required("unit_code")?.to_owned(),
                name: entry.required("unit_name")?.to_owned(),
                short_name: entry.required("short_name")?.to_owned(),
                kind: WardKind::parse(kind)
                    .ok_or_else(|| entry.bad_value("unit_type", kind, "ward, commune or special_zone"))?,
            };
            Ok((ward.code.clone(), ward))
        })
        .map(Self)
    }

    /// The unit of this code.
    pub fn get(&self, code: &str) -> Option<&Ward> {
        self.0.get(code)
    }

    /// All units, in the order of the table.
    pub fn all(&self) -> &[Ward] {
        &self.0.items
    }
}

/// The parks and zones, found by code.
#[derive(Clone, Debug)]
pub struct Zones(Coded<Zone>);

impl Zones {
    /// Reads the rows of `zones`; rows of other tables are passed over.
    ///
    /// Give the rows in force on one day, see [`crate::features::catalog::in_force`].
    ///
    /// # Errors
    /// [`CatalogError`] when there is no row, a value is missing or a code is given twice.
    pub fn from_entries(entries: &[Entry]) -> Result<Self, CatalogError> {
        Coded::read(entries, "zones", "zone_code", |entry| {
            let zone =
                Zone { code: entry.required("zone_code")?.to_owned(), name: entry.required("name_vi")?.to_owned() };
            Ok((zone.code.clone(), zone))
        })
        .map(Self)
    }

    /// The zone of this code.
    pub fn get(&self, code: &str) -> Option<&Zone> {
        self.0.get(code)
    }

    /// All zones, in the order of the table.
    pub fn all(&self) -> &[Zone] {
        &self.0.items
    }
}

/// Rows of one table in their order, with an index by code.
#[derive(Clone, Debug)]
struct Coded<T> {
    items: Vec<T>,
    by_code: HashMap<String, usize>,
}

impl<T> Coded<T> {
    fn read(
        entries: &[Entry],
        table: &'static str,
        code_column: &'static str,
        parse: impl Fn(&Entry) -> Result<(String, T), CatalogError>,
    ) -> Result<Self, CatalogError> {
        let mut items = Vec::new();
        let mut by_code = HashMap::new();
        for entry in entries.iter().filter(|entry| entry.table == table) {
            let (code, item) = parse(entry)?;
            if by_code.contains_key(&code) {
                return Err(entry.duplicate(code_column, &code));
            }
            by_code.insert(code, items.len());
            items.push(item);
        }
        if items.is_empty() {
            return Err(CatalogError::Empty { table });
        }
        Ok(Self { items, by_code })
    }

    fn get(&self, code: &str) -> Option<&T> {
        self.by_code.get(code).map(|index| &self.items[*index])
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::features::catalog::areas::{WardKind, Wards, Zones};
    use crate::features::catalog::entry::{CatalogError, Entry};
    use crate::features::catalog::tables::embedded_entries;

    fn shipped() -> Vec<Entry> {
        embedded_entries().expect("the shipped files are sound")
    }

    fn unit(data: Value) -> Entry {
        Entry { table: "admin_units", code: "20275".to_owned(), valid_from: None, valid_to: None, data }
    }

    #[test]
    fn the_units_of_the_city_are_found_by_code() {
        let wards = Wards::from_entries(&shipped()).expect("sound units");
        let cases = [
            ("20275", "Phường An Hải", "An Hải", WardKind::Ward),
            ("20308", "Xã Bà Nà", "Bà Nà", WardKind::Commune),
            ("20333", "Đặc khu Hoàng Sa", "Hoàng Sa", WardKind::SpecialZone),
        ];
        for (code, name, short_name, kind) in cases {
            let ward = wards.get(code).expect(code);
            assert_eq!((ward.code.as_str(), ward.name.as_str()), (code, name));
            assert_eq!((ward.short_name.as_str(), ward.kind), (short_name, kind));
        }
        for absent in ["", "48", "99999", "An Hải"] {
            assert_eq!(wards.get(absent), None, "{absent:?}");
        }
        let of = |kind| wards.all().iter().filter(|w| w.kind == kind).count();
        assert_eq!((of(WardKind::Ward), of(WardKind::Commune), of(WardKind::SpecialZone)), (23, 70, 1));
    }

    #[test]
    fn the_zones_are_found_by_code() {
        let zones = Zones::from_entries(&shipped()).expect("sound zones");
        assert_eq!(zones.all().len(), 31);
        assert_eq!(zones.get("HTP-DN").expect("the hi-tech park").name, "Khu công nghệ cao Đà Nẵng");
        assert_eq!(zones.get("htp-dn"), None);
    }

    #[test]
    fn bad_rows_are_named_errors() {
        let good =
            json!({ "unit_code": "20275", "unit_name": "Phường An Hải", "short_name": "An Hải", "unit_type": "ward" });
        let cases = [
            ("unit_code", Value::Null, "a value is missing"),
            ("unit_name", Value::Null, "a value is missing"),
            ("short_name", json!(""), "a value is missing"),
            ("unit_type", json!("district"), r#""district" is not ward, commune or special_zone"#),
            ("unit_type", json!(3), r#""3" is not text or null"#),
        ];
        for (column, value, tail) in cases {
            let mut data = good.clone();
            data[column] = value;
            let error = Wards::from_entries(&[unit(data)]).expect_err(column);
            assert_eq!(error.to_string(), format!("catalog table admin_units, row 20275, column {column}: {tail}"));
        }
        let twice = [unit(good.clone()), unit(good)];
        assert!(matches!(Wards::from_entries(&twice), Err(CatalogError::Duplicate { column: "unit_code", .. })));
        assert!(matches!(Zones::from_entries(&twice), Err(CatalogError::Empty { table: "zones" })));
    }

    #[test]
    fn kinds_print_and_parse_alike() {
        for kind in [WardKind::Ward, WardKind::Commune, WardKind::SpecialZone] {
            assert_eq!(WardKind::parse(kind.as_str()), Some(kind));
            assert_eq!(json!(kind), json!(kind.as_str()));
        }
        assert_eq!(WardKind::parse("Ward"), None);
    }
}
