//! Hostile text made one line that a terminal, a page and a spreadsheet can show: nothing hidden, nothing obeyed.
//!
//! The build script reads this file too, so that vendors' names are cleaned alike wherever they come from.

/// One line of printable text: words parted by one space. What is left of an escape sequence stays readable,
/// because a name that holds one is worth seeing.
pub(crate) fn one_line(raw: &str) -> String {
    let printable: String = raw.chars().filter(|&c| !is_invisible(c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    printable.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks without width and marks of writing direction (Unicode 23.2, 23.3), fillers, tags and variation selectors,
/// which hide or turn what follows.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        assert_eq!(one_line("PC\u{1b}[31m\u{202e}1\r\n\u{9b}2J\u{7}"), "PC [31m1 2J");
        assert_eq!(one_line("\u{200f}a\u{2028}b\u{e0041}\u{feff}"), "a b");
    }

    #[test]
    fn words_of_any_script_stay() {
        assert_eq!(one_line("Caméra  主机 שרת"), "Caméra 主机 שרת");
    }
}
