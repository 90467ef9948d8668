//! Guest files of invented people, and how they are handed in over a socket.

use hyper::Method;
use hyper::body::Bytes;
use serde_json::Value;

use super::http::{Api, Reply, Unanswered};

/// Where guest files are handed in.
pub const IMPORTS: &str = "/api/v1/imports";

const BOUNDARY: &str = "TAMTRU-GUEST-FILE";

/// Family names of many places.
const FAMILY: [&str; 10] =
    ["NAKAMURA", "KOWALCZYK", "MÜLLER", "IVANOVA", "O'CONNOR", "SANTOS", "DUBOIS", "HANSEN", "ROSSI", "TAKAHASHI"];
/// Given names of many places.
const GIVEN: [&str; 10] =
    ["YUI", "ANNA MARIA", "HANS-JÜRGEN", "EKATERINA", "SEAN", "JOSÉ", "CLAIRE", "INGRID", "GIULIA", "KENJI"];

/// One guest as the portal's files write him; `number` and `batch` make him unlike every other.
pub fn guest(batch: usize, number: usize, nationality: &str) -> [String; 11] {
    let (family, given) = (FAMILY[number % 10], GIVEN[number / 10 % 10]);
    [
        format!("{family} {given} {}", letters(number)),
        format!("{:02}/{:02}/{}", number % 28 + 1, number % 12 + 1, 1950 + number % 50),
        "D - Ngày".to_owned(),
        (if number.is_multiple_of(2) { "F - Nữ" } else { "M - Nam" }).to_owned(),
        nationality.to_owned(),
        format!("X{:02}{number:06}", batch % 100),
        format!("{:04}", number % 900 + 100),
        (if number.is_multiple_of(3) { "21/11/2026" } else { "22/11/2026" }).to_owned(),
        format!("{:02}/11/2026", 23 + number % 7),
        String::new(),
        "15/01/2027".to_owned(),
    ]
}

/// Hands a file in.
///
/// # Errors
///
/// When no complete answer came.
pub async fn hand_in(
    api: &Api,
    key: &str,
    fields: &[(&str, &str)],
    file_name: &str,
    file: &[u8],
) -> Result<Reply, Unanswered> {
    let mut body = Vec::with_capacity(file.len() + 1024);
    for (name, value) in fields {
        let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head =
        format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [("content-type", content_type.as_str()), ("idempotency-key", key)];
    api.send(Method::POST, IMPORTS, &headers, Bytes::from(body)).await
}

/// How an import stands.
///
/// # Errors
///
/// When no complete answer came.
pub async fn look(api: &Api, id: &str) -> Result<Value, Unanswered> {
    Ok(api.get(&format!("{IMPORTS}/{id}")).await?.body)
}

/// A number in letters, because names have no digits.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect()
}
