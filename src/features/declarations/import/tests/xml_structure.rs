//! Serialisation differences between the clients that write guest XML.

use crate::features::declarations::import::tests::build::{
    accepted, document, guest_named, kinds, record, references, refusal, refused, value,
};
use crate::features::declarations::import::{Field, Format, Limits, RefusalReason, RowKind, read};

#[test]
fn differences_in_writing_do_not_matter() {
    let body = "<KHAI_BAO_TAM_TRU><THONG_TIN_KHACH><so_thu_tu>1</so_thu_tu>\
                <ho_ten>LEE ANN</ho_ten><so_phong></so_phong><ngay_di_du_kien/>\
                <ngay_tra_phong /></THONG_TIN_KHACH></KHAI_BAO_TAM_TRU>";
    let variants = [
        body.to_owned(),
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{body}"),
        format!("<?xml version=\"1.0\"?>\n{body}\n"),
        format!("<?xml version='1.0' encoding='utf-8' ?>\r\n{body}"),
        format!("\n  <?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>{body}"),
        format!("\u{feff}\u{feff}<?xml version=\"1.0\"?>{body}"),
        format!("<?xml encoding=\"UTF-8\"?>{body}"),
        format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{body}"),
        format!("<!-- written by a hotel program -->{body}<!-- end -->"),
        body.replace("><", ">\r\n\t<"),
        body.replace("><", ">\n    <"),
        body.to_lowercase().replace("lee ann", "LEE ANN"),
        body.replace("<KHAI_BAO_TAM_TRU>", "<KHAI_BAO_TAM_TRU version=\"1\">"),
        body.replace("LEE ANN", "<![CDATA[LEE ANN]]>"),
        body.replace("LEE ANN", "LEE<!-- x --> &#65;N&#x4E;"),
        body.replace(
            "<THONG_TIN_KHACH>",
            "<THONG_TIN_KHACH_SAN><ho_ten>HOTEL</ho_ten></THONG_TIN_KHACH_SAN><THONG_TIN_KHACH>",
        ),
        body.replace("</ho_ten>", "</ho_ten><ghi_chu><a>x</a></ghi_chu>"),
    ];
    for text in variants {
        let file = accepted(text.as_bytes());
        assert_eq!(references(&file), ["1"], "{text}");
        assert_eq!(file.format, Format::KbttXml11, "{text}");
        assert_eq!(value(&file, 0, Field::FullName), Some("LEE ANN"), "{text}");
        assert_eq!(file.rows[0].original.len(), 1, "{text}");
    }
}

#[test]
fn every_element_has_its_field() {
    let cases = [
        ("ho_ten", Field::FullName),
        ("ngay_sinh", Field::DateOfBirth),
        ("ngay_sinh_dung_den", Field::BirthPrecision),
        ("gioi_tinh", Field::Sex),
        ("ma_quoc_tich", Field::Nationality),
        ("so_ho_chieu", Field::DocumentNumber),
        ("so_phong", Field::Room),
        ("ngay_den", Field::ArrivedOn),
        ("ngay_di_du_kien", Field::ExpectedDepartureOn),
        ("ngay_tra_phong", Field::DepartedOn),
        ("thoi_han_tam_tru", Field::PermittedStayUntil),
    ];
    for (element, field) in cases {
        let text = document(&record(&format!("<{element}> x&amp;y </{element}>")));
        let file = accepted(text.as_bytes());
        assert_eq!(value(&file, 0, field), Some(" x&y "), "{element}");
        assert_eq!(file.rows[0].original.len(), 1);
    }
}

#[test]
fn an_empty_twelfth_element_makes_twelve() {
    let text =
        document(&format!("{}{}", record("<ho_ten>A</ho_ten>"), record("<ho_ten>B</ho_ten><thoi_han_tam_tru/>")));
    assert_eq!(accepted(text.as_bytes()).format, Format::KbttXml12);
}

#[test]
fn records_keep_their_ordinal_and_blank_ones_are_not_rows() {
    let text = document(&format!(
        "{}{}{}",
        record("<ho_ten>[TEST] ONE</ho_ten>"),
        record("<so_thu_tu>2</so_thu_tu><ho_ten> \u{a0}</ho_ten>"),
        record("<so_thu_tu>9</so_thu_tu><ho_ten>TESTA MARIA</ho_ten>")
    ));
    let file = accepted(text.as_bytes());
    assert_eq!(references(&file), ["1", "3"]);
    assert_eq!(kinds(&file), [RowKind::Sample, RowKind::Guest]);
}

#[test]
fn no_guests_is_a_refusal() {
    let none = [
        document("<!-- no guests today -->"),
        document(""),
        "<KHAI_BAO_TAM_TRU/>".to_owned(),
        document("<THONG_TIN_KHACH/>"),
        document(&record("<so_thu_tu>1</so_thu_tu>")),
        guest_named("[EXAMPLE] LEE"),
    ];
    for text in none {
        assert_eq!(refused(text.as_bytes()), (RefusalReason::NoGuestRows, None), "{text}");
    }
}

#[test]
fn a_stray_ampersand_is_itself() {
    let cases = [
        ("A & B", "A & B"),
        ("A&B CO", "A&B CO"),
        ("A && B", "A && B"),
        ("A & B; C", "A & B; C"),
        ("A &amp; B &lt;&gt;&quot;&apos;", "A & B <>\"'"),
        ("O'BRIEN \"X\" >", "O'BRIEN \"X\" >"),
    ];
    for (written, meant) in cases {
        let file = accepted(guest_named(written).as_bytes());
        assert_eq!(value(&file, 0, Field::FullName), Some(meant), "{written}");
    }
}

#[test]
fn broken_markup_is_refused_with_its_line() {
    let cases = [
        ("A < B", "line 2"),
        ("A <B", "line 2"),
        ("A <", "line 2"),
        ("<3", "line 2"),
        ("A &company; B", "line 2"),
        ("\n&#0;", "line 3"),
        ("\n\n&#x1;", "line 4"),
        ("&#xD800;", "line 2"),
        ("&#99999999;", "line 2"),
        ("\0", "line 2"),
        ("\u{1b}", "line 2"),
        ("\u{ffff}", "line 2"),
        ("]]</ho_ten></THONG_TIN_KHACH></KHAI_BAO_TAM_TRU><x/><x><y>", "line 2"),
    ];
    for (name, line) in cases {
        let text = guest_named(name);
        assert_eq!(refused(text.as_bytes()), refusal(RefusalReason::NotWellFormed, line), "{name:?}");
    }
    let whole = [
        ("<KHAI_BAO_TAM_TRU>\n<THONG_TIN_KHACH>\n<ho_ten>LEE", "line 3"),
        ("<KHAI_BAO_TAM_TRU>\n<THONG_TIN_KHACH>\n</THONG_TIN_KHACH>\n", "line 4"),
        ("<KHAI_BAO_TAM_TRU>\n</khai_bao_tam_tru>", "line 2"),
        ("<KHAI_BAO_TAM_TRU/>\n<KHAI_BAO_TAM_TRU/>", "line 2"),
        ("<KHAI_BAO_TAM_TRU/>\nrest", "line 2"),
        ("<KHAI_BAO_TAM_TRU/>\n<?xml version=\"1.0\"?>", "line 2"),
        ("<KHAI_BAO_TAM_TRU a=1/>", "line 1"),
        ("<!-- only a comment -->\n", "line 2"),
    ];
    for (text, line) in whole {
        assert_eq!(refused(text.as_bytes()), refusal(RefusalReason::NotWellFormed, line), "{text}");
    }
}

#[test]
fn a_document_type_is_refused() {
    let cases = [
        "<!DOCTYPE KHAI_BAO_TAM_TRU><KHAI_BAO_TAM_TRU/>",
        "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]><KHAI_BAO_TAM_TRU/>",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><KHAI_BAO_TAM_TRU/>",
        "<!doctype x><KHAI_BAO_TAM_TRU/>",
    ];
    for text in cases {
        assert_eq!(refused(text.as_bytes()).0, RefusalReason::DtdForbidden, "{text}");
    }
}

#[test]
fn what_cannot_be_read_surely_is_another_template() {
    let cases = [
        document(&record("<ho_ten>LEE</ho_ten>\n<ho_ten>KIM</ho_ten>")),
        document(&record("<ho_ten>LEE\n<b>ANN</b></ho_ten>")),
        document(&format!("\n<DANH_SACH>{}</DANH_SACH>", record("<ho_ten>LEE</ho_ten>"))),
    ];
    for text in cases {
        assert_eq!(refused(text.as_bytes()), refusal(RefusalReason::WrongTemplate, "line 3"), "{text}");
    }
    let same_twice = document(&record("<ho_ten>LEE</ho_ten><ho_ten>LEE</ho_ten><ho_ten/>"));
    assert_eq!(value(&accepted(same_twice.as_bytes()), 0, Field::FullName), Some("LEE"));
}

#[test]
fn long_text_is_cut_to_one_character_too_many() {
    let text = guest_named(&"é".repeat(3_000));
    let name = accepted(text.as_bytes()).rows[0].original[&Field::FullName].clone();
    assert_eq!(name.chars().count(), 501);
    let exact = guest_named(&"é".repeat(500));
    let file = accepted(exact.as_bytes());
    assert_eq!(file.rows[0].original[&Field::FullName].chars().count(), 500);
}

#[test]
fn rows_and_depth_are_limited() {
    let limits = Limits { rows: 2, ..Limits::default() };
    let guests = format!("\n{}", record("<ho_ten>LEE</ho_ten>"));
    read(document(&guests.repeat(2)).as_bytes(), &limits).expect("two rows are allowed");
    let refused_rows = read(document(&guests.repeat(3)).as_bytes(), &limits).expect_err("three");
    assert_eq!(refused_rows.reason, RefusalReason::TooLarge);
    assert_eq!(refused_rows.location.as_deref(), Some("line 5"));

    let deep = document(&format!("\n{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000)));
    assert_eq!(refused(deep.as_bytes()), refusal(RefusalReason::TooLarge, "line 3"));
    let shallow = document(&format!("{}{}{}", "<a>".repeat(7), "</a>".repeat(7), record("<ho_ten>LEE</ho_ten>")));
    accepted(shallow.as_bytes());
}

#[test]
fn ten_thousand_records_are_read() {
    let guest = record("<ho_ten>LEE ANN</ho_ten><so_ho_chieu>M1234567</so_ho_chieu>\n");
    let file = accepted(document(&guest.repeat(10_000)).as_bytes());
    assert_eq!(file.rows.len(), 10_000);
    assert_eq!(file.rows[9_999].reference, "10000");
}
