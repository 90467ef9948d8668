//! The lists beside the KBTT sheet: recognised, mapped by name, or refused with what to do instead.

use crate::features::declarations::import::tests::build::{
    FIELDS, GUEST, HEADINGS, SAMPLE, accepted, book, document, kinds, read_default, record, references, row, sheet,
    value, worksheet,
};
use crate::features::declarations::import::tests::build_biff::compound;
use crate::features::declarations::import::{Advice, Field, FileRefusal, Format, GuestFile, RefusalReason, RowKind};

const ACCOMMODATION: [&str; 19] = [
    "STT",
    "Họ và tên (*)",
    "Ngày, tháng, năm sinh (*)",
    "Giới tính (*)",
    "Quốc gia (*)",
    "Quốc tịch (*)",
    "Loại giấy tờ (*)",
    "Tên giấy tờ (*)",
    "Số giấy tờ (*)",
    "Số điện thoại",
    "Loại cư trú (*)",
    "Tỉnh/TP (*)",
    "Quận/Huyện_cũ (*)",
    "Phường/Xã/ Đặc khu (*)",
    "Địa chỉ chi tiết (*)",
    "Thời gian lưu trú  (từ ngày) (*)",
    "Thời gian lưu trú  (đến ngày)",
    "Lý do lưu trú (*)",
    "Tên phòng / Khoa (*)",
];

const ACCOMMODATION_GUEST: [&str; 19] = [
    "1",
    "NAKAMURA YUI",
    "14/02/1991",
    "Nữ",
    "Việt Nam",
    "Nhật Bản",
    "Hộ chiếu",
    "",
    "TR1234567",
    "",
    "",
    "",
    "",
    "",
    "",
    "22/11/2026 15:00:00",
    "26/11/2026 11:00:00",
    "1 - Du lịch",
    "0807",
];

const PA18: [&str; 23] = [
    "Họ tên",
    "Giới tính",
    "Ngày sinh",
    "XĐNS",
    "Địa chỉ",
    "Nghề nghiệp",
    "Số phòng",
    "Ngày đến",
    "Ngày đi",
    "Giờ dến",
    "Giờ đi",
    "VN",
    "CMND/HC",
    "Loại HC",
    "Mã QT",
    "Số VISA/TT",
    "Loại giấy tờ",
    "Mã MĐ",
    "Ngày nhập cảnh",
    "Mã CK",
    "Hạn TT/Thẻ",
    "Nơi cấp TT",
    "Cơ quan tiếp đón",
];

const DOWNLOAD: [&str; 11] = [
    "STT",
    "Họ tên",
    "Ngày sinh",
    "GT",
    "QT",
    "Số hộ chiếu",
    "Ngày đến ",
    "Thời gian dự kiến tạm trú tại CSLT",
    "Ngày đi thực tế",
    "Số phòng",
    "Thời hạn được phép tạm trú tại Việt Nam",
];

const DOWNLOAD_GUEST: [&str; 11] = [
    "1",
    "KIM MIN JI",
    "03/05/1990",
    "Nữ",
    "CH Hàn Quốc",
    "M12345678",
    "20/11/2026",
    "24/11/2026",
    "23/11/2026",
    "0301",
    "15/12/2026",
];

fn one(rows: &[&[&str]]) -> GuestFile {
    accepted(&book(&[("Sheet1", &sheet(rows))]))
}

fn refused(sheets: &[(&str, &str)]) -> FileRefusal {
    read_default(&book(sheets)).expect_err("the file is refused")
}

fn fields(file: &GuestFile, row: usize) -> Vec<(Field, &str)> {
    file.rows[row].original.iter().map(|(field, text)| (*field, text.as_str())).collect()
}

#[test]
fn the_portals_download_in_both_versions() {
    let above: Vec<String> = (1..10)
        .map(|number| match number {
            3 => row(3, &["", "Ngày 22 tháng 11 năm 2026"]),
            4 => row(4, &["", "DANH SÁCH KHÁCH NƯỚC NGOÀI LƯU TRÚ"]),
            other => row(other, &["", ""]),
        })
        .collect();
    let rows = above.concat() + &row(10, &DOWNLOAD) + &row(11, &DOWNLOAD_GUEST) + &row(12, &DOWNLOAD_GUEST);
    // The helper writes a stored range of two cells; it is wrong and not looked at.
    let file = accepted(&book(&[("Danh sách", &worksheet(&rows))]));
    assert_eq!(file.format, Format::KbttDownload);
    assert_eq!(references(&file), ["11", "12"]);
    assert_eq!(
        fields(&file, 0),
        [
            (Field::FullName, "KIM MIN JI"),
            (Field::Sex, "Nữ"),
            (Field::Nationality, "CH Hàn Quốc"),
            (Field::DateOfBirth, "03/05/1990"),
            (Field::DocumentNumber, "M12345678"),
            (Field::Room, "0301"),
            (Field::ArrivedOn, "20/11/2026"),
            (Field::ExpectedDepartureOn, "24/11/2026"),
            (Field::DepartedOn, "23/11/2026"),
            (Field::PermittedStayUntil, "15/12/2026"),
        ]
    );
    let mut older = DOWNLOAD;
    older[7] = "Ngày đi dự kiến";
    let file = one(&[&older[..10], &DOWNLOAD_GUEST[..10]]);
    assert_eq!(file.format, Format::KbttDownload);
    assert_eq!(value(&file, 0, Field::ExpectedDepartureOn), Some("24/11/2026"));
    assert_eq!(value(&file, 0, Field::PermittedStayUntil), None);
}

#[test]
fn the_accommodation_template_in_all_its_spellings() {
    let file = one(&[&["DANH SÁCH KHÁCH LƯU TRÚ"], &ACCOMMODATION, &ACCOMMODATION_GUEST]);
    assert_eq!(file.format, Format::Accommodation19);
    let expected = [
        (Field::FullName, "NAKAMURA YUI"),
        (Field::Sex, "Nữ"),
        (Field::Nationality, "Nhật Bản"),
        (Field::DateOfBirth, "14/02/1991"),
        (Field::DocumentType, "Hộ chiếu"),
        (Field::DocumentNumber, "TR1234567"),
        (Field::Room, "0807"),
        (Field::ArrivedOn, "22/11/2026 15:00:00"),
        (Field::ExpectedDepartureOn, "26/11/2026 11:00:00"),
    ];
    assert_eq!(fields(&file, 0), expected);
    let spellings: [fn(&str) -> String; 6] = [
        |text| text.replace("  ", " "),
        |text| text.replace(" (*)", ""),
        |text| text.replace(" (*)", "(*)"),
        |text| text.replace(" / ", "/").replace("_cũ", ""),
        str::to_uppercase,
        |text| text.replace('đ', "ð").replace('Đ', "Ð").replace(" (", "\n("),
    ];
    for (index, spelled) in spellings.iter().enumerate() {
        let headings = ACCOMMODATION.map(spelled);
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let file = one(&[&headings, &ACCOMMODATION_GUEST]);
        assert_eq!((file.format, fields(&file, 0)), (Format::Accommodation19, expected.to_vec()), "spelling {index}");
    }
}

#[test]
fn guests_with_other_papers_stay_rows_of_the_accommodation_template() {
    let mut vietnamese = ACCOMMODATION_GUEST;
    (vietnamese[5], vietnamese[6], vietnamese[8]) = ("Việt Nam", "Căn cước công dân", "001099000001");
    let file = one(&[&ACCOMMODATION, &vietnamese, &ACCOMMODATION_GUEST]);
    assert_eq!(kinds(&file), [RowKind::Guest, RowKind::Guest]);
    assert_eq!(value(&file, 0, Field::DocumentType), Some("Căn cước công dân"));
}

#[test]
fn the_desktop_programs_list() {
    let mut guest = [""; 23];
    for (column, text) in [
        (0, "IVANOV SERGEI"),
        (1, "Nam"),
        (2, "1975"),
        (3, "Y"),
        (6, "9001"),
        (7, "22/11/2026"),
        (8, "25/11/2026"),
        (9, "14:05"),
        (12, "751234567"),
        (13, "PT"),
        (14, "RUS"),
        (16, "Visa"),
        (20, "20/12/2026"),
    ] {
        guest[column] = text;
    }
    let file = one(&[&PA18, &guest]);
    assert_eq!(file.format, Format::Pa18);
    assert_eq!(
        fields(&file, 0),
        [
            (Field::FullName, "IVANOV SERGEI"),
            (Field::Sex, "Nam"),
            (Field::Nationality, "RUS"),
            (Field::DateOfBirth, "1975"),
            (Field::BirthPrecision, "Y"),
            (Field::DocumentNumber, "751234567"),
            (Field::Room, "9001"),
            (Field::ArrivedOn, "22/11/2026"),
            (Field::ArrivedTime, "14:05"),
            (Field::ExpectedDepartureOn, "25/11/2026"),
            (Field::PermittedStayUntil, "20/12/2026"),
        ]
    );
}

#[test]
fn lists_with_other_words() {
    let inhouse = ["Rm#", "Last Name", "First Name", "Passport #", "NAT", "Arrival", "Departure"];
    let file = one(&[
        &["In-House Guests 22 Nov 2026"],
        &inhouse,
        &["9001", "SMITH", "JOHN PAUL", "533000001", "GBR", "20/11/2026", "25/11/2026"],
        &["Page 1 of 1"],
        &["Total Guests: 1"],
    ]);
    assert_eq!(
        (file.format, kinds(&file)),
        (Format::InhouseList, vec![RowKind::Guest, RowKind::Total, RowKind::Total])
    );
    assert_eq!(value(&file, 0, Field::FamilyName), Some("SMITH"));
    assert_eq!(value(&file, 0, Field::GivenNames), Some("JOHN PAUL"));
    assert_eq!(value(&file, 0, Field::FullName), None);
    assert_eq!(value(&file, 0, Field::ExpectedDepartureOn), Some("25/11/2026"));

    let provincial = [
        "STT",
        "Họ",
        "Tên",
        "Giới tính",
        "Ngày sinh",
        "Quốc tịch",
        "Số hộ chiếu",
        "Thị thực",
        "Ngày đến",
        "Ngày đi",
        "Phòng",
    ];
    let file = one(&[
        &provincial,
        &[
            "1",
            "KIM MIN",
            "JI",
            "2",
            "03/05/1990",
            "KOR",
            "M12345678",
            "Miễn thị thực",
            "20/11/2026",
            "24/11/2026",
            "301",
        ],
    ]);
    assert_eq!(file.format, Format::ProvincialList);
    assert_eq!(value(&file, 0, Field::Sex), Some("2"));
    assert_eq!(value(&file, 0, Field::PermittedStayUntil), None);

    let ward =
        ["TT", "Họ tên người nước ngoài", "Năm sinh", "Phái", "Quốc tịch", "Số HC", "Phòng số", "Đến ngày", "Ngày đi"];
    let file =
        one(&[&ward, &["1", "KIM MIN JI", "1990", "Nữ", "Hàn Quốc", "M12345678", "301", "20/11/2026", "24/11/2026"]]);
    assert_eq!(file.format, Format::GuestList);
    assert_eq!(file.rows[0].original.len(), 8);
}

#[test]
fn a_whole_name_beside_its_pieces_is_refused() {
    for headings in [
        ["Rm", "Guest Name", "First Name", "Passport", "NAT", "Arrival", "Departure"],
        ["Rm", "Last Name", "Middle Name", "Passport", "NAT", "Arrival", "Departure"],
    ] {
        let refusal = refused(&[("Sheet1", &sheet(&[&headings, &["1", "A", "B", "C1234567", "GBR", "x", "y"]]))]);
        assert_eq!(refusal.reason, RefusalReason::WrongTemplate, "{headings:?}");
    }
}

#[test]
fn lists_of_vietnamese_guests_are_refused_with_advice() {
    let import = [
        "STT",
        "Họ và tên (*)",
        "Ngày sinh (*)",
        "Giới tính (*)",
        "Quốc tịch (*)",
        "Loại giấy tờ (*)",
        " Số giấy tờ (*)",
        "Ngày đến (*)",
        "Ngày đi dự kiến (*)",
        "Lý do lưu trú (*) ",
    ];
    let guest =
        ["1", "NGUYỄN VĂN MẪU", "01/01/1990", "Nam", "Việt Nam", "1 - Thẻ CCCD", "001090000001", "22/11/2026", "", ""];
    let listed = sheet(&[&["MẪU"], &import, &guest]);
    let download = ["STT", "Họ tên", "Ngày sinh", "GT", "Loại giấy tờ", "Số giấy tờ", "Ngày đến ", "Số phòng"];
    let coded = ["CITIZENNAME", "DOB", "GENDER_ID", "IDENTIFIER_NUMBER", "PASSPORT_NO", "NATIONALITY", "START_DATE"];
    let bare = sheet(&[&["Nguyễn Văn Mẫu", "01/01/1990", "2"]]);
    let lookup = sheet(&[&["KOR - Korea (South)"]]);
    for (sheets, location) in [
        (vec![("DS_KHACH_VIET_NAM_LUU_TRU", &listed), ("TINH_THANH", &lookup)], "DS_KHACH_VIET_NAM_LUU_TRU"),
        (vec![("Sheet1", &listed)], "Sheet1!A2"),
        (vec![("Sheet1", &sheet(&[&["a"], &["b"], &download, &guest]))], "Sheet1!A3"),
        (vec![("Sheet1", &sheet(&[&coded, &guest]))], "Sheet1!A1"),
        (vec![("extracted", &bare)], "extracted"),
    ] {
        let sheets: Vec<(&str, &str)> = sheets.iter().map(|(name, content)| (*name, content.as_str())).collect();
        let refusal = refused(&sheets);
        assert_eq!(refusal.reason, RefusalReason::WrongTemplate, "{location}");
        assert_eq!(refusal.location.as_deref(), Some(location));
        assert_eq!(refusal.advice, Some(Advice::VietnameseGuests), "{location}");
    }
    // Foreign guests beside them are read.
    let both = book(&[("Khách Việt", &listed), ("KBTT", &sheet(&[&HEADINGS, &GUEST]))]);
    assert_eq!(accepted(&both).format, Format::KbttWorkbook12);
}

#[test]
fn files_of_other_programs_are_refused_with_advice() {
    let encrypted = compound(&[("EncryptedPackage", b"x"), ("EncryptionInfo", b"x")]);
    for (bytes, location, advice) in [
        (&b"<KhaiBaoTamTru/>"[..], "KhaiBaoTamTru", Advice::ExportKbtt),
        (b"<EVISA><THONG_TIN_NNN/></EVISA>", "EVISA", Advice::EvisaApplications),
        (b"<POLICE_REPORT2/>", "POLICE_REPORT2", Advice::PoliceReport),
        (b"<REP><LIST_G_C9><G_C9><C12>x</C12></G_C9></LIST_G_C9></REP>", "G_C9", Advice::PoliceReport),
        (b"%PDF-1.7", "pdf", Advice::NotATable),
        (&encrypted, "encrypted", Advice::RemovePassword),
    ] {
        let refusal = read_default(bytes).expect_err("refused");
        assert_eq!((refusal.location.as_deref(), refusal.advice), (Some(location), Some(advice)));
    }
    let located = read_default(b"<KHAI_BAO_TAM_TRU>").expect_err("refused");
    assert_eq!(located.advice, None);
}

#[test]
fn the_users_columns_and_cells_are_kept() {
    let mut headings = HEADINGS.to_vec();
    headings.insert(2, "GHI CHÚ\nNOTE");
    headings.push("");
    headings.push("Màu");
    let mut guest = GUEST.to_vec();
    guest.insert(2, "VIP");
    let mut last = guest.clone();
    last.extend(["stray", "xanh"]);
    let file = one(&[&headings, &guest, &last]);
    let shown: Vec<&str> = file.columns.iter().map(|column| column.heading.as_str()).collect();
    let expected: Vec<&str> = headings.iter().filter(|text| !text.is_empty()).map(|text| text.trim()).collect();
    assert_eq!(shown, expected);
    assert_eq!(file.columns[2].field, None);
    assert_eq!(file.columns[3].field, Some(Field::DateOfBirth));
    assert_eq!(file.rows[0].cells, guest, "empty cells in the middle are kept");
    let mut shown = guest.clone();
    shown.push("xanh");
    assert_eq!(file.rows[1].cells, shown, "a cell without a heading is no column");
    assert_eq!(accepted(document(&record("<ho_ten>LEE</ho_ten>")).as_bytes()).columns, []);
}

#[test]
fn a_heading_of_two_rows_is_kept_as_one_that_means_the_same() {
    let group = ["STT", "KHÁCH", "", "", "", "", "", "SỐ PHÒNG", "NGÀY", "", "NGÀY", "THỜI HẠN"];
    let below = [
        "",
        "HỌ TÊN",
        "NGÀY SINH",
        "ĐÚNG ĐẾN",
        "GIỚI TÍNH",
        "QUỐC TỊCH",
        "SỐ HỘ CHIẾU",
        "",
        "ĐẾN",
        "ĐI DỰ KIẾN",
        "TRẢ PHÒNG",
        "TẠM TRÚ",
    ];
    let english = [
        "No.",
        "Full name",
        "Date of birth",
        "Birth precision",
        "Sex",
        "Nationality",
        "Passport No.",
        "Room",
        "Arrival date",
        "Expected departure",
        "Check-out",
        "Note",
    ];
    for rows in [[&group, &below], [&HEADINGS, &english]] {
        let file = one(&[rows[0], rows[1], &GUEST]);
        let headings: Vec<&str> = file.columns.iter().map(|column| column.heading.as_str()).collect();
        let cells: Vec<&str> = file.rows[0].cells.iter().map(String::as_str).collect();
        let again = one(&[&headings, &cells]);
        assert_eq!(again.rows[0].original, file.rows[0].original, "{headings:?}");
        assert_eq!(again.columns.len(), 12);
    }
}

#[test]
fn the_columns_of_a_report_are_not_looked_at() {
    let mut headings = HEADINGS.to_vec();
    headings.extend(["Lỗi / Errors", "Cách sửa / How to mend"]);
    let mut guest = GUEST.to_vec();
    guest.extend(["Mẫu dữ liệu không hợp lệ", "Ghi chú: sửa ngày sinh"]);
    let mut empty = vec![""; 12];
    empty.extend(["Thiếu họ tên.", "Ký tên"]);
    let file = one(&[&headings, &guest, &empty]);
    assert_eq!((kinds(&file), references(&file)), (vec![RowKind::Guest], vec!["2"]));
    assert_eq!(file.columns.len(), 12);
    assert_eq!(file.rows[0].cells.len(), 12);
    for (field, text) in FIELDS.iter().zip(&GUEST[1..]) {
        assert_eq!(value(&file, 0, *field).unwrap_or_default(), *text);
    }
}

#[test]
fn samples_hints_and_ends_of_other_lists() {
    let mut hint = [""; 19];
    (hint[1], hint[2], hint[15]) = ("Ghi đầy đủ", "dd/MM/yyyy", "dd/MM/yyyy HH:mm:ss");
    let numbers: Vec<String> = (1..=19).map(|number| format!("({number})")).collect();
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let mut sample = ACCOMMODATION_GUEST;
    sample[1] = "[EXAMPLE] NGUYEN VAN A";
    let file = one(&[
        &ACCOMMODATION,
        &hint,
        &numbers,
        &sample,
        &ACCOMMODATION_GUEST,
        &["", "Danh sách gồm 1 khách"],
        &["", "", "", "", "", "", "", "Đà Nẵng, ngày 22 tháng 11 năm 2026"],
        &["", "", "", "", "", "", "", "Người lập"],
        &["", "TRẦN THỊ MẪU"],
    ]);
    let (sample, total) = (RowKind::Sample, RowKind::Total);
    assert_eq!(kinds(&file), [sample, sample, sample, RowKind::Guest, total, total, total, total]);
    assert_eq!(one(&[&DOWNLOAD, &["1", SAMPLE[1]], &DOWNLOAD_GUEST]).rows.len(), 2);
}

#[test]
fn a_wide_heading_costs_little() {
    let headings: Vec<String> =
        (0..256).map(|column| format!("<c t=\"inlineStr\"><is><t>x{column}</t></is></c>")).collect();
    let known: String = HEADINGS.iter().map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")).collect();
    let rows = format!("<row r=\"1\">{known}{}</row>", headings.concat()) + &row(2, &GUEST);
    let file = accepted(&book(&[("KBTT", &worksheet(&rows))]));
    assert_eq!(file.columns.len(), 64);
}
