//! The receipt as a file. How it looks is for the eye: the demo makes one with two commands of the README.

use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::features::declarations::receipt::{Receipt, ReceiptStay, StayState, Timeliness, render, time};
use crate::platform::documents::DocumentError;
use crate::platform::lang::Lang;

fn at(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, hour, minute, 0).single().expect("a valid moment")
}

fn stay(number: usize) -> ReceiptStay {
    let names = [
        "JOHNSON EMILY ROSE",
        "NGUYỄN THỊ HẢI CHÂU",
        "KIM MIN JUN",
        "MÜLLER-LÜDENSCHEIDT HANS-JÜRGEN",
        "IVANOVA EKATERINA SERGEEVNA",
    ];
    let nations = ["Hoa Kỳ", "Úc", "Hàn Quốc", "Đức", "Liên bang Nga"];
    ReceiptStay {
        full_name: names[number % names.len()].to_owned(),
        date_of_birth: format!("{:02}/04/19{:02}", number % 28 + 1, number % 60 + 30),
        sex: if number.is_multiple_of(2) { "Nữ" } else { "Nam" }.to_owned(),
        nationality: nations[number % nations.len()].to_owned(),
        document_number_masked: format!("C•••••{:03}", number % 1000),
        room: (!number.is_multiple_of(7)).then(|| (101 + number).to_string()),
        state: StayState::Staying,
        arrived: "22/11/2026".to_owned(),
        expected_departure: "25/11/2026".to_owned(),
        permitted_stay_until: (!number.is_multiple_of(5)).then(|| "19/02/2027".to_owned()),
    }
}

fn receipt(guests: usize) -> Receipt {
    Receipt {
        language: Lang::Vi,
        reference_code: "TT-261122-000128".to_owned(),
        version: 1,
        replaced_by: None,
        unit_name_vi: "Công an phường Hải Châu".to_owned(),
        unit_name_en: "Hai Chau Ward Police".to_owned(),
        organization_name: "Công ty TNHH Khách sạn Sông Hàn".to_owned(),
        establishment_name: "Khách sạn Sông Hàn Riverside".to_owned(),
        establishment_address: "36 Bạch Đằng, phường Hải Châu, thành phố Đà Nẵng".to_owned(),
        channel: "Trang thông tin / Web page".to_owned(),
        filed_at: at(1, 30),
        due_at: at(5, 0),
        timeliness: Timeliness::OnTime,
        status: "Đã tiếp nhận / Received".to_owned(),
        verify_url: "https://khaibao.example.vn/verify/TT-261122-000128?s=Zk3xQ9mB7Lw2".to_owned(),
        stays: (0..guests).map(stay).collect(),
        generated_at: at(1, 31),
    }
}

fn pages(pdf: &[u8]) -> usize {
    // As krilla writes the page objects, outside of compressed streams.
    let count = |needle: &[u8]| pdf.windows(needle.len()).filter(|at| *at == needle).count();
    count(b"/Type/Page") - count(b"/Type/Pages")
}

#[test]
fn times_are_shown_in_vietnam() {
    assert_eq!(time(at(1, 30)), "22/11/2026 08:30");
    assert_eq!(time(at(17, 0)), "23/11/2026 00:00");
}

#[test]
fn a_receipt_is_a_pdf_that_grows_with_its_guests() {
    for (guests, expected) in [(0, 1), (1, 1), (12, 1), (60, 3)] {
        let pdf = render(&receipt(guests)).expect("sound receipt");
        assert!(pdf.starts_with(b"%PDF-1.7"));
        assert_eq!(pages(&pdf), expected, "{guests} guests");
    }
}

#[test]
fn equal_receipts_give_equal_bytes() {
    let first = render(&receipt(12)).expect("sound receipt");
    assert_eq!(first, render(&receipt(12)).expect("sound receipt"));
    let mut other = receipt(12);
    other.stays[3].full_name = "JONES MARY".to_owned();
    assert_ne!(first, render(&other).expect("sound receipt"));
}

#[test]
fn a_web_address_beyond_a_qr_code_is_refused() {
    let mut long = receipt(1);
    long.verify_url = format!("https://example.vn/{}", "x".repeat(3_000));
    assert!(matches!(render(&long), Err(DocumentError::QrCode(_))));
}

#[test]
fn texts_of_any_length_find_a_place() {
    let mut long = receipt(3);
    long.establishment_name = "Khu nghỉ dưỡng ".repeat(40);
    long.organization_name = "X".repeat(2_000);
    long.unit_name_vi = "Công an ".repeat(80);
    long.reference_code = "TT".repeat(60);
    long.stays[1].full_name = "ANDRIANAMPOINIMERINATOMPOKOINDRINDRA ".repeat(150);
    let pdf = render(&long).expect("sound receipt");
    assert!(pages(&pdf) > 3);
}

/// Names that no font has, texts that no column holds: printed all the same.
#[test]
fn odd_receipt_is_printed() {
    let mut odd = receipt(6);
    odd.language = Lang::En;
    odd.version = 3;
    odd.timeliness = Timeliness::Late;
    odd.stays[0].full_name = "WOLFESCHLEGELSTEINHAUSENBERGERDORFF HUBERT BLAINE ADOLPH CHARLES DAVID EARL".to_owned();
    odd.stays[1].full_name = "王小明 🙂".to_owned();
    odd.stays[2].full_name = "محمد (MOHAMMED)".to_owned();
    odd.establishment_name = "Khu nghỉ dưỡng và căn hộ khách sạn Biển Xanh ".repeat(6);
    assert!(render(&odd).expect("sound receipt").starts_with(b"%PDF-"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn any_text_can_be_printed(name in any::<String>(), place in any::<String>(), emoji in "[\u{1F300}-\u{1FAFF}\u{200d}\u{fe0f}\u{300}-\u{36f}a-c]{0,12}", rtl in "[\u{590}-\u{6ff} a-c]{0,12}", han in "[\u{3040}-\u{9fff}\u{ac00}-\u{d7a3}]{0,12}", marks in "[\u{0}-\u{24f}\u{300}-\u{36f}\u{900}-\u{97f}\u{1e00}-\u{1eff}\u{2000}-\u{20cf}\u{e000}-\u{e010}\u{fff0}-\u{ffff}]{0,24}") {
        let mut receipt = receipt(5);
        receipt.stays[0].full_name = name.clone();
        receipt.stays[1].full_name = emoji;
        receipt.stays[2].full_name = rtl;
        receipt.stays[3].full_name = han;
        receipt.stays[4].full_name = marks.clone();
        receipt.establishment_name = place;
        receipt.reference_code = name;
        receipt.unit_name_vi = marks;
        assert!(render(&receipt).expect("any text").starts_with(b"%PDF-"));
    }
}
