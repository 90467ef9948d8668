//! Shapes of the national interface (guide v1.4 of 08/2026) on the wire, as hotel software sends and expects them.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use axum::http::StatusCode;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use utoipa::ToSchema;

use crate::{
    features::declarations::{rules::StayInput, service::filing::MAX_STAYS},
    kernel::finding::Finding,
    platform::{http::Problem, lang::Lang},
};

/// The language of the national interface.
pub const LANG: Lang = Lang::Vi;

/// A guest of the national interface. Members that it does not name are passed over: its guide grows without a version.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NationalGuestIn {
    /// Full name.
    #[schema(example = "KOWALCZYK ANNA MARIA")]
    pub ho_ten: Option<String>,
    /// Code of the nationality, 1 to 3 characters; `D` and `DEU` are both Germany.
    #[schema(example = "POL")]
    pub quoc_tich: Option<String>,
    /// Number of the passport, letters and digits.
    #[schema(example = "ZS0000101")]
    pub so_ho_chieu: Option<String>,
    /// `M` or `F`.
    #[schema(example = "F")]
    pub gioi_tinh: Option<String>,
    /// How far the date of birth is right: `D` to the day, `Y` to the year; `M`, to the month, is taken too.
    #[schema(example = "D")]
    pub loai_ngay_thang_nam_sinh: Option<String>,
    /// Date of birth, `YYYY-MM-DD`; 1 January where only the year is known.
    #[schema(example = "1988-03-12")]
    pub ngay_thang_nam_sinh_str: Option<String>,
    /// Arrival, `YYYY-MM-DD HH:mm:ss` in Viet Nam; midnight says that the hour is not known.
    #[schema(example = "2026-11-22 14:05:00")]
    pub ngay_den_cslt_str: Option<String>,
    /// Expected departure, `YYYY-MM-DD HH:mm:ss`; the day counts.
    #[schema(example = "2026-11-25 12:00:00")]
    pub ngay_di_du_kien_str: Option<String>,
    /// Room; mandatory for types KS, KCN, CC.
    #[schema(example = "301")]
    pub so_phong: Option<String>,
    /// Photo of the passport. Taken and dropped: it is neither examined nor stored.
    #[serde(rename = "anhHoChieuB64")]
    #[schema(value_type = Option<String>)]
    pub anh_ho_chieu_b64: Option<IgnoredAny>,
    /// Until when the person may be in the country, a day with or without an hour.
    #[schema(example = "2026-12-30 00:00:00")]
    pub thoi_han_tam_tru_str: Option<String>,
}

impl From<NationalGuestIn> for StayInput {
    fn from(guest: NationalGuestIn) -> Self {
        Self {
            full_name: guest.ho_ten,
            date_of_birth: guest.ngay_thang_nam_sinh_str,
            birth_precision: guest.loai_ngay_thang_nam_sinh,
            sex: guest.gioi_tinh,
            nationality: guest.quoc_tich,
            document_number: guest.so_ho_chieu,
            room: guest.so_phong,
            arrival: guest.ngay_den_cslt_str,
            expected_departure: guest.ngay_di_du_kien_str,
            permitted_stay: guest.thoi_han_tam_tru_str,
            ..Self::default()
        }
    }
}

/// The list of a request. It stops growing one guest after the most that may be filed, which is enough to refuse it: a
/// body of many tiny guests takes no more memory than one of real guests.
#[derive(Default)]
pub struct NationalGuests(pub Vec<NationalGuestIn>);

impl<'de> Deserialize<'de> for NationalGuests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = NationalGuests;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of guests")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<NationalGuests, A::Error> {
        let mut guests = Vec::new();
        while guests.len() <= MAX_STAYS {
            let Some(Object(guest)) = list.next_element()? else { return Ok(NationalGuests(guests)) };
            guests.push(guest);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(NationalGuests(guests))
    }
}

/// Read from an object only. A struct would be read from an array too, member by member; nobody means that.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// An answer of the national interface: a code, a sentence, and no data.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NationalOut {
    /// The HTTP status as text.
    #[schema(example = "200")]
    pub code: String,
    /// What became of the request; after a refusal one line per guest, `Khai báo <position>: <sentences>`.
    #[schema(example = "Đã tiếp nhận khai báo, mã TT20275-261122-000001.")]
    pub message: String,
    /// Always null.
    #[schema(value_type = Option<Object>)]
    pub data: Option<()>,
}

impl NationalOut {
    fn new(status: StatusCode, message: String) -> Self {
        Self { code: status.as_u16().to_string(), message, data: None }
    }

    /// The guests are on record under this code.
    pub fn accepted(reference_code: &str) -> Self {
        Self::new(StatusCode::OK, LANG.text("compat.accepted", &reference(reference_code)))
    }

    /// All the guests were on record before, under this code.
    pub fn repeated(reference_code: &str) -> Self {
        Self::new(StatusCode::OK, LANG.text("compat.repeated", &reference(reference_code)))
    }

    /// A failure. The national interface knows no 422: what breaks a rule is 400 there.
    pub fn refused(problem: &Problem, request_id: &str) -> (StatusCode, Self) {
        let status = match problem.kind().status() {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        };
        let lines = lines(problem.errors());
        let message = if lines.is_empty() { problem.detail(LANG, request_id) } else { lines.join("\n") };
        (status, Self::new(status, message))
    }
}

fn reference(code: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("reference".to_owned(), code.to_owned())])
}

/// One line per guest, in their order; what concerns no guest stands first.
fn lines(findings: &[Finding]) -> Vec<String> {
    let mut by_guest: BTreeMap<Option<usize>, Vec<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.blocks()) {
        let (guest, member) = place(&finding.pointer);
        let sentence = LANG.finding(finding).0;
        let sentence = sentence.trim_end_matches('.');
        let sentence = if member.is_empty() { sentence.to_owned() } else { format!("{sentence} ({member})") };
        by_guest.entry(guest).or_default().push(sentence);
    }
    by_guest
        .into_iter()
        .map(|(guest, sentences)| match guest {
            None => sentences.join("; "),
            Some(index) => {
                let words = [("position", (index + 1).to_string()), ("message", sentences.join("; "))];
                LANG.text("compat.position", &words.map(|(name, value)| (name.to_owned(), value)).into())
            }
        })
        .collect()
}

/// Index of the guest that a pointer names, and the member.
fn place(pointer: &str) -> (Option<usize>, &str) {
    let mut parts = pointer.trim_start_matches('/').splitn(2, '/');
    match parts.next().map(str::parse) {
        Some(Ok(index)) => (Some(index), parts.next().unwrap_or_default()),
        Some(Err(_)) | None => (None, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::http::extract::parse_json_list;

    fn read(body: &str) -> Result<NationalGuests, Problem> {
        parse_json_list(body.as_bytes())
    }

    #[test]
    fn a_list_of_guests_is_read() {
        let body = "[{\"hoTen\":\"A B\",\"soHoChieu\":null,\"anhHoChieuB64\":\"aGk=\",\"ghiChu\":[1]},{}]";
        let guests: Vec<StayInput> = read(body).expect("guests").0.into_iter().map(Into::into).collect();
        assert_eq!(guests[0].full_name.as_deref(), Some("A B"));
        assert!(guests[1] == StayInput::default() && guests.len() == 2);
    }

    #[test]
    fn a_list_stops_growing() {
        let body = format!("[{}{{}}]", "{},".repeat(10_000));
        assert_eq!(read(&body).expect("guests").0.len(), MAX_STAYS + 1);
    }

    #[test]
    fn refusals_name_the_guest() {
        for (body, expected) in [
            ("{}", "Giá trị sai kiểu hoặc không được phép"),
            ("[{},{\"soHoChieu\":7}]", "Khai báo 2: Giá trị sai kiểu hoặc không được phép (soHoChieu)"),
            ("[{},{},7]", "Khai báo 3: Giá trị sai kiểu hoặc không được phép"),
            ("[[\"A B\"]]", "Khai báo 1: Giá trị sai kiểu hoặc không được phép"),
            ("[{\"hoTen\":\"A\",\"hoTen\":\"B\"}]", "Khai báo 1: Trường xuất hiện hai lần (hoTen)"),
            ("[{", "Không phải JSON đúng"),
        ] {
            let problem = read(body).map(|_| ()).expect_err(body);
            let (status, out) = NationalOut::refused(&problem, "r");
            assert_eq!((status.as_u16(), out.code.as_str(), out.message.as_str()), (400, "400", expected), "{body}");
        }
    }

    #[test]
    fn lines_join_what_concerns_one_guest() {
        let problem = Problem::findings(vec![
            Finding::block("missing_room", "/2/soPhong"),
            Finding::warn("declared_late", "/0/ngayDenCsltStr"),
            Finding::block("establishment_closed", "/establishment_id"),
            Finding::block("bad_gender", "/2/gioiTinh"),
            Finding::block("missing_name", "/0/hoTen"),
        ]);
        let (_, out) = NationalOut::refused(&problem, "r");
        let lines: Vec<&str> = out.message.lines().collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(lines[0].starts_with("Cơ sở lưu trú"), "{lines:?}");
        assert!(lines[1].starts_with("Khai báo 1: ") && lines[1].ends_with(" (hoTen)"), "{lines:?}");
        assert!(lines[2].starts_with("Khai báo 3: ") && lines[2].contains(" (soPhong); "), "{lines:?}");
    }
}
