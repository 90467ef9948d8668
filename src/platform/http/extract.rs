//! Extractors whose refusals are problems with pointers.
//!
//! A JSON body is read within a time limit and a size limit, must be UTF-8 without NUL, must not nest deeply, and must
//! not hold members that we do not know.

use std::time::Duration;

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use validator::{Validate, ValidationErrors, ValidationErrorsKind};

use crate::{
    kernel::finding::Finding,
    platform::{
        http::{Problem, ProblemKind, idempotency::Idempotency},
        state::AppState,
    },
};

/// Largest JSON body: 500 stays fit more than twice.
pub const JSON_LIMIT: usize = 1024 * 1024;
/// How long a JSON body may take to arrive.
const JSON_TIME: Duration = Duration::from_secs(10);
/// Longest pointer that is sent back, in characters.
const MAX_POINTER: usize = 200;
/// Deepest nesting of a JSON body.
const JSON_DEPTH: usize = 16;

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned + Validate,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read_json(&parts.headers, body).await?;
        parse_json(&bytes).map(Self)
    }
}

/// A JSON body with its idempotency key. A repeated key answers before the handler runs.
#[derive(Clone, Debug)]
pub struct IdempotentJson<T> {
    /// The body.
    pub input: T,
    /// The key, for the transaction of the write.
    pub idempotency: Idempotency,
}

impl<T> FromRequest<AppState> for IdempotentJson<T>
where
    T: DeserializeOwned + Validate + Send,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let keyed = KeyedJson::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        let KeyedJson { input, idempotency } = keyed;
        match idempotency.replay(state).await.map_err(IntoResponse::into_response)? {
            Some(answer) => Err(answer.into_response()),
            None => Ok(Self { input, idempotency }),
        }
    }
}

/// A JSON body with its idempotency key, for a handler that looks for repeats itself.
#[derive(Clone, Debug)]
pub struct KeyedJson<T> {
    /// The body.
    pub input: T,
    /// The key, for the transaction of the write.
    pub idempotency: Idempotency,
}

impl<T> FromRequest<AppState> for KeyedJson<T>
where
    T: DeserializeOwned + Validate + Send,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read_json(&parts.headers, body).await?;
        let idempotency = Idempotency::read(&parts, &[&bytes], state)?;
        Ok(Self { input: parse_json(&bytes)?, idempotency })
    }
}

/// A query string without members that we do not know.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem::malformed(Finding::block("nul_character", "")));
        }
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|_| Problem::malformed(Finding::block("bad_query", "")))
    }
}

/// Parts of the path; one that cannot be an id names nothing.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T, S> FromRequestParts<S> for Path<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|_| Problem::new(ProblemKind::NotFound))
    }
}

/// Reads a whole body within limits. A declared length over the limit is refused before a byte is read.
pub async fn read_body(
    headers: &HeaderMap,
    body: axum::body::Body,
    limit: usize,
    time: Duration,
) -> Result<Bytes, Problem> {
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > limit as u64) {
        return Err(Problem::new(ProblemKind::TooLarge));
    }
    let collected = tokio::time::timeout(time, Limited::new(body, limit).collect())
        .await
        .map_err(|_elapsed| Problem::new(ProblemKind::RequestTimeout))?;
    collected.map(http_body_util::Collected::to_bytes).map_err(|error| {
        let kind = if error.is::<LengthLimitError>() { ProblemKind::TooLarge } else { ProblemKind::Malformed };
        Problem::new(kind)
    })
}

async fn read_json(headers: &HeaderMap, body: axum::body::Body) -> Result<Bytes, Problem> {
    read_json_within(headers, body, JSON_LIMIT, JSON_TIME).await
}

/// Reads a whole JSON body within limits of a route's own.
pub async fn read_json_within(
    headers: &HeaderMap,
    body: axum::body::Body,
    limit: usize,
    time: Duration,
) -> Result<Bytes, Problem> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_json = content_type.is_some_and(|text| {
        let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = text
            .split(';')
            .skip(1)
            .find_map(|part| part.trim().to_ascii_lowercase().strip_prefix("charset=").map(ToOwned::to_owned));
        let utf8 = charset.is_none_or(|charset| ["utf-8", "utf8"].contains(&charset.trim_matches('"')));
        utf8 && (essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")))
    });
    let coded = headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    let bytes = read_body(headers, body, limit, time).await?;
    if bytes.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    if is_json && !coded { Ok(bytes) } else { Err(Problem::new(ProblemKind::UnsupportedMediaType)) }
}

/// Parses and validates a JSON body.
pub fn parse_json<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    let value: T = parse(bytes, '{')?;
    value.validate().map_err(|errors| {
        let mut findings = Vec::new();
        collect(&errors, "", &mut findings);
        findings.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        Problem::findings(findings)
    })?;
    Ok(value)
}

/// Parses a JSON body that is a list.
pub fn parse_json_list<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    parse(bytes, '[')
}

fn parse<T: DeserializeOwned>(bytes: &[u8], opening: char) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::malformed(Finding::block("not_utf8", "")))?;
    if holds_nul(text) {
        return Err(Problem::malformed(Finding::block("nul_character", "")));
    }
    if nests_deeper_than(text, JSON_DEPTH) {
        return Err(Problem::malformed(Finding::block("too_deep", "")));
    }
    // What is not JSON at all is said before what is wrong in it.
    serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| Problem::malformed(not_json(&error)))?;
    // A struct would be read from an array too, member by member; nobody means that.
    if !text.trim_start().starts_with(opening) {
        return Err(Problem::finding(Finding::block("wrong_type", "")));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| refusal(&error))
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let inner = error.inner();
    let mut pointer = String::new();
    for segment in error.path().iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => push_escaped(&mut pointer, key),
            Segment::Enum { variant } => push_escaped(&mut pointer, variant),
            Segment::Unknown => {}
        }
    }
    // A member's name is the sender's: it is not sent back at any length.
    if pointer.len() > MAX_POINTER {
        pointer = pointer.chars().take(MAX_POINTER).collect();
    }
    let text = inner.to_string();
    let named = |prefix: &str| {
        text.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).filter(|name| name.len() <= 100)
    };
    for (prefix, rule) in [
        ("unknown field `", "unknown_field"),
        ("missing field `", "missing_field"),
        ("duplicate field `", "duplicate_field"),
    ] {
        if let Some(name) = named(prefix) {
            let mut part = String::new();
            push_escaped(&mut part, name);
            if !pointer.ends_with(&part) {
                pointer.push_str(&part);
            }
            return Problem::finding(Finding::block(rule, pointer).with("field", name));
        }
    }
    Problem::finding(Finding::block("wrong_type", pointer))
}

fn not_json(error: &serde_json::Error) -> Finding {
    Finding::block("not_json", "").with("line", error.line().to_string()).with("column", error.column().to_string())
}

fn push_escaped(pointer: &mut String, part: &str) {
    pointer.push('/');
    pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
}

/// Never serialises [`ValidationErrors`]: their parameters repeat the offending values.
fn collect(errors: &ValidationErrors, pointer: &str, findings: &mut Vec<Finding>) {
    for (field, kind) in errors.errors() {
        let place = if field == "__all__" { pointer.to_owned() } else { format!("{pointer}/{field}") };
        match kind {
            ValidationErrorsKind::Field(list) => {
                for error in list {
                    let mut finding = Finding::block(&error.code, place.clone());
                    for name in ["min", "max"] {
                        if let Some(value) = error.params.get(name) {
                            finding = finding.with(name, value.to_string());
                        }
                    }
                    findings.push(finding);
                }
            }
            ValidationErrorsKind::Struct(inner) => collect(inner, &place, findings),
            ValidationErrorsKind::List(items) => {
                for (index, inner) in items {
                    collect(inner, &format!("{place}/{index}"), findings);
                }
            }
        }
    }
}

/// An escaped or bare NUL: PostgreSQL refuses it in text, SQLite keeps it, and no name holds one.
fn holds_nul(text: &str) -> bool {
    if text.contains('\0') {
        return true;
    }
    text.match_indices("\\u0000").any(|(at, _)| {
        let backslashes = text.as_bytes()[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        backslashes % 2 == 0
    })
}

fn nests_deeper_than(text: &str, limit: usize) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[validate(length(max = 3, code = "too_long"))]
        name: Option<String>,
        #[expect(dead_code, reason = "only its place matters")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its type matters")]
        number: i32,
    }

    #[test]
    fn refusals_name_the_place() {
        for (body, kind, rule, pointer) in [
            ("{", ProblemKind::Malformed, "not_json", ""),
            ("[1", ProblemKind::Malformed, "not_json", ""),
            ("[1]", ProblemKind::InvalidContent, "wrong_type", ""),
            ("{\"inner\":[]} x", ProblemKind::Malformed, "not_json", ""),
            ("{\"name\":\"a\\u0000\",\"inner\":[]}", ProblemKind::Malformed, "nul_character", ""),
            ("{\"inner\":[],\"other\":1}", ProblemKind::InvalidContent, "unknown_field", "/other"),
            ("{\"inner\":[{\"number\":1,\"x/y\":1}]}", ProblemKind::InvalidContent, "unknown_field", "/inner/0/x~1y"),
            ("{\"inner\":[{\"number\":\"1\"}]}", ProblemKind::InvalidContent, "wrong_type", "/inner/0/number"),
            ("{\"inner\":[{}]}", ProblemKind::InvalidContent, "missing_field", "/inner/0/number"),
            ("{\"inner\":[],\"inner\":[]}", ProblemKind::InvalidContent, "duplicate_field", "/inner"),
            ("{\"name\":\"abcd\",\"inner\":[]}", ProblemKind::InvalidContent, "too_long", "/name"),
        ] {
            let problem = parse_json::<Outer>(body.as_bytes()).expect_err(body);
            let seen = problem.clone().into_first_error();
            assert_eq!((problem.kind(), seen.rule.as_str(), seen.pointer.as_str()), (kind, rule, pointer), "{body}");
        }
    }

    #[test]
    fn invalid_bytes_and_depth() {
        let kind = |body: &[u8]| parse_json::<Outer>(body).expect_err("refused").kind();
        assert_eq!(kind(b"{\"name\":\"\xff\",\"inner\":[]}"), ProblemKind::Malformed);
        assert_eq!(kind("[".repeat(100_000).as_bytes()), ProblemKind::Malformed);
        assert!(!holds_nul("\"\\\\u0000\""));
        assert!(!nests_deeper_than("{\"a\":\"[[[[[[[[[[[[[[[[[[[[\"}", 4));
    }
}
