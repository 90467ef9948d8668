//! The receipt of a declaration of temporary stay: what the declarant can show as proof.
//!
//! Whoever lodges foreigners has to declare them (Law 47/2014/QH13 on entry, exit, transit and
//! residence of foreigners, article 33); the receipt says which declaration came in when. It carries
//! neither the national header nor a seal: those belong on papers that a competent body signs.

use chrono::{DateTime, Utc};

use crate::kernel::clock::local;
use crate::platform::documents::{Column, DocumentError, Label, Letter, LetterFrame, Table, is_printable};
use crate::platform::lang::Lang;

/// Everything that a receipt shows. Texts are printed as they are given.
///
/// Without `Debug`, as names must not reach a log.
#[derive(Clone)]
pub struct Receipt {
    /// Language of the words that stand once (page numbers, the file's title). Labels always come in
    /// Vietnamese with English beside it.
    pub language: Lang,
    /// Code of the declaration.
    pub reference_code: String,
    /// Number of this receipt, from one. A later one says which it replaces.
    pub version: i32,
    /// Number of the receipt that took its place.
    pub replaced_by: Option<i32>,
    /// The police unit that received it, in Vietnamese.
    pub unit_name_vi: String,
    /// The same in English.
    pub unit_name_en: String,
    /// Who declared.
    pub organization_name: String,
    /// Where the guests stay.
    pub establishment_name: String,
    /// Address of that place.
    pub establishment_address: String,
    /// How the declaration came in (web page, API, file), as a shown word.
    pub channel: String,
    /// When it was received.
    pub filed_at: DateTime<Utc>,
    /// Until when it had to be received.
    pub due_at: DateTime<Utc>,
    /// Whether it was received in time.
    pub timeliness: Timeliness,
    /// State of the declaration when this paper was made, as a shown word.
    pub status: String,
    /// Public page on which anyone can check the receipt: a web address, at most about 2,300 bytes
    /// long; under 150, the code is easy to scan from paper.
    pub verify_url: String,
    /// The guests, in the order of the declaration.
    pub stays: Vec<ReceiptStay>,
    /// When this paper was made; also the creation date of the file.
    pub generated_at: DateTime<Utc>,
}

/// Whether a declaration met its deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// Received up to the deadline.
    OnTime,
    /// Received after it.
    Late,
}

/// What became of a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StayState {
    /// The guest is here.
    Staying,
    /// The guest has left.
    Departed,
    /// The filing was taken back: the guest does not count.
    Withdrawn,
}

/// One guest of a receipt. Dates are shown texts (dd/mm/yyyy).
#[derive(Clone)]
pub struct ReceiptStay {
    /// Name as in the passport.
    pub full_name: String,
    /// Date of birth, or as much of it as is known.
    pub date_of_birth: String,
    /// Sex, as a shown word.
    pub sex: String,
    /// Nationality, as a shown word.
    pub nationality: String,
    /// Number of the passport or other document, already masked.
    pub document_number_masked: String,
    /// Room, where known.
    pub room: Option<String>,
    /// What became of the stay.
    pub state: StayState,
    /// Arrival. A date alone keeps the rows on one line; with the time they take two.
    pub arrived: String,
    /// Departure, expected or known.
    pub expected_departure: String,
    /// Until when the guest may be in the country, where known.
    pub permitted_stay_until: Option<String>,
}

/// The receipt as the bytes of a PDF/A-2u file. Pure: equal receipts give equal bytes.
///
/// Costs processor time (0.7 s for 500 guests in a build without optimisation, 0.05 s for one); call
/// it from a blocking thread.
///
/// # Errors
/// [`DocumentError`]: in practice only when `verify_url` is too long for a QR code.
pub fn render(receipt: &Receipt) -> Result<Vec<u8>, DocumentError> {
    letter(receipt).finish()
}

fn letter(receipt: &Receipt) -> Letter {
    let title = match receipt.language {
        Lang::Vi => format!("Biên nhận khai báo tạm trú {}", receipt.reference_code),
        Lang::En => format!("Receipt for a declaration {}", receipt.reference_code),
    };
    let made = time(receipt.generated_at);
    let mut letter = Letter::new(LetterFrame {
        title,
        language: receipt.language,
        unit_line: format!("{} / {}", receipt.unit_name_vi, receipt.unit_name_en),
        code: receipt.reference_code.clone(),
        created_at: receipt.generated_at,
        footer: format!("Lập lúc / Made at {made} · Giờ Việt Nam / Vietnam time (UTC+07:00)"),
    });
    letter
        .qr(&receipt.verify_url, "Quét mã để kiểm tra\nScan to check this receipt")
        .headline(Label::both(
            "BIÊN NHẬN KHAI BÁO TẠM TRÚ\nCỦA NGƯỜI NƯỚC NGOÀI",
            "Receipt for a declaration of foreigners' temporary stay",
        ))
        .code(Label::both("Mã khai báo", "Reference code"), &receipt.reference_code)
        .tiles(&tiles(receipt))
        .fields(&fields(receipt));
    if let Some(later) = receipt.replaced_by {
        letter.notice(Label::both(
            format!("BẢN NÀY ĐÃ ĐƯỢC THAY BẰNG BẢN SỐ {later}."),
            format!("THIS RECEIPT WAS REPLACED BY RECEIPT No. {later}."),
        ));
    }
    letter
        .notice(Label::both(
            "Biên nhận này chứng minh nội dung khai báo đã được tiếp nhận vào thời điểm nêu trên; \
             không phải là xác nhận người nước ngoài cư trú hợp pháp.",
            "This receipt proves that the declaration was received at the time stated above; \
             it does not confirm legal residence.",
        ))
        .note(format!(
            "Ai cũng có thể kiểm tra biên nhận này tại / Anyone can check this receipt at:\n{}",
            receipt.verify_url
        ))
        .heading(Label::both("Danh sách người nước ngoài", "Guests declared"))
        .table(table(&receipt.stays));
    if !receipt.stays.iter().all(is_stay_printable) {
        letter.note(
            "Dấu ? thay cho chữ mà phông chữ không có / \
             A question mark stands for a letter that this typeface lacks",
        );
    }
    let count = count(receipt);
    letter.total(Label::both(format!("Tổng số khách: {count}"), format!("Total number of guests: {count}")));
    letter
}

fn tiles(receipt: &Receipt) -> [(Label, String); 6] {
    let timeliness = match receipt.timeliness {
        Timeliness::OnTime => "Đúng hạn / On time",
        Timeliness::Late => "Trễ hạn / Late",
    };
    let version = match (receipt.version, receipt.replaced_by) {
        (number, Some(_)) => format!("{number} (đã thay / replaced)"),
        (..=1, None) => "1".to_owned(),
        (number, None) => {
            let before = number - 1;
            format!("{number} (thay bản / replaces {before})")
        }
    };
    [
        (Label::both("Tiếp nhận lúc", "Received at"), time(receipt.filed_at)),
        (Label::both("Hạn khai báo", "Due by"), time(receipt.due_at)),
        (Label::both("Thời hạn", "Timeliness"), timeliness.to_owned()),
        (Label::both("Số khách", "Guests"), count(receipt).to_string()),
        (Label::both("Trạng thái", "Status"), receipt.status.clone()),
        (Label::both("Phiên bản", "Version"), version),
    ]
}

fn fields(receipt: &Receipt) -> [(Label, String); 5] {
    let unit = format!("{} / {}", receipt.unit_name_vi, receipt.unit_name_en);
    [
        (Label::both("Cơ sở lưu trú", "Establishment"), receipt.establishment_name.clone()),
        (Label::both("Địa chỉ", "Address"), receipt.establishment_address.clone()),
        (Label::both("Tổ chức, cá nhân khai báo", "Declared by"), receipt.organization_name.clone()),
        (Label::both("Đơn vị tiếp nhận", "Received by"), unit),
        (Label::both("Kênh khai báo", "Channel"), receipt.channel.clone()),
    ]
}

fn table(stays: &[ReceiptStay]) -> Table {
    let columns = vec![
        Column::new(Label::both("STT", "No."), 21.0),
        Column::new(Label::both("Họ và tên", "Full name"), 104.0).strong(),
        Column::new(Label::both("Ngày sinh", "Date of birth"), 55.0),
        Column::new(Label::both("Giới tính", "Sex"), 30.0),
        Column::new(Label::both("Quốc tịch", "Nationality"), 54.0),
        Column::new(Label::both("Số giấy tờ", "Document"), 51.0),
        Column::new(Label::both("Phòng", "Room"), 30.0),
        Column::new(Label::both("Đến", "Arrived"), 55.0),
        Column::new(Label::both("Dự kiến đi", "Departs"), 55.0),
        Column::new(Label::both("Tạm trú đến", "Stay until"), 55.0),
    ];
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
    let rows = stays
        .iter()
        .enumerate()
        .map(|(index, stay)| {
            vec![
                (index + 1).to_string(),
                name(stay),
                stay.date_of_birth.clone(),
                stay.sex.clone(),
                stay.nationality.clone(),
                stay.document_number_masked.clone(),
                or_dash(&stay.room),
                stay.arrived.clone(),
                stay.expected_departure.clone(),
                or_dash(&stay.permitted_stay_until),
            ]
        })
        .collect();
    Table { columns, rows }
}

/// The name, with a word beneath it about a stay that is over.
fn name(stay: &ReceiptStay) -> String {
    match stay.state {
        StayState::Staying => stay.full_name.clone(),
        StayState::Departed => format!("{}\n(Đã rời đi / Left)", stay.full_name),
        StayState::Withdrawn => format!("{}\n(Đã rút / Withdrawn)", stay.full_name),
    }
}

fn count(receipt: &Receipt) -> usize {
    receipt.stays.iter().filter(|stay| stay.state != StayState::Withdrawn).count()
}

fn is_stay_printable(stay: &ReceiptStay) -> bool {
    is_printable(&stay.full_name) && stay.room.as_deref().is_none_or(is_printable)
}

/// A moment as shown in Vietnam: 22/11/2026 08:30.
fn time(at: DateTime<Utc>) -> String {
    local(at).format("%d/%m/%Y %H:%M").to_string()
}

#[cfg(test)]
mod tests;
