//! A text as a QR code (ISO/IEC 18004), for whoever scans a box instead of typing what stands on it.

use qrcode::{Color, QrCode};

use crate::line::one_line;

/// Letters that a code small enough for a sheet has room for.
const LONGEST: usize = 120;

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// What it says.
    pub text: String,
    /// Modules in a row, and rows.
    pub side: usize,
    /// Whether each module is dark, row by row.
    pub dark: Vec<bool>,
}

impl Code {
    /// Modules of light that a scanner needs around it (ISO/IEC 18004, 5.3.8).
    pub const QUIET: usize = 4;

    /// The code of a text; nothing where it is too long for one that can be scanned.
    pub(super) fn of(text: &str) -> Option<Code> {
        let text = one_line(text);
        let code = QrCode::new(&text).ok().filter(|_| !text.is_empty() && text.chars().count() <= LONGEST)?;
        let dark = code.to_colors().into_iter().map(|module| module == Color::Dark).collect();
        Some(Code { text, side: code.width(), dark })
    }

    /// Whether a module is dark; around the code there is light.
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        let inside =
            (Code::QUIET..Code::QUIET + self.side).contains(&column) && (Code::QUIET..Code::QUIET + self.side).contains(&row);
        inside && self.dark[(row - Code::QUIET) * self.side + column - Code::QUIET]
    }

    /// Modules in a row with the light around them.
    pub fn whole(&self) -> usize {
        self.side + 2 * Code::QUIET
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_light_around_it() {
        let code = Code::of("kiosk-01 G6PA1230045K").expect("a code");
        assert_eq!((code.side - 17) % 4, 0, "a size of the standard");
        let edge = Code::QUIET + code.side - 1;
        for (column, row) in [(Code::QUIET, Code::QUIET), (edge, Code::QUIET), (Code::QUIET, edge)] {
            assert!(code.is_dark(column, row), "the corner of a finder");
        }
        assert!((0..code.whole()).all(|at| !code.is_dark(at, 0) && !code.is_dark(3, at) && !code.is_dark(at, edge + 1)));
    }

    #[test]
    fn what_no_box_has_room_for_is_no_code() {
        assert_eq!(Code::of(""), None);
        assert_eq!(Code::of(&"x".repeat(LONGEST + 1)), None);
        assert_eq!(Code::of("a\u{1b}[2Jb").map(|code| code.text).as_deref(), Some("a [2Jb"));
    }
}
