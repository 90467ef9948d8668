//! Guest files.

use std::time::Duration;

use ::entity::guest_import::Mode;
use std::collections::BTreeSet;

use axum::{
    Extension,
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request, State,
        multipart::{Field, MultipartError},
    },
    http::header,
    response::{IntoResponse, Response, Sse},
};

use crate::{
    features::{
        accounts::{Declarant, StayReader},
        declarations::{
            dto_import::{
                DifferenceFilter, DifferencePage, ImportFilter, ImportForm, ImportOut, ImportPage, ImportRowFilter,
                ImportRowPage,
            },
            import::Limits,
            service::importing::{self, Upload},
        },
    },
    kernel::{finding::Finding, ids::ImportId, text::nfc_collapsed},
    platform::{
        http::{
            IdempotentJson, Path, Problem, ProblemKind, Query,
            idempotency::{CallerTag, Idempotency},
            problem::ProblemOut,
            versioned,
        },
        lang::Lang,
        state::AppState,
    },
};

/// Bytes that the form may hold beside the file.
const FORM_OVERHEAD: usize = 64 * 1024;
/// How long an upload may take.
const UPLOAD_TIME: Duration = Duration::from_secs(20);

/// An empty body.
#[derive(Debug, Default, serde::Deserialize, validator::Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommitIn {}

/// A guest file with its idempotency key. A repeated key answers before the handler runs.
pub(super) struct UploadForm {
    upload: Upload,
    idempotency: Idempotency,
}

impl FromRequest<AppState> for UploadForm {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let declared = parts.headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        if declared.is_some_and(|length| length > Limits::default().file_bytes + FORM_OVERHEAD) {
            return Err(Problem::new(ProblemKind::TooLarge).into_response());
        }
        let holder = parts.extensions.get::<CallerTag>().map_or("", |tag| tag.name.as_str());
        let _slot = state
            .uploads
            .take(holder)
            .ok_or_else(|| Problem::new(ProblemKind::TooManyRequests).retry_after(2).into_response())?;
        let head = parts.clone();
        let mut request = Request::from_parts(parts, body);
        DefaultBodyLimit::max(Limits::default().file_bytes + FORM_OVERHEAD).apply(&mut request);
        let form = tokio::time::timeout(UPLOAD_TIME, read_form(request, state))
            .await
            .unwrap_or_else(|_elapsed| Err(Problem::new(ProblemKind::RequestTimeout)));
        let upload = form.map_err(IntoResponse::into_response)?;
        let mode = match upload.mode {
            Mode::Preview => "preview",
            Mode::Commit => "commit",
            Mode::Compare => "compare",
        };
        let fields = format!("{} {mode} {}\n", upload.establishment_id, upload.file_name);
        let content = [fields.as_bytes(), &upload.bytes];
        let idempotency = Idempotency::read(&head, &content, state).map_err(IntoResponse::into_response)?;
        match idempotency.replay(state).await.map_err(IntoResponse::into_response)? {
            Some(answer) => Err(answer.into_response()),
            None => Ok(Self { upload, idempotency }),
        }
    }
}

async fn read_form(request: Request, state: &AppState) -> Result<Upload, Problem> {
    let mut form =
        Multipart::from_request(request, state).await.map_err(|_| Problem::new(ProblemKind::UnsupportedMediaType))?;
    let (mut establishment, mut mode, mut file) = (None, Mode::Preview, None);
    let mut seen = BTreeSet::new();
    while let Some(field) = form.next_field().await.map_err(refusal)? {
        let name = field.name().unwrap_or_default().to_owned();
        // Of two files one would be lost without a word.
        if !seen.insert(name.clone()) {
            let pointer = format!("/{}", name.chars().take(50).collect::<String>());
            return Err(Problem::finding(Finding::block("duplicate_field", pointer).with("field", name)));
        }
        match name.as_str() {
            "establishment_id" => {
                let text = text_of(field).await?;
                let id = uuid::Uuid::parse_str(text.trim());
                establishment =
                    Some(id.map_err(|_| Problem::finding(Finding::block("wrong_type", "/establishment_id")))?);
            }
            "mode" => {
                mode = match text_of(field).await?.trim() {
                    "preview" => Mode::Preview,
                    "commit" => Mode::Commit,
                    "compare" => Mode::Compare,
                    _ => return Err(Problem::finding(Finding::block("wrong_type", "/mode"))),
                }
            }
            "file" => {
                let file_name = nfc_collapsed(field.file_name().unwrap_or("file"));
                let file_name = file_name.chars().filter(|c| !c.is_control()).take(200).collect::<String>();
                file = Some((file_name, bytes_of(field, Limits::default().file_bytes).await?));
            }
            other => {
                let pointer = format!("/{}", other.chars().take(50).collect::<String>());
                return Err(Problem::finding(Finding::block("unknown_field", pointer)));
            }
        }
    }
    let missing =
        |field: &str| Problem::finding(Finding::block("missing_field", format!("/{field}")).with("field", field));
    let (file_name, bytes) = file.ok_or_else(|| missing("file"))?;
    let establishment = establishment.ok_or_else(|| missing("establishment_id"))?;
    Ok(Upload { establishment_id: crate::kernel::ids::EstablishmentId(establishment), mode, file_name, bytes })
}

fn refusal(error: MultipartError) -> Problem {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(ProblemKind::TooLarge);
    }
    Problem::malformed(Finding::block("bad_form", ""))
}

async fn text_of(field: Field<'_>) -> Result<String, Problem> {
    let bytes = bytes_of(field, 1024).await?;
    String::from_utf8(bytes).map_err(|_| Problem::malformed(Finding::block("not_utf8", "")))
}

async fn bytes_of(mut field: Field<'_>, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    loop {
        let chunk = field.chunk().await.map_err(refusal)?;
        let Some(chunk) = chunk else { return Ok(bytes) };
        if bytes.len() + chunk.len() > limit {
            return Err(Problem::new(ProblemKind::TooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// Takes in a guest file, at most 10 MiB, recognised by its content.
///
/// Read are KHAI_BAO_TAM_TRU XML, the JSON of the national interface, and guest lists as workbook (`.xlsx`, `.xls`), CSV or
/// HTML: the KBTT sheet, the national portal's download, and the lists that hotel and desktop programs make. What cannot be
/// read surely is refused with the place, never guessed.
///
/// The file is read in the background; ask `Location` for its state. With `mode=preview` nothing is filed until
/// `commit_import`; with `mode=commit` the accepted rows are filed at once; with `mode=compare` nothing is ever filed,
/// and `list_import_differences` tells how the file and what is declared differ. The same file twice changes nothing.
#[utoipa::path(
    post, path = "/api/v1/imports", operation_id = "create_import", tag = "imports",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients")),
    request_body(content = ImportForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "Taken in", body = ImportOut, headers(("Location" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create_import(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    form: UploadForm,
) -> Result<Response, Problem> {
    let answer = importing::create(&state, &caller.actor, &caller.scope()?, form.upload, &form.idempotency).await?;
    Ok(answer.into_response())
}

/// Imports of the own organization, newest first.
#[utoipa::path(
    get, path = "/api/v1/imports", operation_id = "list_imports", tag = "imports",
    security(("bearer" = [])), params(ImportFilter),
    responses(
        (status = 200, description = "A page of imports", body = ImportPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_imports(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Query(filter): Query<ImportFilter>,
) -> Result<axum::Json<ImportPage>, Problem> {
    importing::list(&state, &caller.scope()?, &filter).await.map(axum::Json)
}

/// How far an import is; `progress` alone makes no new version. `rows_read` is always `accepted` + `rejected` + `ignored`.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}", operation_id = "get_import", tag = "imports",
    security(("bearer" = [])), params(("id" = ImportId, Path)),
    responses(
        (status = 200, description = "The import", body = ImportOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_import(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
) -> Result<Response, Problem> {
    let out = importing::get(&state, &caller.scope()?, id).await?;
    Ok(versioned(out.version, &out))
}

/// The rows of an import with their verdicts, in the order of the file. The read is on the record.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/rows", operation_id = "list_import_rows", tag = "imports",
    security(("bearer" = [])), params(("id" = ImportId, Path), ImportRowFilter),
    responses(
        (status = 200, description = "A page of rows", body = ImportRowPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_import_rows(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    Query(filter): Query<ImportRowFilter>,
    lang: Lang,
) -> Result<axum::Json<ImportRowPage>, Problem> {
    importing::rows(&state, &caller, id, &filter, lang).await.map(axum::Json)
}

/// Files the accepted rows of an import that was looked at, all in one transaction. Asking again is harmless.
#[utoipa::path(
    post, path = "/api/v1/imports/{id}/commit", operation_id = "commit_import", tag = "imports",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients"), ("id" = ImportId, Path)), request_body = CommitIn,
    responses(
        (status = 202, description = "It is being filed", body = ImportOut, headers(("Location" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn commit_import(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    body: IdempotentJson<CommitIn>,
) -> Result<Response, Problem> {
    let CommitIn {} = body.input;
    let answer = importing::commit(&state, &caller.actor, &caller.scope()?, id, &body.idempotency).await?;
    Ok(answer.into_response())
}

/// News of an import as they come (Server-Sent Events): `progress` with each change, `done` with the state that stays.
///
/// Each event holds the import as `get_import` answers it. The stream ends after `done`, or after five minutes: ask
/// again to go on. At most four streams of one caller.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/events", operation_id = "watch_import", tag = "imports",
    security(("bearer" = [])), params(("id" = ImportId, Path)),
    responses(
        (status = 200, description = "A stream of events", body = ImportOut, content_type = "text/event-stream"),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn watch_import(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    Extension(tag): Extension<CallerTag>,
) -> Result<Response, Problem> {
    let events = importing::watch(&state, &caller.scope()?, &tag.name, id).await?;
    let headers = [(header::CACHE_CONTROL, "no-store")];
    Ok((headers, Sse::new(events).keep_alive(importing::heartbeat())).into_response())
}

/// How a compared file and what is declared differ: by rows of the file, then what is not in it. The read is on the
/// record; the police sees only the end of document numbers.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/comparison", operation_id = "list_import_differences", tag = "imports",
    security(("bearer" = [])), params(("id" = ImportId, Path), DifferenceFilter),
    responses(
        (status = 200, description = "A page of differences", body = DifferencePage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_import_differences(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    Query(filter): Query<DifferenceFilter>,
) -> Result<axum::Json<DifferencePage>, Problem> {
    importing::list_differences(&state, &caller, id, &filter).await.map(axum::Json)
}

/// The receipt of an import that was filed, as PDF: sums, the file's hash, and the declarations that came of it. The read
/// is on the record.
#[utoipa::path(
    get, path = "/api/v1/imports/{id}/receipt.pdf", operation_id = "get_import_receipt", tag = "imports",
    security(("bearer" = [])), params(("id" = ImportId, Path)),
    responses(
        (status = 200, description = "The receipt", body = Vec<u8>, content_type = "application/pdf"),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_import_receipt(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<ImportId>,
    lang: Lang,
) -> Result<Response, Problem> {
    let pdf = importing::receipt_pdf(&state, &caller, id, lang).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"import-{id}.pdf\"")),
    ];
    Ok((headers, pdf).into_response())
}
