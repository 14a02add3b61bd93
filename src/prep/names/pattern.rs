//! The pattern by which a customer's PCs are called: `{customer}-{kind}-{nn}`.

use std::collections::BTreeMap;

use super::is_host_name;
use crate::fault::Why;

/// Letters of a name: what NetBIOS leaves of its sixteen (RFC 1001, 14.1, and Microsoft's sixteenth byte).
pub const LONGEST: usize = 15;
/// Digits of the counter.
const DIGITS: usize = 6;

/// A pattern with the values of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    before: String,
    /// How many digits the counter has.
    digits: usize,
    after: String,
}

impl Pattern {
    /// Reads a pattern: `{n}`, `{nn}` … is the counter with so many digits, any other `{name}` a variable.
    pub fn parse(text: &str, variables: &BTreeMap<String, String>) -> Result<Pattern, Why> {
        let (mut before, mut digits, mut after) = (String::new(), None, String::new());
        let mut rest = text;
        while let Some((plain, inside)) = rest.split_once('{') {
            let Some((name, behind)) = inside.split_once('}') else { break };
            let part = if digits.is_none() { &mut before } else { &mut after };
            part.push_str(plain);
            rest = behind;
            if is_counter(name) {
                if digits.replace(name.len()).is_some() {
                    return Err(Why::new("it has two counters", "il a deux compteurs"));
                }
            } else {
                let value = variables.get(name).ok_or_else(|| unknown(name, variables))?;
                part.push_str(value);
            }
        }
        if digits.is_none() { &mut before } else { &mut after }.push_str(rest);
        let Some(digits) = digits.filter(|digits| *digits <= DIGITS) else {
            return Err(Why::new(
                format!("it needs a counter: {{nn}}, of one to {DIGITS} digits"),
                format!("il lui faut un compteur : {{nn}}, de un à {DIGITS} chiffres"),
            ));
        };
        let pattern = Pattern { before, digits, after };
        let first = pattern.name(1);
        if is_host_name(&first, LONGEST) {
            return Ok(pattern);
        }
        let length = first.chars().count();
        Err(match length {
            ..=LONGEST => Why::new(
                format!("{first:?} is no name for a PC: letters, digits and hyphens, not digits alone, no hyphen at either end"),
                format!(
                    "{first:?} n'est pas un nom de PC : lettres, chiffres et tirets, pas seulement des chiffres, ni tiret au début ou à la fin"
                ),
            ),
            _ => Why::new(
                format!("{first:?} has {length} characters, and Windows takes {LONGEST}"),
                format!("{first:?} a {length} caractères, et Windows en accepte {LONGEST}"),
            ),
        })
    }

    /// The name with this number.
    pub fn name(&self, number: u32) -> String {
        format!("{}{number:0digits$}{}", self.before, self.after, digits = self.digits)
    }

    /// The largest number.
    pub fn last(&self) -> u32 {
        10u32.pow(self.digits as u32) - 1
    }

    /// The number of a name of this pattern, in whatever capitals; `None` of any other.
    pub fn number(&self, name: &str) -> Option<u32> {
        let (start, end) = (self.before.len(), name.len().checked_sub(self.after.len())?);
        let right = |at: std::ops::Range<usize>, part: &str| name.get(at).is_some_and(|text| text.eq_ignore_ascii_case(part));
        let middle =
            name.get(start..end).filter(|middle| middle.len() == self.digits && middle.bytes().all(|byte| byte.is_ascii_digit()));
        let number = middle.filter(|_| right(0..start, &self.before) && right(end..name.len(), &self.after))?;
        number.parse().ok().filter(|number| *number > 0)
    }
}

/// Whether a word in braces is the counter.
pub(in crate::prep) fn is_counter(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'n')
}

fn unknown(name: &str, variables: &BTreeMap<String, String>) -> Why {
    let names: Vec<&str> = variables.keys().map(String::as_str).collect();
    let names = names.join(", ");
    Why::new(
        format!("no variable is called {name:?} (there: {names})"),
        format!("aucune variable ne s'appelle {name:?} (il y a : {names})"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Pattern, String> {
        let variables = [("customer", "acme"), ("kind", "pc"), ("long", "Les-Tilleuls"), ("bad", "a b"), ("digits", "12")];
        let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Pattern::parse(text, &variables).map_err(|why| why.english)
    }

    #[test]
    fn a_pattern_makes_names_and_knows_its_own() {
        let pattern = read("{customer}-{kind}-{nn}").expect("a pattern");
        assert_eq!((pattern.name(7), pattern.last()), ("acme-pc-07".to_owned(), 99));
        assert_eq!(pattern.number("ACME-pc-42"), Some(42));
        for other in ["acme-pc-7", "acme-pc-007", "acme-pc-00", "acme-pc-4é", "acme-pc-4", "x", "", "acme-pd-07", "acme-pc-07x"]
        {
            assert_eq!(pattern.number(other), None, "{other}");
        }
        let inside = read("pc{nnn}-{kind}").expect("a pattern");
        assert_eq!((inside.name(12), inside.number("PC012-PC")), ("pc012-pc".to_owned(), Some(12)));
    }

    #[test]
    fn what_makes_no_names_is_refused() {
        for (text, part) in [
            ("{customer}", "needs a counter"),
            ("", "needs a counter"),
            ("pc-{nnnnnnn}", "needs a counter"),
            ("{n}-{nn}", "two counters"),
            ("{nn}", "no name for a PC"),
            ("{digits}{nn}", "no name for a PC"),
            ("-{nn}", "no name for a PC"),
            ("pc{n}-", "no name for a PC"),
            ("{bad}-{n}", "no name for a PC"),
            ("pc_{n}", "no name for a PC"),
            ("{long}-pc-{nn}", "18 characters"),
            ("{other}-{nn}", "no variable is called \"other\""),
            ("pc-{nn", "needs a counter"),
            ("été-{nn}", "no name for a PC"),
        ] {
            assert!(read(text).expect_err(text).contains(part), "{text}: {:?}", read(text));
        }
    }
}
