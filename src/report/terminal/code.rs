//! A QR code in a terminal: two rows of modules in each line. Light modules are drawn, for most terminals are dark; where there
//! are colours, they are black on white whatever the terminal's own.

use crate::report::page::Code;

/// The lines.
pub(super) fn lines(code: &Code) -> Vec<String> {
    let module = |column: usize, row: usize| row >= code.whole() || !code.is_dark(column, row);
    let sign = |column: usize, row: usize| match (module(column, row), module(column, row + 1)) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    };
    (0..code.whole()).step_by(2).map(|row| (0..code.whole()).map(|column| sign(column, row)).collect()).collect()
}
