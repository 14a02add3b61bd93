//! Text measured and laid out by the columns that a terminal gives it, not by its characters.

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_width::UnicodeWidthStr;

/// The columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text with spaces after it up to `columns`.
pub fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text, its end replaced by an ellipsis where it takes more than `columns`.
pub fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    format!("{}…", head(text, columns.saturating_sub(1)).trim_end())
}

/// The text in lines of at most `columns`, parted at plain spaces; a longer word is parted where it must be.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let options = Options::new(columns.max(1))
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(String::from).collect()
}

/// The start of the text that takes at most `columns`; at least its first character.
fn head(text: &str, columns: usize) -> &str {
    let ends = text.char_indices().map(|(start, c)| start + c.len_utf8());
    // A sequence of characters may be narrower than the sum of them (an emoji and its modifier), so the whole is measured.
    let mut best = text.chars().next().map_or(0, char::len_utf8);
    for end in ends {
        if width(&text[..end]) > columns {
            break;
        }
        best = best.max(end);
    }
    &text[..best]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_count_double() {
        assert_eq!(width("主机"), 4);
        assert_eq!(pad("主机", 6), "主机  ");
        assert_eq!(cut("主机主机", 6), "主机…");
        assert_eq!(cut("imprimante", 10), "imprimante");
        assert_eq!(cut("imprimantes", 10), "imprimant…");
    }

    #[test]
    fn lines_part_between_words_and_only_at_plain_spaces() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("à mener\u{202f}: rien", 7), ["à", "mener\u{202f}:", "rien"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("主机主", 1), ["主", "机", "主"]);
    }
}
