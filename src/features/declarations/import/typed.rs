//! What a spreadsheet program makes of the text of a cell in a file without cell types.

use crate::features::declarations::import::table::Cell;
use crate::features::declarations::import::text;

/// The cell that shows this text; nothing when it is blank.
///
/// Programs write `="00123"` to keep a spreadsheet program from dropping the zeros: that is the text 00123.
/// Anything else that begins with `=` is a formula.
pub(super) fn cell(text: &str, limit: usize) -> Option<Cell> {
    if let Some(formula) = text.trim().strip_prefix('=') {
        return match quoted(formula) {
            Some(inner) => text::keep(&inner, limit).map(Cell::Text),
            None => Some(Cell::Formula),
        };
    }
    text::keep(text, limit).map(Cell::Text)
}

/// The text of a formula that is one text and nothing else; a quote in it is written twice.
fn quoted(formula: &str) -> Option<String> {
    let inner = formula.trim().strip_prefix('"')?.strip_suffix('"')?;
    let is_one_text = !inner.replace("\"\"", "").contains('"');
    is_one_text.then(|| inner.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use crate::features::declarations::import::table::Cell;
    use crate::features::declarations::import::typed::cell;

    #[test]
    fn text_formulas_are_text_and_others_are_formulas() {
        let cases = [
            ("00123", Some(Cell::Text("00123".to_owned()))),
            ("=\"00123\"", Some(Cell::Text("00123".to_owned()))),
            (" = \"00123\" ", Some(Cell::Text("00123".to_owned()))),
            ("=\" \"", None),
            ("=\"\"", None),
            ("=\"", Some(Cell::Formula)),
            ("=\"=1+\"\"2\"\"\"", Some(Cell::Text("=1+\"2\"".to_owned()))),
            ("=\"A\"B\"", Some(Cell::Formula)),
            ("=", Some(Cell::Formula)),
            ("=\"A\"&\"B\"", Some(Cell::Formula)),
            ("=CMD|'/C calc'!A0", Some(Cell::Formula)),
            ("-5", Some(Cell::Text("-5".to_owned()))),
            (" \u{a0}", None),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text, 500), expected, "{text}");
        }
    }
}
