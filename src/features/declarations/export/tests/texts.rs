//! XML, JSON and CSV to the letter; what needs attention.

use std::collections::BTreeSet;

use crate::features::declarations::export::{
    Attention, FileFormat,
    tests::build::{anke, anna, labels, now, sean},
    write,
};

fn text(format: FileFormat, stays: &[crate::features::declarations::export::ExportStay]) -> String {
    String::from_utf8(write(format, stays, &labels(), now()).expect("a file")).expect("UTF-8")
}

#[test]
fn xml_has_the_elements_of_the_portal_in_its_order() {
    assert_eq!(
        text(FileFormat::Xml12, &[anke(), sean()]),
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<KHAI_BAO_TAM_TRU>
    <THONG_TIN_KHACH>
        <so_thu_tu>1</so_thu_tu>
        <ho_ten>SCHMIDT &lt;ANKE&gt; &amp; &quot;CO&quot;</ho_ten>
        <ngay_sinh>1966</ngay_sinh>
        <ngay_sinh_dung_den>Y</ngay_sinh_dung_den>
        <gioi_tinh>F</gioi_tinh>
        <ma_quoc_tich>D</ma_quoc_tich>
        <so_ho_chieu>12E45678</so_ho_chieu>
        <so_phong></so_phong>
        <ngay_den>22/11/2026</ngay_den>
        <ngay_di_du_kien>25/11/2026</ngay_di_du_kien>
        <ngay_tra_phong></ngay_tra_phong>
        <thoi_han_tam_tru>30/12/2026</thoi_han_tam_tru>
    </THONG_TIN_KHACH>
    <THONG_TIN_KHACH>
        <so_thu_tu>2</so_thu_tu>
        <ho_ten>O&apos;BRIEN SEAN</ho_ten>
        <ngay_sinh>03/1979</ngay_sinh>
        <ngay_sinh_dung_den>M</ngay_sinh_dung_den>
        <gioi_tinh>M</gioi_tinh>
        <ma_quoc_tich>HKG</ma_quoc_tich>
        <so_ho_chieu>LB0098765</so_ho_chieu>
        <so_phong>=1+&quot;2&quot;</so_phong>
        <ngay_den>20/11/2026</ngay_den>
        <ngay_di_du_kien>24/11/2026</ngay_di_du_kien>
        <ngay_tra_phong>21/11/2026</ngay_tra_phong>
        <thoi_han_tam_tru></thoi_han_tam_tru>
    </THONG_TIN_KHACH>
</KHAI_BAO_TAM_TRU>
"
    );
    let old = text(FileFormat::Xml11, &[anna()]);
    assert!(old.contains("<ngay_tra_phong></ngay_tra_phong>\n    </THONG_TIN_KHACH>"), "{old}");
}

#[test]
fn what_xml_cannot_hold_does_not_break_the_file() {
    let mut stay = anna();
    stay.room = Some("A\u{ffff}\u{1}B".to_owned());
    assert!(text(FileFormat::Xml12, &[stay]).contains("<so_phong>A\u{fffd}\u{fffd}B</so_phong>"));
}

#[test]
fn json_has_the_members_of_the_guide() {
    let json: serde_json::Value = serde_json::from_str(&text(FileFormat::Json, &[anna(), sean()])).expect("JSON");
    assert_eq!(
        json,
        serde_json::json!([
            {
                "hoTen": "KOWALCZYK ANNA MARIA", "quocTich": "POL", "soHoChieu": "12E45678", "gioiTinh": "F",
                "loaiNgayThangNamSinh": "D", "ngayThangNamSinhStr": "1988-03-12",
                "ngayDenCsltStr": "2026-11-22 14:05:09", "ngayDiDuKienStr": "2026-11-25 00:00:00",
                "soPhong": "007", "thoiHanTamTruStr": "2026-12-30 00:00:00"
            },
            {
                "hoTen": "O'BRIEN SEAN", "quocTich": "HKG", "soHoChieu": "LB0098765", "gioiTinh": "M",
                "loaiNgayThangNamSinh": "Y", "ngayThangNamSinhStr": "1979-01-01",
                "ngayDenCsltStr": "2026-11-20 00:00:00", "ngayDiDuKienStr": "2026-11-24 00:00:00",
                "soPhong": "=1+\"2\""
            }
        ])
    );
    let year: serde_json::Value = serde_json::from_str(&text(FileFormat::Json, &[anke()])).expect("JSON");
    assert_eq!(
        (&year[0]["loaiNgayThangNamSinh"], &year[0]["ngayThangNamSinhStr"]),
        (&"Y".into(), &"1966-01-01".into())
    );
}

#[test]
fn csv_runs_nothing_and_keeps_everything() {
    let csv = text(FileFormat::Csv, &[anna(), sean()]);
    assert_eq!(
        csv,
        "\u{feff}STT,HỌ TÊN ,NGÀY SINH,NGÀY SINH ĐÚNG ĐẾN,GIỚI TÍNH,MÃ QUỐC TỊCH,SỐ HỘ CHIẾU,SỐ PHÒNG,NGÀY ĐẾN ,\
         THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT,NGÀY TRẢ PHÒNG,THỜI HẠN ĐƯỢC PHÉP TẠM TRÚ TẠI VIỆT NAM\r\n\
         1,KOWALCZYK ANNA MARIA,12/03/1988,D - Ngày,F - Nữ,POL - Poland,12E45678,007,22/11/2026,25/11/2026,,30/12/2026\r\n\
         2,O'BRIEN SEAN,03/1979,M - Tháng,M - Nam,HKG,LB0098765,\"=\"\"=1+\"\"\"\"2\"\"\"\"\"\"\",20/11/2026,24/11/2026,21/11/2026,\r\n"
    );
    for room in ["=1", "+1", "-1", "@A1", "＝1", "＋1", "－1", "＠A1"] {
        let mut stay = anna();
        stay.room = Some(room.to_owned());
        assert!(text(FileFormat::Csv, &[stay]).contains(&format!(",\"=\"\"{room}\"\"\",")), "{room}");
    }
}

#[test]
fn attention_says_what_is_missing_where() {
    let stays = [anna(), sean(), anke()];
    let unlisted = BTreeSet::from(["HKG".to_owned()]);
    for (format, expected, field) in [
        (
            FileFormat::Workbook12,
            Attention { unlisted_nationalities: unlisted.clone(), permitted_stay_missing: 1, ..Attention::default() },
            "nationality-unlisted=(\"HKG\"), permitted-stay-missing=1",
        ),
        (
            FileFormat::Xml11,
            Attention { unlisted_nationalities: unlisted.clone(), permitted_stay_left_out: 2, ..Attention::default() },
            "nationality-unlisted=(\"HKG\"), permitted-stay-left-out=2",
        ),
        (
            FileFormat::Json,
            Attention {
                unlisted_nationalities: unlisted,
                permitted_stay_missing: 1,
                birth_month_left_out: 1,
                check_out_left_out: 1,
                ..Attention::default()
            },
            "nationality-unlisted=(\"HKG\"), permitted-stay-missing=1, birth-month-left-out=1, check-out-left-out=1",
        ),
    ] {
        let seen = Attention::of(format, &stays);
        assert_eq!(seen, expected, "{format:?}");
        assert_eq!(seen.to_field().as_deref(), Some(field));
    }
    assert_eq!(Attention::of(FileFormat::Csv, &[anna()]).to_field(), None);
}
