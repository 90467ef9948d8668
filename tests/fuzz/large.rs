//! The costliest files known that the limits of an upload allow, each read in a process of its own, as the server reads it.
//! Every file must be done within 2 s of processor time and 200 MB of memory, by the counts of Linux.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::process::Command;
use std::{env, fs};

use tamtru_fuzz::features::declarations::import::{Limits, read};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MOST_SECONDS: f64 = 2.0;
const MOST_MEGABYTES: u64 = 200;

type Made = Result<Vec<u8>, Box<dyn Error>>;

type Named = (&'static str, fn() -> Made);

/// The files by name.
const FILES: [Named; 20] = [
    ("workbook: full rows", || book(&sheet(&inline_rows(20_000)), 1, "", "")),
    ("workbook: wide rows", || book(&sheet(&wide_rows()), 1, &strings(&WORDS), "")),
    ("workbook: rows of one cell", || book(&sheet(&thin_rows()), 1, &strings(&["Nguyễn Văn"]), "")),
    ("workbook: headings", || book(&sheet(&heading_rows()), 64, &strings(&HEADING_WORDS), "")),
    ("workbook: parts of headings", || book(&sheet(&heading_rows()), 7, &strings(&parts()), "")),
    ("workbook: tags", || book(&"<a/>".repeat(11_900_000), 1, "", "")),
    ("workbook: values", || book(&sheet(&format!("<row><c>{}</c></row>", "<v/>".repeat(11_900_000))), 1, "", "")),
    ("workbook: attributes", || book(&sheet(&attributes("c", 30)), 1, "", "")),
    ("workbook: marks", || book(&sheet(""), 1, &strings(&[&marks("<!---->")]), "")),
    ("workbook: strings", || book(&sheet(""), 1, &strings(&["ạạạạạạạạạạạạạạạạạạạạ"; 499_000]), "")),
    ("workbook: relationships", || book(&sheet(""), 1, "", &relationships())),
    ("old workbook: headings", || Ok(stream(64))),
    ("text: full rows", || Ok(lines().into_bytes())),
    ("text: commas", || Ok(vec![b','; 10_400_000])),
    ("text: marks", || Ok(format!("{}\na{}", HEADINGS.join(","), "\u{316}\u{301}".repeat(2_500_000)).into_bytes())),
    ("page: full rows", || Ok(page(20_000).into_bytes())),
    ("page: headings", || Ok(format!("<html>{}", table_of_headings().repeat(64)).into_bytes())),
    ("page: cells", || Ok(format!("<html><table>{}</table>", "<td>".repeat(2_600_000)).into_bytes())),
    ("XML: ampersands", || Ok(record(&"&".repeat(10_400_000)))),
    ("JSON: keys", || Ok(format!("[{{\"hoTen\":\"a\",{}\"y\":0}}]", "\"x\":0,".repeat(1_700_000)).into_bytes())),
];

const HEADINGS: [&str; 11] = [
    "HỌ TÊN",
    "NGÀY SINH",
    "NGÀY SINH ĐÚNG ĐẾN",
    "GIỚI TÍNH",
    "MÃ QUỐC TỊCH",
    "SỐ HỘ CHIẾU",
    "SỐ PHÒNG",
    "NGÀY ĐẾN",
    "THỜI GIAN DỰ KIẾN TẠM TRÚ TẠI CSLT",
    "NGÀY TRẢ PHÒNG",
    "THỜI HẠN ĐƯỢC PHÉP TẠM TRÚ TẠI VIỆT NAM",
];

const GUEST: [&str; 11] = [
    "Nakamura Yui Đẹp",
    "14/02/1991",
    "D - Ngày",
    "F - Nữ",
    "JPN - Japan",
    "TR1234567",
    "0807",
    "22/11/2026",
    "26/11/2026",
    "24/11/2026",
    "20/12/2026",
];

const HEADING_WORDS: [&str; 4] = ["Ngày sinh đúng đến", "Giới tính / Sex", "Ngày (a) / b-c", "số"];

const WORDS: [&str; 4] =
    ["ạế ạế ạế ạế ạế ạế", "Nguyễn Thị Nguyễn Thị", "a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-", "ABCDEFGH ABCDEFGH"];

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(name) = env::args().nth(1) {
        return one(&name);
    }
    let mut failed = false;
    for (name, _) in FILES {
        failed |= !Command::new(env::current_exe()?).arg(name).status()?.success();
    }
    if failed { Err("a file costs too much".into()) } else { Ok(()) }
}

fn one(name: &str) -> Result<(), Box<dyn Error>> {
    let (_, make) = FILES.iter().find(|(known, _)| *known == name).ok_or("no such file")?;
    let bytes = make()?;
    assert!(bytes.len() <= Limits::default().file_bytes, "{name}: {} bytes", bytes.len());
    // Forgets what making the file took.
    fs::write("/proc/self/clear_refs", "5")?;
    let (before, held) = (seconds()?, megabytes()?);
    let outcome = match read(&bytes, &Limits::default()) {
        Ok(file) => format!("{} rows", file.rows.len()),
        Err(refusal) => refusal.to_string(),
    };
    let (seconds, megabytes) = (seconds()? - before, megabytes()? - held);
    println!("{name:28} {:5.2} MB {seconds:5.2} s {megabytes:4} MB  {outcome}", bytes.len() as f64 / 1e6);
    if seconds > MOST_SECONDS || megabytes > MOST_MEGABYTES { Err("too much".into()) } else { Ok(()) }
}

/// Processor time of this process.
fn seconds() -> Result<f64, Box<dyn Error>> {
    let counts = fs::read_to_string("/proc/self/schedstat")?;
    Ok(counts.split(' ').next().ok_or("no time")?.parse::<f64>()? / 1e9)
}

/// Most memory that this process has had.
fn megabytes() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no memory")?;
    Ok(peak.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
}

/// A workbook of some sheets with the same markup.
fn book(sheet: &str, sheets: usize, strings: &str, relationships: &str) -> Made {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut listed = String::new();
    let mut related = format!("<Relationship Id=\"s\" Type=\"{TYPES}/sharedStrings\" Target=\"strings.xml\"/>");
    for id in 0..sheets {
        write!(listed, "<sheet name=\"list {id}\" r:id=\"{id}\"/>")?;
        write!(related, "<Relationship Id=\"{id}\" Type=\"{TYPES}/worksheet\" Target=\"{id}.xml\"/>")?;
    }
    let mut entries = vec![
        ("xl/workbook.xml".to_owned(), format!("<workbook><sheets>{listed}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships>{related}{relationships}</Relationships>")),
    ];
    if !strings.is_empty() {
        entries.push(("xl/strings.xml".to_owned(), strings.to_owned()));
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, content: &str| -> Result<(), Box<dyn Error>> {
        writer.start_file(name, SimpleFileOptions::default())?;
        Ok(writer.write_all(content.as_bytes())?)
    };
    for (name, content) in &entries {
        add(name, content)?;
    }
    for id in 0..sheets {
        add(&format!("xl/{id}.xml"), &format!("<worksheet>{sheet}</worksheet>"))?;
    }
    Ok(writer.finish()?.into_inner())
}

fn sheet(rows: &str) -> String {
    format!("<sheetData>{rows}</sheetData>")
}

fn strings(strings: &[impl AsRef<str>]) -> String {
    let items: String = strings.iter().map(|text| format!("<si><t>{}</t></si>", text.as_ref())).collect();
    format!("<sst>{items}</sst>")
}

fn inline(texts: &[&str]) -> String {
    let cells: String = texts.iter().map(|text| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")).collect();
    format!("<row>{cells}</row>")
}

fn inline_rows(guests: usize) -> String {
    inline(&HEADINGS) + &inline(&GUEST).repeat(guests)
}

fn shared(index: usize) -> String {
    format!("<c t=\"s\"><v>{index}</v></c>")
}

/// As many cells and as much text as are allowed.
fn wide_rows() -> String {
    let heading = HEADINGS.iter().copied().chain(std::iter::repeat_n("x", 13)).collect::<Vec<_>>();
    let row: String = (0..22).map(|column| shared(column % WORDS.len())).collect();
    inline(&heading) + &format!("<row>{row}</row>").repeat(19_990)
}

/// Rows of which none is a guest.
fn thin_rows() -> String {
    let rows: String =
        (2..490_000).map(|row| format!("<row r=\"{row}\"><c r=\"Z{row}\" t=\"s\"><v>0</v></c></row>")).collect();
    inline(&HEADINGS) + &rows
}

fn heading_rows() -> String {
    (0..30)
        .map(|row| format!("<row>{}</row>", (row..row + 256).map(|cell| shared(cell % 4)).collect::<String>()))
        .collect()
}

fn parts() -> [String; 4] {
    ["a-".repeat(149), "-".repeat(299), "ho-".repeat(99), "ạ/".repeat(149)]
}

fn attributes(name: &str, rows: usize) -> String {
    let attributes: String = (0..256).map(|index| format!(" {}=\"\"", letters(index))).collect();
    format!("<row>{}</row>", format!("<{name}{attributes}/>").repeat(1_000)).repeat(rows)
}

fn letters(index: usize) -> String {
    [index / 26, index % 26].iter().filter_map(|letter| char::from_digit(*letter as u32 + 10, 36)).collect()
}

fn relationships() -> String {
    (0..900_000).map(|id| format!("<Relationship Id=\"a{id}\" Type=\"t\" Target=\"u\"/>")).collect()
}

/// Marks in pieces, so that no token is too long.
fn marks(between: &str) -> String {
    ("\u{316}\u{301}".repeat(50_000) + between).repeat(230)
}

fn lines() -> String {
    let line = |cells: &[&str]| format!("{}\t{}\n", cells.join("\t"), ["Ghi chú"; 13].join("\t"));
    line(&HEADINGS) + &line(&GUEST).repeat(19_990)
}

fn page(guests: usize) -> String {
    let row = |cells: &[&str]| format!("<tr><td>{}</tr>", cells.join("<td>"));
    format!("<html><table>{}{}</table>", row(&HEADINGS), row(&GUEST).repeat(guests))
}

fn table_of_headings() -> String {
    let words = ["Ngày sinh", "ho-ten", "Sex", "x(y)"];
    let row = |row: usize| (row..row + 256).map(|cell| format!("<td>{}", words[cell % 4])).collect::<String>();
    format!("<table>{}</table>", (0..30).map(|number| format!("<tr>{}", row(number))).collect::<String>())
}

fn record(name: &str) -> Vec<u8> {
    format!("<KHAI_BAO_TAM_TRU><THONG_TIN_KHACH><ho_ten>{name}</ho_ten></THONG_TIN_KHACH></KHAI_BAO_TAM_TRU>")
        .into_bytes()
}

/// The stream of an old workbook with sheets of headings.
fn stream(sheets: u32) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| [&kind.to_le_bytes(), &(data.len() as u16).to_le_bytes(), data].concat();
    let begin = |kind: u8| record(0x0809, &[&[0, 6, kind, 0][..], &[0; 12]].concat());
    let texts: Vec<u8> = HEADING_WORDS
        .iter()
        .flat_map(|word| {
            let units: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [&(units.len() as u16 / 2).to_le_bytes()[..], &[1], &units].concat()
        })
        .collect();
    let cell = |row: u16, column: u16| {
        let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        record(0x00fd, &[place, u32::from((row + column) % 4).to_le_bytes().to_vec()].concat())
    };
    let cells: Vec<u8> = (0..30).flat_map(|row| (0..256).flat_map(move |column| cell(row, column))).collect();
    let sheet = [begin(0x10), cells, record(0x000a, &[])].concat();
    let shared = record(0x00fc, &[&[4, 0, 0, 0, 4, 0, 0, 0][..], &texts].concat());
    let globals = [begin(0x05), shared].concat();
    let first = globals.len() as u32 + sheets * 13 + 4;
    let bound: Vec<u8> = (0..sheets)
        .flat_map(|index| {
            record(0x0085, &[&(first + index * sheet.len() as u32).to_le_bytes()[..], &[0, 0, 1, 0, b'x']].concat())
        })
        .collect();
    [globals, bound, record(0x000a, &[]), sheet.repeat(sheets as usize)].concat()
}
