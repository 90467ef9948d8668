//! Shapes of imports on the wire.

use ::entity::{guest_import, guest_import_difference, guest_import_row};
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    kernel::{
        clock::local,
        finding::Finding,
        ids::{DeclarationId, EstablishmentId, ImportId, StayId},
        travel_document::mask,
    },
    platform::{http::problem::FindingOut, lang::Lang},
};

/// A guest file, as a form.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the form for the OpenAPI document; the fields are read one by one")]
pub struct ImportForm {
    /// The file, at most 10 MiB, recognised by its content: KHAI_BAO_TAM_TRU XML, a guest list (`.xlsx`, `.xls`, CSV, HTML),
    /// or the JSON of the national interface.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Where the guests stay.
    establishment_id: EstablishmentId,
    /// `preview` (default) shows the verdicts, `commit` files the accepted rows at once, `compare` files nothing and
    /// compares the file with what is declared at the establishment.
    mode: Option<String>,
}

/// How far an import is. `rows_read` is always `accepted` + `rejected` + `ignored`.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportOut {
    /// Id.
    pub id: ImportId,
    /// Where the guests stay.
    pub establishment_id: EstablishmentId,
    /// `queued`, `reading`, `ready`, `committing`, `done` or `refused`.
    #[schema(value_type = String, example = "ready")]
    pub status: guest_import::Status,
    /// `preview`, `commit` or `compare`.
    #[schema(value_type = String, example = "preview")]
    pub mode: guest_import::Mode,
    /// What the file turned out to be: `kbtt_xml_11`, `kbtt_xml_12`, `kbtt_workbook_11`, `kbtt_workbook_12`,
    /// `kbtt_download`, `accommodation_19`, `pa18`, `provincial_list`, `guest_list`, `inhouse_list` or `kbtt_json`.
    #[schema(example = "kbtt_xml_12")]
    pub format: Option<String>,
    /// Name of the file as handed in.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub file_hash: String,
    /// Rows read.
    pub rows_read: i32,
    /// Rows that are, or on commit will be, filed; in a comparison those that were compared.
    pub accepted: i32,
    /// Rows with a blocking finding.
    pub rejected: i32,
    /// Sample rows, totals and guests who are declared already.
    pub ignored: i32,
    /// Per cent of the running step.
    pub progress: i32,
    /// Why the file was refused: `dtd_forbidden`, `not_well_formed`, `bad_encoding`, `unknown_format`,
    /// `wrong_template`, `too_large`, `corrupt_file`, `empty_file`, `no_guest_rows`.
    pub reason: Option<String>,
    /// Where in the file.
    pub location: Option<String>,
    /// What to do about a refused file, where more can be said than its reason: `vietnamese_guests`, `export_kbtt`,
    /// `evisa_applications`, `police_report`, `save_as_xlsx`, `remove_password`, `not_a_table`.
    pub advice: Option<String>,
    /// Headings of the file and what each was taken for; none for XML and JSON.
    pub columns: Option<Value>,
    /// What a comparison found.
    pub comparison: Option<ComparisonOut>,
    /// Declarations that came of it.
    pub declarations: Vec<ImportedDeclarationOut>,
    /// When it was handed in.
    pub created_at: DateTime<FixedOffset>,
    /// When it was filed or refused.
    pub finished_at: Option<DateTime<FixedOffset>>,
    /// Counts changes; also the `ETag`.
    pub version: i32,
}

/// What a comparison found: how many guests of each sort.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ComparisonOut {
    /// First night that the file speaks of: of the day that it names, or of its first arrival.
    pub from: NaiveDate,
    /// Day after its last night.
    pub to: NaiveDate,
    /// Guests of the file who are declared.
    pub matched: usize,
    /// In the file, not declared.
    pub missing: usize,
    /// Declared and staying in these nights, not in the file.
    pub surplus: usize,
    /// Declared in another room.
    pub different_room: usize,
    /// Declared with another departure.
    pub different_departure: usize,
    /// The permitted stay ends within seven days or before the departure.
    pub permitted_stay_ending: usize,
    /// The document is declared with another name or date of birth.
    pub different_person: usize,
}

/// A declaration that came of an import.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ImportedDeclarationOut {
    /// Id.
    pub id: DeclarationId,
    /// What people read.
    pub reference_code: String,
    /// How many stays.
    pub stay_count: i32,
}

impl ImportOut {
    /// From a row.
    pub fn new(row: &guest_import::Model, declarations: &[ImportedDeclarationOut]) -> Self {
        Self {
            id: ImportId(row.id),
            establishment_id: EstablishmentId(row.establishment_id),
            status: row.status,
            mode: row.mode,
            format: row.format.clone(),
            file_name: row.file_name.clone(),
            file_hash: row.file_hash.clone(),
            rows_read: row.rows_read,
            accepted: row.accepted,
            rejected: row.rejected,
            ignored: row.ignored,
            progress: row.progress,
            reason: row.reason.clone(),
            location: row.location.clone(),
            advice: row.advice.clone(),
            columns: row.columns.clone(),
            comparison: row.comparison.clone().and_then(|sums| serde_json::from_value(sums).ok()),
            declarations: declarations.to_vec(),
            created_at: local(row.created_at),
            finished_at: row.finished_at.map(local),
            version: row.version,
        }
    }
}

/// A row with its verdict.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRowOut {
    /// Where the user finds it: the row of the sheet or table, the line of the text file, or the number of the record in XML
    /// or JSON, counted from 1.
    #[schema(rename = "ref")]
    #[serde(rename = "ref")]
    pub reference: String,
    /// `accepted`, `rejected` or `ignored`.
    #[schema(value_type = String, example = "rejected")]
    pub verdict: guest_import_row::Verdict,
    /// What was understood.
    pub record: Value,
    /// What stands in the file.
    pub original: Value,
    /// Why.
    pub findings: Vec<FindingOut>,
    /// All cells of a refused row in the order of the file's columns; none for XML and JSON.
    pub cells: Option<Value>,
    /// Where it is filed.
    pub declaration_id: Option<DeclarationId>,
}

impl ImportRowOut {
    /// From a row, its findings in the reader's language.
    pub fn new(row: &guest_import_row::Model, lang: Lang) -> Self {
        let findings = Finding::stored(&row.findings);
        Self {
            reference: row.reference.clone(),
            verdict: row.verdict,
            record: row.record.clone(),
            original: row.original.clone(),
            findings: findings.iter().map(|finding| FindingOut::new(finding, lang)).collect(),
            cells: row.cells.clone(),
            declaration_id: row.declaration_id.map(DeclarationId),
        }
    }

    /// The same row for the police's list: the document number hidden but for its end, the cells left out.
    #[must_use]
    pub fn masked(mut self) -> Self {
        for members in [&mut self.record, &mut self.original] {
            if let Some(Value::String(number)) = members.get_mut("document_number") {
                *number = mask(number);
            }
        }
        self.cells = None;
        self
    }
}

/// One difference between a file and what is declared.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferenceOut {
    /// `missing`, `surplus`, `different_room`, `different_departure`, `permitted_stay_ending` or `different_person`.
    #[schema(value_type = String, example = "missing")]
    pub kind: guest_import_difference::Kind,
    /// Where the guest stands in the file; none if he is not in it.
    #[schema(rename = "ref")]
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The declared stay; none if there is none.
    pub stay_id: Option<StayId>,
    /// What is declared: name, date of birth, nationality, document, room and days.
    pub declared: Option<Value>,
    /// What was understood of the file, the same members.
    pub file: Option<Value>,
}

impl DifferenceOut {
    /// From a row.
    pub fn new(row: guest_import_difference::Model) -> Self {
        Self {
            kind: row.kind,
            reference: row.reference,
            stay_id: row.stay_id.map(StayId),
            declared: row.declared,
            file: row.in_file,
        }
    }

    /// The same with only the end of document numbers.
    #[must_use]
    pub fn masked(mut self) -> Self {
        for guest in [&mut self.declared, &mut self.file].into_iter().flatten() {
            if let Some(number) = guest["document_number"].as_str().map(mask) {
                guest["document_number"] = number.into();
            }
        }
        self
    }
}

/// A page of differences.
#[derive(Debug, Serialize, ToSchema)]
pub struct DifferencePage {
    /// The differences: by rows of the file, then what is not in it.
    pub items: Vec<DifferenceOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Which differences.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceFilter {
    /// Only those of this kind.
    #[param(value_type = Option<String>)]
    pub kind: Option<guest_import_difference::Kind>,
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// A page of imports.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPage {
    /// The imports, newest first.
    pub items: Vec<ImportOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// A page of rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportRowPage {
    /// The rows, in the order of the file.
    pub items: Vec<ImportRowOut>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Which imports.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportFilter {
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}

/// Which rows.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportRowFilter {
    /// Only those with this verdict.
    #[param(value_type = Option<String>)]
    pub verdict: Option<guest_import_row::Verdict>,
    /// Rows on a page, 1 to 200.
    pub limit: Option<u64>,
    /// Where the page begins.
    pub cursor: Option<String>,
}
