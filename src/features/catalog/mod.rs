//! Catalog: what the law and the portals fix by list, kept as dated data: inside the binary, in the database, in
//! memory for the rules, and at `/api/v1/catalog` for everybody.
//!
//! # Purpose
//!
//! Numbers, forms, fees, deadlines, code lists, areas and calendars change about twice a year. They are rows with a
//! period of validity, never constants in code, and a record keeps the version that it was received under.
//! The files in `data/` are the first copy; the database may hold a newer one in the same shape ([`Entry`]), and every
//! reader here ([`Nationalities`], [`DeadlineRules`], [`Thresholds`], [`Wards`],
//! [`Zones`]) is built from entries of either origin.
//!
//! # Legal basis
//!
//! | Table | Source |
//! | --- | --- |
//! | `deadlines` | Law 47/2014/QH13 Art. 33; Circular 53/2016/TT-BCA to 23 July 2026; Circular 87/2026/TT-BCA from 24 July 2026 |
//! | `fees` | Circular 28/2026/TT-BTC |
//! | `forms` | Circulars 04/2015, 22/2023 and 70/2026/TT-BCA |
//! | `visa_categories`, `attachments`, `procedures` | Law 47/2014/QH13 as amended to Law 118/2025/QH15 |
//! | `thresholds` | Law 102/2016/QH13 Art. 1; Civil Code 91/2015/QH13 Art. 20; Law 47/2014/QH13 Art. 9 |
//! | `holidays` | yearly government notice; Resolution 28/2026/QH16; a row with status `computed` is a forecast to confirm |
//! | `nationality_codes`, `icao_special_codes` | ICAO Doc 9303 part 3, ISO 3166-1, lists of the declaration portals |
//! | `admin_units`, `zones` | the units of Da Nang since 1 July 2025; decisions of the city on its parks |
//! | `legal_timeline` | the documents themselves: issued, in force, replaced by |
//!
//! # Adding a version
//!
//! 1. Add a **new row** with the same key columns and its own `valid_from`. From that day it supersedes the older row,
//!    which stays as it is: records that were received under it point to it.
//! 2. Never edit a row in place. The one permitted change is to fill an empty `valid_to` (the **last** day in force)
//!    when a rule ends without a successor.
//! 3. A table without a `valid_from` column holds for all time; give it the column when its first second version comes.
//! 4. In `deadlines`, the new row needs a new `rule`: that id is kept on declarations and must mean one thing for ever.
//!
//! # From the file to the rule
//!
//! The content hash ([`content_hash`]) changes with any row. At every start [`load`] brings the embedded edition into the
//! database unless that edition was loaded before: it inserts versions that are missing, updates embedded versions that
//! changed, and never touches a version that only the database has. Rules and answers read a [`CatalogSnapshot`] of the
//! database, built for the local day and renewed by [`CatalogSnapshot::reload`] every hour.

mod areas;
mod deadlines;
mod dto;
mod entry;
mod nationality;
mod routes;
mod service;
mod store;
mod tables;
mod thresholds;

pub use areas::{Ward, WardKind, Wards, Zone, Zones};
pub use deadlines::{Channel, DeadlineRule, DeadlineRules, Due, Outage, due};
pub use entry::{CatalogError, Entry, in_force};
pub use nationality::{Nationalities, Nationality, NationalityError};
pub use routes::routes;
pub use service::{CatalogLoadError, CatalogSnapshot, Catalogue, load};
pub use tables::{CatalogTable, EmbeddedTable, content_hash, embedded, embedded_entries, parse_csv, tables};
pub use thresholds::{Threshold, ThresholdRule, Thresholds};
