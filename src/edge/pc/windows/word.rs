//! Words of a command line: Windows hands a program one line, and each program takes it apart by itself.

/// A word of a command line, as CommandLineToArgvW and the C runtime take it apart again.
pub(super) fn quoted(word: &str) -> String {
    if !word.is_empty() && !word.contains([' ', '\t', '"', '\n', '\u{b}']) {
        return word.to_owned();
    }
    let mut out = String::from("\"");
    let mut slashes = 0;
    for letter in word.chars() {
        match letter {
            '\\' => slashes += 1,
            '"' => {
                out.push_str(&"\\".repeat(slashes + 1));
                slashes = 0;
            }
            _ => slashes = 0,
        }
        out.push(letter);
    }
    out.push_str(&"\\".repeat(slashes));
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word() {
        for (word, wanted) in [
            ("/qn", "/qn"),
            ("", "\"\""),
            (r"C:\a b\c", r#""C:\a b\c""#),
            (r"a b\", r#""a b\\""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r#"a\"b"#, r#""a\\\"b""#),
        ] {
            assert_eq!(quoted(word), wanted);
        }
    }
}
