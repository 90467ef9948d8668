//! The JSON of the national API.

use crate::features::declarations::import::tests::build::{accepted, kinds, references, refusal, refused, value};
use crate::features::declarations::import::{Field, Format, Limits, RefusalReason, RowKind, read};

const GUEST: &str = r#"{"hoTen":"NAKAMURA YUI","quocTich":"JPN","soHoChieu":"TR1234567","gioiTinh":"F",
    "loaiNgayThangNamSinh":"D","ngayThangNamSinhStr":"1991-02-14","ngayDenCsltStr":"2026-11-22 15:00:00",
    "ngayDiDuKienStr":"2026-11-26 11:00:00","soPhong":"0807","anhHoChieuB64":"/9j/4AAQ","maKhac":{"a":[1,{}]},
    "thoiHanTamTruStr":"2026-12-20 00:00:00"}"#;

#[test]
fn every_field_is_read() {
    let files = [
        format!("[{GUEST}]").into_bytes(),
        GUEST.as_bytes().to_vec(),
        format!("\u{feff} \n[ {GUEST} ]\n").into_bytes(),
        [b"\xff\xfe", format!("[{GUEST}]").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>().as_slice()]
            .concat(),
        format!("[{GUEST}]").encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ];
    for bytes in files {
        let file = accepted(&bytes);
        assert_eq!(file.format, Format::KbttJson);
        assert_eq!(references(&file), ["1"]);
        let expected = [
            (Field::FullName, "NAKAMURA YUI"),
            (Field::Sex, "F"),
            (Field::Nationality, "JPN"),
            (Field::DateOfBirth, "1991-02-14"),
            (Field::BirthPrecision, "D"),
            (Field::DocumentNumber, "TR1234567"),
            (Field::Room, "0807"),
            (Field::ArrivedOn, "2026-11-22 15:00:00"),
            (Field::ExpectedDepartureOn, "2026-11-26 11:00:00"),
            (Field::PermittedStayUntil, "2026-12-20 00:00:00"),
        ];
        let read: Vec<(Field, &str)> =
            file.rows[0].original.iter().map(|(field, text)| (*field, text.as_str())).collect();
        assert_eq!(read, expected);
    }
}

#[test]
fn values_are_kept_as_they_are_written() {
    let cases = [
        ("123456789012345678901234", Some("123456789012345678901234")),
        ("1.50", Some("1.50")),
        ("-1E5", Some("-1E5")),
        ("true", Some("true")),
        ("null", None),
        ("\"\"", None),
        ("\"  \"", None),
        (r#""\u0110\u00e0o \"x\"\n\ud83d\ude00""#, Some("Đào \"x\"\n😀")),
        ("\"e\u{302}\u{300}\"", Some("ề")),
    ];
    for (written, expected) in cases {
        let file = accepted(format!("[{{\"hoTen\":\"A\",\"soHoChieu\":{written}}}]").as_bytes());
        assert_eq!(value(&file, 0, Field::DocumentNumber), expected, "{written}");
    }
    let long = accepted(format!("[{{\"hoTen\":\"{}\"}}]", "ạ".repeat(9_000)).as_bytes());
    assert_eq!(value(&long, 0, Field::FullName).map(|it| it.chars().count()), Some(501));
}

#[test]
fn records_keep_their_position_and_blank_ones_are_not_rows() {
    let file =
        accepted(br#"[{}, {"HOTEN":"A"}, {"hoTen":null}, {"hoTen":"[TEST] SAMPLE"}, {"hoTen":"B","hoTen":"B"}]"#);
    assert_eq!(references(&file), ["2", "4", "5"]);
    assert_eq!(kinds(&file), [RowKind::Guest, RowKind::Sample, RowKind::Guest]);
}

#[test]
fn what_cannot_be_read_surely_is_refused() {
    use RefusalReason::{BadEncoding, NotWellFormed, UnknownFormat, WrongTemplate};
    let cases: Vec<(&[u8], RefusalReason, &str)> = vec![
        (br#"[{"hoTen":"A"},{"hoTen":"B","hoTen":"C"}]"#, WrongTemplate, "record 2"),
        (br#"[{"hoTen":"B","HoTen":null}]"#, WrongTemplate, "record 1"),
        (br#"[{"hoTen":{"ho":"A"}}]"#, WrongTemplate, "record 1"),
        (br#"[{"hoTen":["A"]}]"#, WrongTemplate, "record 1"),
        (br#"[{"hoTen":"A\u0000"}]"#, NotWellFormed, "record 1"),
        (br#"[{"hoTen":"\ud800"}]"#, NotWellFormed, "record 1"),
        (b"[{\"hoTen\":\"A\"},\n7]", WrongTemplate, "line 2"),
        (b"[[{\"hoTen\":\"A\"}]]", WrongTemplate, "line 1"),
        (b"[{\"hoTen\":\"A\"}", NotWellFormed, "line 1"),
        (b"[{\"hoTen\":\"A\"},]", NotWellFormed, "line 1"),
        (b"[{\"hoTen\":\"A\"}]\n\nx", NotWellFormed, "line 3"),
        (b"[{\"hoTen\":\"A\"}][]", NotWellFormed, "line 1"),
        (b"{\"data\":[{\"hoTen\":\"A\"}]}", UnknownFormat, "json"),
        (b"[{\"name\":\"A\"}]", UnknownFormat, "json"),
        (b"[\n{\"hoTen\":\"\xe9\xff\x81\"}]", BadEncoding, "line 2"),
    ];
    for (bytes, reason, place) in cases {
        assert_eq!(refused(bytes), refusal(reason, place), "{}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(refused(b"[]"), (RefusalReason::NoGuestRows, None));
    assert_eq!(refused(b"[{\"hoTen\":null}]"), (RefusalReason::NoGuestRows, None));
}

#[test]
fn records_are_limited_and_depth_costs_nothing() {
    let refusal_of = read(br#"[{"hoTen":"A"},{"hoTen":"B"}]"#, &Limits { rows: 1, ..Limits::default() });
    assert_eq!(refusal_of.expect_err("refused").reason, RefusalReason::TooLarge);
    assert_eq!(refused("[".repeat(1_000_000).as_bytes()), refusal(RefusalReason::WrongTemplate, "line 1"));
    let deep = |key: &str| format!("[{{\"hoTen\":\"A\",\"{key}\":{}{}}}]", "[".repeat(500_000), "]".repeat(500_000));
    accepted(deep("x").as_bytes());
    assert_eq!(refused(deep("soPhong").as_bytes()), refusal(RefusalReason::WrongTemplate, "record 1"));
}
