//! The name of a vendor made fit to be shown: entities decoded, odd white space and unprintable characters gone.
//!
//! The build script reads this file too, so that the registry and a file of the user's are cleaned alike.

use crate::line::one_line;

/// The entities that stand in the registry's names (HTML 4, 24.2 to 24.4), and the rest of the five of XML.
const ENTITIES: [(&str, char); 6] = [("amp", '&'), ("quot", '"'), ("apos", '\''), ("lt", '<'), ("gt", '>'), ("nbsp", ' ')];

/// One line of printable text, its entities decoded.
pub(crate) fn clean(raw: &str) -> String {
    one_line(&decode(raw))
}

/// Whether `name` is the registry itself, which holds the large blocks that it cuts up for others.
pub(crate) fn is_the_registry(name: &str) -> bool {
    name.eq_ignore_ascii_case("IEEE Registration Authority")
}

/// The text with `&amp;`, `&#38;` and `&#x26;` replaced by the character that they stand for; anything else as it is.
fn decode(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest.split_once(';').and_then(|(name, after)| Some((character(&name[1..])?, after)));
        let (c, after) = entity.unwrap_or(('&', &rest[1..]));
        text.push(c);
        rest = after;
    }
    text + rest
}

/// The character that an entity's name stands for.
fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
        return char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?);
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|&(_, c)| c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_decoded_once() {
        assert_eq!(clean("R&amp;M AG"), "R&M AG");
        assert_eq!(clean("ZAO &quot;RADIUS&quot;"), "ZAO \"RADIUS\"");
        assert_eq!(clean("L&#39;Avenir &#xe9;"), "L'Avenir é");
        assert_eq!(clean("A&amp;lt;B"), "A&lt;B");
        assert_eq!(clean("AT&T; Bell & Co"), "AT&T; Bell & Co");
    }

    #[test]
    fn odd_spaces_become_one_space() {
        assert_eq!(clean(" Sichuan\u{a0}AI-Link\u{3000} Technology\t"), "Sichuan AI-Link Technology");
        assert_eq!(clean("\u{200b}ASUNG TECHNO"), "ASUNG TECHNO");
    }

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        assert_eq!(clean("Evil\u{1b}[31m\u{202e}Corp&#27;]0;\u{9b}m"), "Evil [31mCorp ]0; m");
    }
}
