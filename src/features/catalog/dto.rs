//! The catalog as it is asked for and answered.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::features::catalog::Entry;

/// Which versions of a table's rows are asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CatalogFilter {
    /// The day, `YYYY-MM-DD`, on which the rows are in force. Today in Viet Nam if left out.
    #[param(format = Date, example = "2026-11-22")]
    pub on: Option<String>,
    /// `true` for every version of every row; `on` must then be left out.
    pub all: Option<bool>,
}

/// The tables of the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogTableList)]
pub struct CatalogTableListOut {
    /// Changes whenever any row of any table does.
    #[schema(example = "3f0c1b7a…")]
    pub edition: String,
    /// The day for which rows are counted.
    pub on: NaiveDate,
    /// The tables, by name.
    pub items: Vec<CatalogTableOut>,
}

/// A table of the catalog.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogTable)]
pub struct CatalogTableOut {
    /// Name, as in the address.
    #[schema(example = "nationality_codes")]
    pub table: &'static str,
    /// Columns whose values, joined with `:`, are the code of a row.
    pub key_columns: Vec<&'static str>,
    /// Rows in force on the day.
    pub rows: usize,
    /// All versions of all rows.
    pub versions: usize,
}

/// The rows of one table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogRows)]
pub struct CatalogRowsOut {
    /// Name of the table.
    #[schema(example = "nationality_codes")]
    pub table: &'static str,
    /// Changes whenever any row of any table does.
    pub edition: String,
    /// The day on which the rows are in force; null when every version was asked for.
    pub on: Option<NaiveDate>,
    /// The rows, in the order of the table.
    pub items: Vec<CatalogRowOut>,
}

/// One row in one version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CatalogRow)]
pub struct CatalogRowOut {
    /// Stable key of the row inside its table; all versions share it.
    #[schema(example = "POL")]
    pub code: String,
    /// First day in force; null when it always was.
    pub valid_from: Option<NaiveDate>,
    /// Last day in force; null while no end is known.
    pub valid_to: Option<NaiveDate>,
    /// The columns of the row: text, or null for an empty cell.
    pub data: Map<String, Value>,
}

impl From<&Entry> for CatalogRowOut {
    fn from(entry: &Entry) -> Self {
        Self {
            code: entry.code.clone(),
            valid_from: entry.valid_from,
            valid_to: entry.valid_to,
            data: entry.columns().cloned().unwrap_or_default(),
        }
    }
}
