//! What a text on the command line asks for: an address, the start of one, or a vendor.

use crate::fault::{Fault, Result};
use crate::net::Mac;
use crate::oui::name::clean;
use crate::oui::start;

/// One question; its text is printable.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Who made the cards whose addresses start with these bits.
    Address { text: String, first: Mac, bits: u8 },
    /// Who has this in its name.
    Name(String),
}

/// The questions. Where no text is an address, all of them together are one name: `trousse oui pitney bowes`.
///
/// # Errors
/// A text that is neither: an address that is too long or malformed, or hardly a letter.
pub(super) fn read(texts: &[String]) -> Result<Vec<Asked>> {
    let asked = texts.iter().map(|text| one(&clean(text))).collect::<Result<Vec<Asked>>>()?;
    if asked.iter().all(|asked| matches!(asked, Asked::Name(_))) {
        return Ok(vec![Asked::Name(clean(&texts.join(" ")))]);
    }
    Ok(asked)
}

fn one(text: &str) -> Result<Asked> {
    if is_shaped(text)
        && let Some((first, bits)) = start(text)
    {
        return Ok(Asked::Address { text: text.to_owned(), first, bits });
    }
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < 2 || is_nearly_an_address(text) {
        return Err(neither(text));
    }
    Ok(Asked::Name(text.to_owned()))
}

/// Whether the digits stand as those of addresses do: `b8:27:eb`, `B8-27-EB`, `b827.eb`, `b827eb` and longer ones.
fn is_shaped(text: &str) -> bool {
    let grouped = |separator: char, size: usize, fewest: usize| {
        let groups: Vec<&str> = text.split(separator).collect();
        groups.len() >= fewest
            && groups.iter().all(|group| (1..=size).contains(&group.len()))
            && groups[..groups.len() - 1].iter().all(|group| group.len() == size)
    };
    let bare = text.len() >= 6 && text.bytes().all(|c| c.is_ascii_hexdigit());
    bare || grouped(':', 2, 2) || grouped('-', 2, 3) || grouped('.', 4, 2)
}

/// Whether an address was meant and missed: colons are in no vendor's name, an IP address is digits and dots.
fn is_nearly_an_address(text: &str) -> bool {
    let digits_and_dots = text.contains('.') && text.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    text.contains(':') || digits_and_dots || is_shaped(text) && (text.contains('-') || text.len() > 12)
}

fn neither(text: &str) -> Fault {
    Fault::new(
        format!("cannot look up '{text}': it is neither a MAC address nor a vendor's name"),
        format!("impossible de chercher « {text} » : ce n'est ni une adresse MAC ni un nom de constructeur"),
    )
    .hint(
        "give the 12 hexadecimal digits of an address, the first of them (b8:27:eb), or part of a name (raspberry)",
        "donnez les 12 chiffres hexadécimaux d'une adresse, les premiers (b8:27:eb), ou une partie d'un nom (raspberry)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bits(text: &str) -> Option<u8> {
        match one(text) {
            Ok(Asked::Address { bits, .. }) => Some(bits),
            Ok(Asked::Name(_)) => Some(0),
            Err(_) => None,
        }
    }

    #[test]
    fn the_usual_spellings_are_addresses() {
        for (text, expected) in
            [("b8:27:eb:00:00:01", 48), ("B8-27-EB-00-00-01", 48), ("b827.eb00.0001", 48), ("B827EB000001", 48)]
        {
            assert_eq!(bits(text), Some(expected), "{text}");
        }
        for (text, expected) in
            [("b8:27:eb", 24), ("b827eb", 24), ("0055DA0", 28), ("00:50:c2:7d:5", 36), ("02:42", 16), ("b827.eb", 24)]
        {
            assert_eq!(bits(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn names_are_names_even_when_they_look_like_digits() {
        for text in ["ABB", "3Com", "D-Link", "DEC", "HP", "Fa. GIRA", "S.A.S", "2N", "TP-LINK"] {
            assert_eq!(bits(text), Some(0), "{text}");
        }
    }

    #[test]
    fn what_is_neither_is_a_fault() {
        for text in [
            "",
            " ",
            "?",
            "x",
            "b8:27:eb:00:00:0g",
            "b8:27:eb:00:00:01:02",
            "b827eb00000102",
            "B8-27-EB-00-00-0G",
            "10.77.0.9",
            "fe80::1",
        ] {
            assert_eq!(bits(text), None, "{text}");
        }
    }

    #[test]
    fn several_words_are_one_name_unless_one_is_an_address() {
        let texts = |texts: &[&str]| read(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(texts(&["pitney", "bowes"]), Ok(vec![Asked::Name("pitney bowes".into())]));
        assert_eq!(texts(&["pitney", "b8:27:eb"]).map(|asked| asked.len()), Ok(2));
    }
}
