//! Filing and reading.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::{Declarant, StayReader},
        declarations::{
            dto::{
                DeclarationFilter, DeclarationIn, DeclarationOut, DeclarationPage, FilingOptions, ReceiptQuery,
                ValidationOut,
            },
            dto_stay::{StayFilter, StayPage},
            service::{filing, reading},
        },
    },
    kernel::ids::DeclarationId,
    platform::{
        http::{Json, KeyedJson, Path, Problem, Query, problem::ProblemOut, versioned},
        lang::Lang,
        state::AppState,
    },
};

/// Files a declaration of 1 to 500 stays.
///
/// All stays are filed, or none with every finding of every stay (422); `on_error=skip` files the good ones. A repeat
/// by `Idempotency-Key`, by `client_reference` or by the same guests answers with the first record and
/// `Idempotent-Replayed: true`, never with a second one, also after an amendment. The same document and day of arrival
/// with another person is refused, not answered as a repeat. A late declaration is accepted and marked late.
#[utoipa::path(
    post, path = "/api/v1/declarations", operation_id = "file_declaration", tag = "declarations",
    security(("bearer" = [])), params(FilingOptions, ("Idempotency-Key" = Option<String>, Header, description = "Mandatory for API clients")),
    request_body = DeclarationIn,
    responses(
        (status = 201, description = "Filed", body = DeclarationOut, headers(("Location" = String), ("ETag" = String))),
        (status = 200, description = "All guests were filed before: the first record", body = DeclarationOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn file_declaration(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Query(options): Query<FilingOptions>,
    lang: Lang,
    body: KeyedJson<DeclarationIn>,
) -> Result<Response, Problem> {
    let answer = filing::file(&state, &caller, body.input, options.on_error, body.idempotency, lang).await?;
    Ok(answer.into_response())
}

/// Examines a declaration like a filing does, and stores nothing.
#[utoipa::path(
    post, path = "/api/v1/declarations/validate", operation_id = "validate_declaration", tag = "declarations",
    security(("bearer" = [])), request_body = DeclarationIn,
    responses(
        (status = 200, description = "What a filing would say", body = ValidationOut),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn validate_declaration(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    lang: Lang,
    Json(input): Json<DeclarationIn>,
) -> Result<axum::Json<ValidationOut>, Problem> {
    filing::validate(&state, &caller, input, lang).await.map(axum::Json)
}

/// Lists declarations: the own ones, or for officers those in scope, newest first.
#[utoipa::path(
    get, path = "/api/v1/declarations", operation_id = "list_declarations", tag = "declarations",
    security(("bearer" = [])), params(DeclarationFilter),
    responses(
        (status = 200, description = "A page of declarations", body = DeclarationPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_declarations(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Query(filter): Query<DeclarationFilter>,
) -> Result<axum::Json<DeclarationPage>, Problem> {
    reading::list(&state, &caller, &filter).await.map(axum::Json)
}

/// One declaration with its guests. The read is on the record.
#[utoipa::path(
    get, path = "/api/v1/declarations/{id}", operation_id = "get_declaration", tag = "declarations",
    security(("bearer" = [])), params(("id" = DeclarationId, Path)),
    responses(
        (status = 200, description = "The declaration", body = DeclarationOut, headers(("ETag" = String))),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_declaration(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<DeclarationId>,
    lang: Lang,
) -> Result<Response, Problem> {
    let out = reading::get(&state, &caller, id, lang).await?;
    Ok(versioned(out.declaration.version, &out))
}

/// The receipt as PDF with a QR code that anybody can check. The read is on the record.
///
/// Each change of a stay makes a new receipt; an earlier one is shown as it was and says that it was replaced.
#[utoipa::path(
    get, path = "/api/v1/declarations/{id}/receipt.pdf", operation_id = "get_receipt", tag = "declarations",
    security(("bearer" = [])), params(("id" = DeclarationId, Path), ReceiptQuery),
    responses(
        (status = 200, description = "The receipt", body = Vec<u8>, content_type = "application/pdf"),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn get_receipt(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Path(id): Path<DeclarationId>,
    Query(query): Query<ReceiptQuery>,
    lang: Lang,
) -> Result<Response, Problem> {
    let (code, pdf) = reading::receipt_pdf(&state, &caller, id, query.version, lang).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{code}.pdf\"")),
    ];
    Ok((headers, pdf).into_response())
}

/// Who is, or was, here. Every look is on the record; the police sees only the end of document numbers in a list.
#[utoipa::path(
    get, path = "/api/v1/stays", operation_id = "list_stays", tag = "declarations",
    security(("bearer" = [])), params(StayFilter),
    responses(
        (status = 200, description = "A page of stays", body = StayPage),
        (status = "4XX", description = "Refused", body = ProblemOut, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list_stays(
    StayReader(caller): StayReader,
    State(state): State<AppState>,
    Query(filter): Query<StayFilter>,
    lang: Lang,
) -> Result<axum::Json<StayPage>, Problem> {
    reading::list_stays(&state, &caller, &filter, lang).await.map(axum::Json)
}
