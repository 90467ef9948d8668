//! The drop-in door of the national interface: hotel software that speaks to it changes host and token.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, Request, State},
    http::{HeaderName, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::{
    features::{
        accounts::Declarant,
        declarations::{
            dto_compat::{LANG, NationalGuestIn, NationalGuests, NationalOut},
            service::compat,
        },
    },
    kernel::ids::EstablishmentId,
    platform::{
        db::Answer,
        http::{
            Path, Problem, ProblemKind,
            dialect::Dialect,
            extract::{JSON_LIMIT, parse_json_list, read_json_within},
            idempotency::{CallerTag, Idempotency},
            slots::Slot,
        },
        state::AppState,
    },
};

/// How failures are said at this door.
pub const NATIONAL: Dialect = Dialect { prefix: "/compat/kbtt/", lang: LANG, say: refuse };

/// Largest body: some dozens of passport photos, or hundreds that the software has made small.
pub(super) const COMPAT_LIMIT: usize = 16 * 1024 * 1024;
/// How long a body may take to arrive.
const COMPAT_TIME: Duration = Duration::from_secs(20);

fn refuse(problem: &Problem, request_id: &str) -> (StatusCode, Vec<u8>) {
    let (status, out) = NationalOut::refused(problem, request_id);
    (status, serde_json::to_vec(&out).unwrap_or_default())
}

/// The guests of a request with its idempotency key, if it has one.
pub(super) struct NationalBody {
    guests: NationalGuests,
    idempotency: Idempotency,
}

impl FromRequest<AppState> for NationalBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let _slot = slot_for_photos(&parts, &body, state)?;
        let bytes = read_json_within(&parts.headers, body, COMPAT_LIMIT, COMPAT_TIME).await?;
        let (large, state) = (bytes.len() > JSON_LIMIT, state.clone());
        let read = move || {
            let idempotency = Idempotency::read_if_sent(&parts, &[&bytes], &state)?;
            Ok(Self { guests: parse_json_list(&bytes)?, idempotency })
        };
        // Photos are some tenths of a second of work: not on a thread that others wait for.
        if !large {
            return read();
        }
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|_stopped| Err(Problem::new(ProblemKind::Internal)))
    }
}

/// A body with photos takes a place among the uploads, so that few of them are in memory at once; one without never waits.
fn slot_for_photos(parts: &Parts, body: &Body, state: &AppState) -> Result<Option<Slot>, Problem> {
    if body.size_hint().upper().is_some_and(|bytes| bytes <= JSON_LIMIT as u64) {
        return Ok(None);
    }
    let holder = parts.extensions.get::<CallerTag>().map_or("", |tag| tag.name.as_str());
    let slot = state.uploads.take(holder);
    slot.map(Some).ok_or_else(|| Problem::new(ProblemKind::TooManyRequests).retry_after(2))
}

/// The answer of the national interface; what it does not know stands in headers that its software passes over.
fn accepted(answer: Answer) -> Response {
    let code = answer.body["reference_code"].as_str().unwrap_or_default().to_owned();
    let mut headers = vec![(HeaderName::from_static("x-tamtru-reference"), code.clone())];
    headers.extend(answer.location.map(|location| (header::LOCATION, location)));
    headers.extend(answer.replayed.then(|| (HeaderName::from_static("idempotent-replayed"), "true".to_owned())));
    let new = answer.status == StatusCode::CREATED.as_u16();
    let out = if new { NationalOut::accepted(&code) } else { NationalOut::repeated(&code) };
    let mut response = axum::Json(out).into_response();
    for (name, value) in headers {
        if let Ok(value) = value.try_into() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Files guests as the national interface takes them: software changes host and token, nothing else.
///
/// **The body** is the JSON list of the ministry's interface guide v1.4, also for one guest: 1 to 500 guests, at most
/// `compat_json_bytes` (`GET /api/v1/limits`). `anhHoChieuB64` is taken and dropped. Members that the guide does not
/// name are passed over. A value of the wrong type and a member that stands twice are refused.
///
/// **The answer** always has the ministry's shape `{"code", "message", "data": null}`, in Vietnamese: HTTP 200 with code
/// `200`, or HTTP 400 with code `400` and one line per guest, `Khai báo 3: …; …`, counted from 1, each sentence with the
/// member that it concerns. All other failures (401, 403, 404, 408, 409, 413, 415, 429, 500, 503) keep their HTTP status
/// and have it as code; after 409, 429 and 503 wait `Retry-After` seconds and send the same request again.
///
/// **All or none.** One guest who breaks a rule keeps the whole list from being filed.
///
/// **Exactly once.** The same guests again (passport, nationality, day of arrival, establishment) answer 200 with the first
/// record, whatever became of the first answer, and the message says so; what is on record does not change. A list of
/// known and new guests files the new ones. `Idempotency-Key` is honoured and not needed. Beside the ministry's shape
/// stand the headers `X-Tamtru-Reference` (the reference code, also in the message), `Location` (the declaration under
/// `/api/v1`) and, for a repeat, `Idempotent-Replayed: true`.
///
/// **The rules** are those of `POST /api/v1/declarations`. Where the ministry refuses an arrival before yesterday, a
/// departure or a permitted stay in the past, or a guest who has not checked out, the guest is filed here, and the
/// declaration is marked late or shows an officer the warning.
///
/// **The token.** The organization's administrator makes an API client with the scope `declarations:write`
/// (`POST /api/v1/api-clients`). Where the software fetches a token of the ministry, let it call
/// `POST /oauth/token` with `grant_type=client_credentials`, the client's id and its secret (form-encoded or Basic), and
/// send `Authorization: Bearer <access_token>`; a token lives for `expires_in` seconds, so fetch the next one before.
///
/// **The establishment** is the organization's only open one. With several the answer is code 400 and names their ids:
/// use `POST /compat/kbtt/{establishment_id}/declarations`.
#[utoipa::path(
    post, path = "/compat/kbtt/declarations", operation_id = "file_national_declarations", tag = "compat",
    security(("bearer" = [])), params(("Idempotency-Key" = Option<String>, Header, description = "Never needed")),
    request_body(content = Vec<NationalGuestIn>, example = json!([{
        "hoTen": "KOWALCZYK ANNA MARIA", "quocTich": "POL", "soHoChieu": "ZS0000101", "gioiTinh": "F",
        "loaiNgayThangNamSinh": "D", "ngayThangNamSinhStr": "1988-03-12", "ngayDenCsltStr": "2026-11-22 14:05:00",
        "ngayDiDuKienStr": "2026-11-25 12:00:00", "soPhong": "301", "thoiHanTamTruStr": "2026-12-30 00:00:00"
    }])),
    responses(
        (
            status = 200, description = "All guests are on record", body = NationalOut,
            headers(("Location" = String), ("X-Tamtru-Reference" = String), ("Idempotent-Replayed" = String)),
            example = json!({ "code": "200", "message": "Đã tiếp nhận khai báo, mã TT20275-261122-000001.", "data": null })
        ),
        (
            status = 400, description = "Nothing is stored; what is wrong with which guest", body = NationalOut,
            example = json!({ "code": "400", "message": "Khai báo 3: Thiếu số phòng (soPhong)", "data": null })
        ),
        (status = "4XX", description = "Refused, in the same shape", body = NationalOut),
        (status = "5XX", description = "Not served, in the same shape", body = NationalOut),
    )
)]
pub(super) async fn file_national_declarations(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    body: NationalBody,
) -> Result<Response, Problem> {
    compat::file(&state, &caller, None, body.guests, body.idempotency).await.map(accepted)
}

/// Files guests as the national interface takes them, at a named establishment.
///
/// For organizations with several establishments; all else is as at `POST /compat/kbtt/declarations`. Another
/// organization's establishment answers 404.
#[utoipa::path(
    post, path = "/compat/kbtt/{establishment_id}/declarations", operation_id = "file_national_declarations_at",
    tag = "compat", security(("bearer" = [])),
    params(
        ("establishment_id" = EstablishmentId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "Never needed")
    ),
    request_body = Vec<NationalGuestIn>,
    responses(
        (
            status = 200, description = "All guests are on record", body = NationalOut,
            headers(("Location" = String), ("X-Tamtru-Reference" = String), ("Idempotent-Replayed" = String))
        ),
        (status = 400, description = "Nothing is stored; what is wrong with which guest", body = NationalOut),
        (status = "4XX", description = "Refused, in the same shape", body = NationalOut),
        (status = "5XX", description = "Not served, in the same shape", body = NationalOut),
    )
)]
pub(super) async fn file_national_declarations_at(
    Declarant(caller): Declarant,
    State(state): State<AppState>,
    Path(establishment): Path<EstablishmentId>,
    body: NationalBody,
) -> Result<Response, Problem> {
    compat::file(&state, &caller, Some(establishment), body.guests, body.idempotency).await.map(accepted)
}
