//! QR codes (ISO/IEC 18004), as an SVG for pages and as rectangles for paper.

use qrcode::render::svg;
use qrcode::{Color, EcLevel, QrCode};

use crate::platform::documents::DocumentError;

/// Smallest width of the SVG in CSS pixels; the picture scales without loss.
const SVG_PIXELS: u32 = 200;

/// The text as a QR code in SVG, black on white, with the quiet zone of four modules around it.
///
/// Error correction level M (15 % of the code may be damaged).
///
/// # Errors
/// [`DocumentError::QrCode`] when the text is too long (over about 2,300 bytes).
pub fn qr_svg(text: &str) -> Result<String, DocumentError> {
    let picture = encode(text)?.render::<svg::Color>().min_dimensions(SVG_PIXELS, SVG_PIXELS).build();
    // Without the XML declaration the picture can also stand inside of an HTML page.
    let start = picture.find("<svg").unwrap_or_default();
    Ok(picture[start..].to_owned())
}

/// The dark modules of a code, as horizontal bars.
pub(super) struct Matrix {
    /// Modules along one side.
    pub(super) side: usize,
    /// Dark bars of one module height; neighbours in a row are joined, so no hairline shows between.
    pub(super) bars: Vec<Bar>,
}

/// A run of dark modules in one row, counted from the top left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) column: usize,
    pub(super) row: usize,
    pub(super) length: usize,
}

/// The QR code of a text without quiet zone; level M as in [`qr_svg`].
pub(super) fn matrix(text: &str) -> Result<Matrix, DocumentError> {
    let code = encode(text)?;
    let side = code.width();
    let mut bars: Vec<Bar> = Vec::new();
    for (row, colors) in code.to_colors().chunks(side).enumerate() {
        let mut column = 0;
        for group in colors.chunk_by(PartialEq::eq) {
            if group.first() == Some(&Color::Dark) {
                bars.push(Bar { column, row, length: group.len() });
            }
            column += group.len();
        }
    }
    Ok(Matrix { side, bars })
}

fn encode(text: &str) -> Result<QrCode, DocumentError> {
    QrCode::with_error_correction_level(text, EcLevel::M).map_err(DocumentError::QrCode)
}

#[cfg(test)]
mod tests {
    use super::{Bar, matrix, qr_svg};
    use crate::platform::documents::DocumentError;

    #[test]
    fn the_svg_is_a_standalone_picture() {
        let picture = qr_svg("https://example.vn/verify/TT-1").expect("short text fits");
        assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
        assert!(picture.ends_with("</svg>"));
    }

    #[test]
    fn bars_cover_the_finder_pattern() {
        let code = matrix("HELLO").expect("short text fits");
        assert_eq!(code.side, 21);
        let bar = |column, row, length| Bar { column, row, length };
        // ISO/IEC 18004: three 7 by 7 squares in the corners, each followed by a light row.
        for expected in [bar(0, 0, 7), bar(14, 0, 7), bar(0, 14, 7), bar(0, 20, 7)] {
            assert!(code.bars.contains(&expected), "{expected:?}");
        }
        assert!(code.bars.iter().all(|bar| bar.column + bar.length <= 21));
    }

    #[test]
    fn too_much_text_is_refused() {
        let text = "x".repeat(3_000);
        assert!(matches!(qr_svg(&text), Err(DocumentError::QrCode(_))));
        assert!(matches!(matrix(&text), Err(DocumentError::QrCode(_))));
    }
}
