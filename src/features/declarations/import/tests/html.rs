//! HTML tables named `.xls`.

use crate::features::declarations::import::tests::build::{
    FIELDS, GUEST, HEADINGS, accepted, escape, references, refusal, refused, value,
};
use crate::features::declarations::import::{Field, Format, Limits, RefusalReason, read};

fn row(texts: &[&str]) -> String {
    format!("<tr>{}</tr>", texts.iter().map(|text| format!("<td>{}</td>", escape(text))).collect::<String>())
}

fn table(rows: &str) -> String {
    format!("<table border=\"1\">{rows}</table>")
}

fn page(body: &str) -> String {
    format!("<html><head><meta charset=utf-8></head><body>{body}</body></html>")
}

/// The name in a page with this cell for it.
fn name(cell: &str) -> Option<String> {
    let cells: String = GUEST.iter().skip(2).map(|text| format!("<td>{text}</td>")).collect();
    let file = accepted(page(&table(&format!("{}<tr><td>1</td>{cell}{cells}</tr>", row(&HEADINGS)))).as_bytes());
    value(&file, 0, Field::FullName).map(str::to_owned)
}

#[test]
fn a_table_is_read_however_it_is_written() {
    let tidy = page(&table(&(row(&HEADINGS) + &row(&GUEST))));
    let sloppy =
        format!("<TABLE><THEAD><TR><TH>{}<TBODY><TR><TD>{}</TABLE>", HEADINGS.join("<TH>"), GUEST.join("<TD>"));
    let without_rows_closed = page(&table(&format!("<tr><td>{}<tr><td>{}", HEADINGS.join("<td>"), GUEST.join("<td>"))));
    let excel = format!(
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><head><style>td {{ x:\"<table><tr><td>\"; }}</style>\
         <!--[if gte mso 9]><xml><table><tr><td></xml><![endif]--></head><body>{}\
         <script>document.write('<table><tr><td>')</script></body></html>",
        table(&(row(&["DANH SÁCH"]) + &row(&HEADINGS) + &row(&GUEST)))
    );
    for text in [tidy, sloppy, without_rows_closed, excel] {
        let file = accepted(text.as_bytes());
        assert_eq!(file.format, Format::KbttWorkbook12);
        assert_eq!(file.rows.len(), 1);
        for (field, expected) in FIELDS.into_iter().zip(&GUEST[1..]) {
            assert_eq!(value(&file, 0, field).unwrap_or_default(), *expected, "{text}");
        }
    }
}

#[test]
fn cells_show_what_the_user_sees() {
    let cases = [
        ("<td>  LE \n  VAN\t A </td>", Some("LE VAN A")),
        ("<td>LE<br>VAN<p>A</p></td>", Some("LE\nVAN\nA")),
        ("<td><b>LE</b> <i>VAN</i>A</td>", Some("LE VANA")),
        ("<td>&Aacute;NH &amp; B&#7857;ng &lt;x&gt; &bogus;</td>", Some("ÁNH & Bằng <x> &bogus;")),
        ("<td>A&nbsp;B</td>", Some("A\u{a0}B")),
        ("<td>&nbsp;</td>", None),
        ("<td></td>", None),
        ("<td>A<!-- B --><![if !x]>C<![endif]></td>", Some("AC")),
        ("<td>A<script>B</script><style>C</style>D</td>", Some("AD")),
        ("<td>=\"00123\"</td>", Some("00123")),
        ("<td>=1+1</td>", None),
        ("<td x:fmla=\"=B1\">SHOWN</td>", None),
        ("<td><table><tr><td>LE</td><td>VAN A</td></tr></table></td>", Some("LE\nVAN A")),
        ("<td colspan=1 rowspan=x>A</td>", Some("A")),
    ];
    for (cell, expected) in cases {
        assert_eq!(name(cell).as_deref(), expected, "{cell}");
    }
    let formula = page(&table(&(row(&HEADINGS) + &row(&GUEST).replace("<td>NAKAMURA", "<td x:fmla='=1'>NAKAMURA"))));
    assert_eq!(accepted(formula.as_bytes()).rows[0].formulas, [Field::FullName]);
}

#[test]
fn cells_that_span_move_the_others() {
    let cells = |texts: &[&str]| texts.iter().map(|text| format!("<td>{text}</td>")).collect::<String>();
    let two_rows = format!(
        "<tr><td rowspan=2>STT</td><td rowspan=2>HỌ TÊN</td>{}<td colspan=2>NGÀY</td></tr><tr>{}</tr>\
         <tr>{}</tr><tr>{}</tr>",
        ["NGÀY SINH", "MÃ QUỐC TỊCH", "SỐ HỘ CHIẾU", "SỐ PHÒNG"]
            .map(|text| format!("<td rowspan=\" 2 \">{text}</td>"))
            .concat(),
        cells(&["NGÀY ĐẾN", "NGÀY ĐI DỰ KIẾN"]),
        cells(&["1", "LE A", "14/02/1991", "JPN", "T1", "<b>0807</b>", "22/11/2026", "26/11/2026"]),
        cells(&["2", "LE B", "14/02/1992", "JPN", "T2", "0808", "22/11/2026", "27/11/2026"]),
    );
    let file = accepted(page(&table(&two_rows)).as_bytes());
    assert_eq!(references(&file), ["3", "4"]);
    assert_eq!(value(&file, 1, Field::ExpectedDepartureOn), Some("27/11/2026"));
    // One room for two guests: written once, as in a merged cell of a workbook; nothing moves.
    let shared = two_rows.replace("<td><b>0807</b></td>", "<td rowspan=9>0807</td>").replace("<td>0808</td>", "");
    let file = accepted(page(&table(&shared)).as_bytes());
    assert_eq!(value(&file, 0, Field::Room), Some("0807"));
    assert_eq!(value(&file, 1, Field::Room), None);
    assert_eq!(value(&file, 1, Field::ArrivedOn), Some("22/11/2026"));
    // A span ends with its group of rows.
    let grouped = row(&HEADINGS).replace("<td>", "<td rowspan=0>");
    let file = accepted(page(&table(&format!("<thead>{grouped}</thead>{}", row(&GUEST)))).as_bytes());
    assert_eq!(value(&file, 0, Field::Room), Some("0807"));
}

#[test]
fn the_table_with_the_guests_is_taken() {
    let guests = table(&(row(&HEADINGS) + &row(&GUEST)));
    let logo = table(&row(&["KHACH SAN"]));
    for text in [
        page(&format!("{logo}{guests}{logo}")),
        page(&table(&format!("<tr><td>{logo}</td></tr><tr><td>{guests}</td><td>x</td></tr>"))),
        page(&guests),
    ] {
        let file = accepted(text.as_bytes());
        assert_eq!(references(&file), ["2"], "{text}");
    }
    let two = page(&format!("{guests}{guests}"));
    assert_eq!(refused(two.as_bytes()), refusal(RefusalReason::WrongTemplate, "table 2!A1"));
    let similar = page(&table(&row(&["STT", "HỌ TÊN", "NGÀY SINH", "SỐ PHÒNG"])));
    assert_eq!(refused(similar.as_bytes()), refusal(RefusalReason::WrongTemplate, "table 1!A1"));
    assert_eq!(refused(page("<p>login").as_bytes()), refusal(RefusalReason::UnknownFormat, "html"));
}

#[test]
fn a_page_that_is_cut_off_is_refused() {
    let whole = table(&(row(&HEADINGS) + &row(&GUEST) + &row(&GUEST)));
    accepted(whole.as_bytes());
    for cut in [8, 20, 100] {
        let bytes = &whole.as_bytes()[..whole.len() - cut];
        assert_eq!(refused(bytes), refusal(RefusalReason::NotWellFormed, "table 1"), "{cut}");
    }
}

#[test]
fn pages_are_read_in_their_encoding() {
    let vietnamese = |meta: &str| {
        let text = format!(
            "<html><head>{meta}</head>{}",
            table(
                &(row(&["Full name", "DOB", "Nationality", "Passport", "Arrival"])
                    + &row(&["L\u{ea}\u{300} \u{110}AO", "1/1/1990", "JPN", "T1", "22/11/2026"]))
            )
        );
        encoding_rs::WINDOWS_1258.encode(&text).0.into_owned()
    };
    for meta in [
        "",
        "<meta charset=\"windows-1258\">",
        "<meta http-equiv=Content-Type content=\"text/html; charset=windows-1258\">",
        "<META CHARSET = windows-1258>",
    ] {
        assert_eq!(value(&accepted(&vietnamese(meta)), 0, Field::FullName), Some("Lề ĐAO"), "{meta}");
    }
    assert_eq!(value(&accepted(&vietnamese("<meta charset=iso-8859-1>")), 0, Field::FullName), Some("LêÌ ÐAO"));
    assert_eq!(refused(&vietnamese("<meta charset=koi8-r>")).0, RefusalReason::BadEncoding);
    let utf_16: Vec<u8> =
        page(&table(&(row(&HEADINGS) + &row(&GUEST)))).encode_utf16().flat_map(u16::to_le_bytes).collect();
    accepted(&utf_16);
    accepted(&[b"\xff\xfe", utf_16.as_slice()].concat());
}

#[test]
fn spans_nesting_tables_and_cells_are_bounded() {
    let wide = format!("<tr>{}</tr>", "<td colspan=1000000000 rowspan=99999999999999999999>x</td>".repeat(5_000));
    let text = table(&format!("{}<tbody>{wide}<tbody>{}", row(&HEADINGS), row(&GUEST)));
    assert_eq!(accepted(text.as_bytes()).rows.len(), 1);
    let deep = "<div>".repeat(200_000) + &table(&(row(&HEADINGS) + &row(&GUEST)));
    accepted(deep.as_bytes());
    let nested = "<table><tr><td>".repeat(17);
    assert_eq!(refused(nested.as_bytes()), refusal(RefusalReason::TooLarge, "html"));
    assert_eq!(refused("<table></table>".repeat(401).as_bytes()), refusal(RefusalReason::TooLarge, "html"));
    let guests = table(&(row(&HEADINGS) + &row(&GUEST) + &row(&GUEST)));
    let limited = |limits: &Limits| read(guests.as_bytes(), limits).expect_err("refused").location;
    assert_eq!(limited(&Limits { cells: 30, ..Limits::default() }).as_deref(), Some("table 1"));
    assert_eq!(limited(&Limits { rows: 1, ..Limits::default() }).as_deref(), Some("table 1!A3"));
    let long = name(&format!("<td>{}</td>", "ạ ".repeat(50_000)));
    assert_eq!(long.map(|it| it.chars().count()), Some(501));
}

#[test]
fn web_archives_are_read() {
    let guests = page(&table(&(row(&HEADINGS) + &row(&GUEST))));
    let quoted: String = guests
        .bytes()
        .map(|byte| if byte == b'=' || byte >= 0x80 { format!("={byte:02X}") } else { char::from(byte).to_string() })
        .collect();
    let soft = quoted.replace("<tr>", "<t=\r\nr>");
    let packed = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &guests);
    let message = |encoding: &str, body: &str| {
        format!(
            "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related;\r\n\tboundary=\"b1\"\r\n\r\n\
             preamble\r\n--b1\r\nContent-Type: text/xml\r\n\r\n<xml/>\r\n--b1\r\nContent-Location: file:///C:/x.htm\r\n\
             Content-Transfer-Encoding: {encoding}\r\nContent-Type: text/html; charset=\"utf-8\"\r\n\r\n{body}\r\n--b1--\r\n"
        )
    };
    for (encoding, body) in [("quoted-printable", &soft), ("base64", &packed), ("8bit", &guests)] {
        let file = accepted(message(encoding, body).as_bytes());
        assert_eq!(value(&file, 0, Field::BirthPrecision), Some("D - Ngày"), "{encoding}");
    }
    let single = format!("MIME-Version: 1.0\nContent-Type: text/html\n\n{guests}");
    accepted(single.as_bytes());
    let cut = message("8bit", &guests).replace("--b1--", "");
    assert_eq!(refused(cut.as_bytes()), refusal(RefusalReason::NotWellFormed, "mhtml"));
    for bad in [message("quoted-printable", "=zz"), message("x-own", "x"), "MIME-Version: 1.0\r\n".to_owned()] {
        assert_eq!(refused(bad.as_bytes()), refusal(RefusalReason::UnknownFormat, "mhtml"), "{bad}");
    }
}
