//! Records in JSON, so written that a terminal can show them.

use crate::line::is_invisible;

/// The text of a record in JSON, with what is hostile in it kept and escaped: a terminal that the record is printed on obeys none
/// of it.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        // Such characters stand in texts only, where an escape means the same (RFC 8259, 7).
        if c != '\n' && (c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}')) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    out
}
