//! Files to take away: stays, and the marked copy of a refused file.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::OwnStayReader,
        declarations::{
            dto_stay::ExportFilter,
            service::{
                exporting::{self, Download},
                reporting,
            },
        },
    },
    kernel::ids::ImportId,
    platform::{
        http::{Path, Problem, Query, problem::ProblemOut},
        lang::Lang,
        state::AppState,
    },
};

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.bytes));
        let fields = [
            (header::CONTENT_TYPE, Some(self.media_type.to_owned())),
            (header::CONTENT_DISPOSITION, Some(format!("attachment; filename=\"{}\"", self.name))),
            (HeaderName::from_static("guest-count"), Some(self.count.to_string())),
            (HeaderName::from_static("export-attention"), self.attention),
        ];
        for (name, value) in fields {
            if let Some(value) = value.and_then(|text| HeaderValue::try_from(text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The own organization's stays as a file to hand in elsewhere or to keep.
///
/// The portal's XML or workbook, the national interface's JSON, or CSV; by day of arrival, withdrawn stays left out. At most
/// 10,000 stays a file; where more fit, none is written and `count` says how many (422). Where none fits there is no file
/// either (422). `Export-Attention` (RFC 9651) tells what the file lacks or cannot say: nationalities that the portal's list
/// does not hold and that stand as bare codes, permitted stays that are missing, and what the format has no place for. The
/// police has no export: its lists show the end of a document number only. Every file is on the record with the SHA-256 of
/// its bytes.
#[utoipa::path(
    get, path = "/api/v1/stays/export", operation_id = "export_stays", tag = "declarations",
    security(("bearer" = [])), params(ExportFilter),
    responses(
        (status = 200, description = "The file", content(
            (Vec<u8> = "application/xml"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            (Vec<u8> = "application/json"),
            (Vec<u8> = "text/csv"),
        ), headers(("Guest-Count" = u32), ("Export-Attention" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn export_stays(
    OwnStayReader(caller): OwnStayReader,
    State(state): State<AppState>,
    Query(filter): Query<ExportFilter>,
) -> Result<Download, Problem> {
    exporting::export(&state, &caller, &filter).await
}

/// The refused rows of an import as a workbook to mend and hand in again.
///
/// The user's own columns, wrong cells coloured and explained in a note, and two columns at the right that say what is wrong
/// and how to mend it, in the language of `Accept-Language`. The read is on the record. Where no row was refused there is no
/// file (422).
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/report.xlsx", operation_id = "get_import_report", tag = "imports",
    security(("bearer" = [])), params(("id" = ImportId, Path)),
    responses(
        (status = 200, description = "The workbook", body = Vec<u8>,
            content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            headers(("Guest-Count" = u32))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_import_report(
    OwnStayReader(caller): OwnStayReader,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    lang: Lang,
) -> Result<Download, Problem> {
    reporting::report(&state, &caller, id, lang).await
}
