//! The receipt of an import: which file was handed in, what became of its rows, and which declarations came of it.
//!
//! The QR code opens the public check of the first declaration; the others can be checked by their codes. No guest is
//! named: the receipts of the declarations do that. Like those it carries neither the national header nor a seal.

use chrono::{DateTime, Utc};

use crate::kernel::clock::local;
use crate::platform::documents::{Column, DocumentError, Label, Letter, LetterFrame, Table};
use crate::platform::lang::Lang;

/// Everything that a receipt of an import shows. Texts are printed as they are given.
///
/// Without `Debug`, as people put names into names of files.
#[derive(Clone)]
pub struct ImportReceipt {
    /// Language of the words that stand once; labels always come in Vietnamese with English beside it.
    pub language: Lang,
    /// Id of the import.
    pub import_id: String,
    /// The police unit that received the declarations, in Vietnamese.
    pub unit_name_vi: String,
    /// The same in English.
    pub unit_name_en: String,
    /// Who declared.
    pub organization_name: String,
    /// Where the guests stay.
    pub establishment_name: String,
    /// Address of that place.
    pub establishment_address: String,
    /// Name of the file as handed in.
    pub file_name: String,
    /// SHA-256 of the file, hexadecimal.
    pub file_hash: String,
    /// Its size in bytes.
    pub file_size: i64,
    /// What the file turned out to be.
    pub format: String,
    /// When it was handed in.
    pub handed_in_at: DateTime<Utc>,
    /// When its rows were filed.
    pub filed_at: DateTime<Utc>,
    /// Rows read: accepted, rejected and ignored together.
    pub rows_read: i32,
    /// Rows that were filed.
    pub accepted: i32,
    /// Rows that were refused.
    pub rejected: i32,
    /// Samples, totals and guests who were declared before.
    pub ignored: i32,
    /// The declarations that came of it.
    pub declarations: Vec<ReceiptDeclaration>,
    /// When this paper was made.
    pub generated_at: DateTime<Utc>,
}

/// A declaration that came of the file.
#[derive(Clone, Debug)]
pub struct ReceiptDeclaration {
    /// Its code.
    pub reference_code: String,
    /// When it was received.
    pub filed_at: DateTime<Utc>,
    /// How many guests it holds.
    pub stay_count: i32,
    /// Public page on which anyone can check it.
    pub verify_url: String,
}

/// The receipt as the bytes of a PDF/A-2u file. Pure: equal receipts give equal bytes. Call it from a blocking thread.
///
/// # Errors
/// [`DocumentError`]: in practice only when an address is too long for a QR code.
pub fn render(receipt: &ImportReceipt) -> Result<Vec<u8>, DocumentError> {
    letter(receipt).finish()
}

fn letter(receipt: &ImportReceipt) -> Letter {
    let title = match receipt.language {
        Lang::Vi => format!("Biên nhận tệp khai báo tạm trú {}", receipt.import_id),
        Lang::En => format!("Receipt for a guest file {}", receipt.import_id),
    };
    let made = time(receipt.generated_at);
    let mut letter = Letter::new(LetterFrame {
        title,
        language: receipt.language,
        unit_line: format!("{} / {}", receipt.unit_name_vi, receipt.unit_name_en),
        code: receipt.declarations.first().map_or(&receipt.import_id, |first| &first.reference_code).clone(),
        created_at: receipt.generated_at,
        footer: format!("Lập lúc / Made at {made} · Giờ Việt Nam / Vietnam time (UTC+07:00)"),
    });
    if let Some(first) = receipt.declarations.first() {
        letter.qr(&first.verify_url, "Quét mã để kiểm tra\nScan to check");
    }
    letter
        .headline(Label::both(
            "BIÊN NHẬN TỆP KHAI BÁO TẠM TRÚ\nCỦA NGƯỜI NƯỚC NGOÀI",
            "Receipt for a file of foreigners' temporary stays",
        ))
        .tiles(&tiles(receipt))
        .fields(&fields(receipt))
        .notice(Label::both(
            "Số dòng đọc được luôn bằng số dòng đã khai báo, bị từ chối và bỏ qua cộng lại. \
             Dòng bị từ chối chưa được khai báo: hãy sửa và gửi lại.",
            "The rows read are always the rows declared, refused and passed over together. \
             A refused row is not declared: correct it and send it again.",
        ))
        .heading(Label::both("Các bản khai báo từ tệp này", "Declarations that came of this file"));
    if receipt.declarations.is_empty() {
        letter.paragraph(Label::both(
            "Không có khách mới nào được khai báo từ tệp này.",
            "No new guest was declared from this file.",
        ));
    } else {
        letter.table(table(&receipt.declarations));
    }
    letter.total(Label::both(
        format!("Tổng số khách đã khai báo: {}", receipt.accepted),
        format!("Guests declared in all: {}", receipt.accepted),
    ));
    if let Some(first) = receipt.declarations.first() {
        letter.note(format!(
            "Ai cũng có thể kiểm tra mã {} tại địa chỉ dưới đây; mỗi mã khác kiểm tra bằng biên nhận của bản khai báo \
             đó / Anyone can check code {} here; each other code by the receipt of its declaration:\n{}",
            first.reference_code, first.reference_code, first.verify_url
        ));
    }
    letter
}

fn tiles(receipt: &ImportReceipt) -> [(Label, String); 6] {
    [
        (Label::both("Số dòng đọc được", "Rows read"), receipt.rows_read.to_string()),
        (Label::both("Đã khai báo", "Declared"), receipt.accepted.to_string()),
        (Label::both("Bị từ chối", "Refused"), receipt.rejected.to_string()),
        (Label::both("Bỏ qua", "Passed over"), receipt.ignored.to_string()),
        (Label::both("Nhận tệp lúc", "File received at"), time(receipt.handed_in_at)),
        (Label::both("Khai báo lúc", "Declared at"), time(receipt.filed_at)),
    ]
}

fn fields(receipt: &ImportReceipt) -> [(Label, String); 7] {
    let unit = format!("{} / {}", receipt.unit_name_vi, receipt.unit_name_en);
    let place = format!("{}, {}", receipt.establishment_name, receipt.establishment_address);
    let size = format!("{} byte", receipt.file_size);
    [
        (Label::both("Tên tệp", "File name"), receipt.file_name.clone()),
        (Label::both("Định dạng, dung lượng", "Format, size"), format!("{}, {size}", receipt.format)),
        (Label::both("Mã băm SHA-256 của tệp", "SHA-256 of the file"), receipt.file_hash.clone()),
        (Label::both("Cơ sở lưu trú", "Establishment"), place),
        (Label::both("Tổ chức, cá nhân khai báo", "Declared by"), receipt.organization_name.clone()),
        (Label::both("Đơn vị tiếp nhận", "Received by"), unit),
        (Label::both("Mã lần nhập", "Import"), receipt.import_id.clone()),
    ]
}

fn table(declarations: &[ReceiptDeclaration]) -> Table {
    let columns = vec![
        Column::new(Label::both("STT", "No."), 21.0),
        Column::new(Label::both("Mã khai báo", "Reference code"), 160.0).strong(),
        Column::new(Label::both("Tiếp nhận lúc", "Received at"), 110.0),
        Column::new(Label::both("Số khách", "Guests"), 60.0),
    ];
    let row = |(index, declaration): (usize, &ReceiptDeclaration)| {
        vec![
            (index + 1).to_string(),
            declaration.reference_code.clone(),
            time(declaration.filed_at),
            declaration.stay_count.to_string(),
        ]
    };
    Table { columns, rows: declarations.iter().enumerate().map(row).collect() }
}

/// A moment as shown in Vietnam: 22/11/2026 08:30.
fn time(at: DateTime<Utc>) -> String {
    local(at).format("%d/%m/%Y %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn receipt(declarations: i32) -> ImportReceipt {
        let at = |hour| Utc.with_ymd_and_hms(2026, 11, 22, hour, 30, 0).single().expect("a moment");
        let one = |number: i32| ReceiptDeclaration {
            reference_code: format!("TT20242-261122-{number:06}"),
            filed_at: at(2),
            stay_count: 500,
            verify_url: format!("https://khaibao.example.vn/verify/TT20242-261122-{number:06}?s=Zk3xQ9mB7Lw2"),
        };
        ImportReceipt {
            language: Lang::Vi,
            import_id: "0197a000-0000-7000-8000-000000000001".to_owned(),
            unit_name_vi: "Công an phường Hải Châu".to_owned(),
            unit_name_en: "Hai Chau Ward Police".to_owned(),
            organization_name: "Công ty TNHH Khách sạn Sông Hàn".to_owned(),
            establishment_name: "Khách sạn Sông Hàn Riverside".to_owned(),
            establishment_address: "36 Bạch Đằng, phường Hải Châu, thành phố Đà Nẵng".to_owned(),
            file_name: "khach-22-11.xlsx".to_owned(),
            file_hash: "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef".to_owned(),
            file_size: 682_144,
            format: "kbtt_workbook_12".to_owned(),
            handed_in_at: at(1),
            filed_at: at(2),
            rows_read: declarations * 500 + 3,
            accepted: declarations * 500,
            rejected: 2,
            ignored: 1,
            declarations: (1..=declarations).map(one).collect(),
            generated_at: at(3),
        }
    }

    #[test]
    fn receipts_of_no_one_and_many_declarations_are_pdfs() {
        for count in [0, 1, 40] {
            let pdf = render(&receipt(count)).expect("a sound receipt");
            assert!(pdf.starts_with(b"%PDF-1.7"), "{count}");
            assert_eq!(pdf, render(&receipt(count)).expect("a sound receipt"), "equal receipts give equal bytes");
        }
    }
}
