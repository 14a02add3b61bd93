//! What may not be shown: a community, a password. It is written out nowhere: it has no `Serialize`, and `Debug` shows nothing of
//! it. Where it is no longer needed, its memory is overwritten.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

/// What stands for one in what a program has said.
const HIDDEN: &str = "•••";
/// So many letters in a row of a secret are not shown, wherever they stand.
const TELLS: usize = 6;
/// Nor so many where they were cut off.
const TELLS_AT_A_CUT: usize = 4;
/// What stands where something was cut off: what the kit and PowerShell put there, and what is left of a letter that was cut through.
const CUT: [char; 3] = ['…', '.', '\u{fffd}'];

/// A text that only who sends it may read.
#[derive(Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text, for the protocol that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Adds another to its end, and the end of its line. Where there was room for it no copy stays behind.
    pub fn add_line(&mut self, other: &Secret) {
        self.0.push_str(&other.0);
        self.0.push('\n');
    }

    /// Adds what is read to its end. Room for all of it keeps copies of it from staying behind.
    pub fn read_from(&mut self, mut from: impl Read) -> io::Result<()> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.0.capacity()));
        from.read_to_end(&mut bytes)?;
        let text = str::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        self.0.push_str(text);
        Ok(())
    }
}

/// A text without secrets: neither whole, nor wrapped over lines, nor what is left of one where it was cut off. What only looks like
/// a part of one is hidden too.
pub fn without(secrets: &[Secret], text: &str) -> String {
    // Programs wrap what they say at any place.
    let letters: Vec<(usize, char)> = text.char_indices().filter(|(_, letter)| !letter.is_whitespace()).collect();
    let said: Vec<char> = letters.iter().map(|(_, letter)| *letter).collect();
    let is_cut = |at: Option<usize>| at.and_then(|at| said.get(at)).is_none_or(|letter| CUT.contains(letter));
    let mut hidden: Vec<Range<usize>> = Vec::new();
    for secret in secrets {
        let mut whole: Zeroizing<Vec<char>> = Zeroizing::new(Vec::with_capacity(secret.0.len()));
        whole.extend(secret.0.chars().filter(|letter| !letter.is_whitespace()));
        let tells = whole.len().min(TELLS);
        for length in TELLS_AT_A_CUT.min(tells).max(1)..=tells {
            let parts: HashSet<&[char]> = whole.windows(length).collect();
            for (at, part) in said.windows(length).enumerate().filter(|(_, part)| parts.contains(part)) {
                if length == tells || is_cut(at.checked_sub(1)) || is_cut(Some(at + length)) {
                    let (last, letter) = letters[at + part.len() - 1];
                    hidden.push(letters[at].0..last + letter.len_utf8());
                }
            }
        }
    }
    hidden.sort_by_key(|part| part.start);
    let (mut shown, mut end) = (String::with_capacity(text.len()), 0);
    for (place, part) in hidden.into_iter().enumerate() {
        if part.start > end || place == 0 {
            shown.push_str(&text[end..part.start]);
            shown.push_str(HIDDEN);
        }
        end = end.max(part.end);
    }
    shown + &text[end..]
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(secret: &str, text: &str) -> String {
        without(&[Secret::new(secret)], text)
    }

    #[test]
    fn what_a_program_said_of_it_is_hidden_even_where_its_beginning_was_cut_off() {
        let key = "battery-staple";
        assert_eq!(hidden(key, "the key is battery-staple, battery-staple!"), "the key is •••, •••!");
        assert_eq!(hidden(key, "y-staple was taken"), "••• was taken");
        assert_eq!(hidden(key, "le was taken"), "le was taken", "two letters tell nothing");
        assert_eq!(hidden("", "abc"), "abc");
        assert_eq!(hidden(" ", "a b"), "a b");
        assert_eq!(hidden("éé", "ééa"), "•••a");
        assert_eq!(hidden("ab", "ab"), "•••");
        // As both edges write it where they keep the end alone.
        assert_eq!(hidden(key, "…y-staple was taken"), "…••• was taken");
        assert_eq!(hidden(key, "…\u{fffd}aple was taken"), "…\u{fffd}••• was taken");
        assert_eq!(hidden(key, "…le was taken"), "…le was taken");
        assert_eq!(hidden(key, "the key is batt"), "the key is •••", "ended in the middle of it");
    }

    #[test]
    fn wherever_it_was_cut_or_wrapped_nobody_reads_it() {
        let key = "battery-staple";
        for at in 1..key.len() {
            let (begin, end) = key.split_at(at);
            for text in [format!("bad key {begin}\r\n    {end} at line 1"), format!("({begin}...{end}:String)")] {
                let shown = hidden(key, &text);
                let longest = |part: &str| (0..=part.len()).rev().find(|&to| shown.contains(&part[..to])).unwrap_or_default();
                assert!(longest(begin) < TELLS_AT_A_CUT, "{shown}");
                let left = (0..=end.len()).find(|&from| shown.contains(&end[from..])).map_or(0, |from| end.len() - from);
                assert!(left < TELLS_AT_A_CUT, "{shown}");
            }
        }
        assert_eq!(hidden(key, "bad key battery-\r\n    staple"), "bad key •••");
        assert_eq!(hidden(key, "(bad key batter...staple:String)"), "(bad key •••...•••:String)");
        assert_eq!(hidden(key, "better-staple-gun"), "better•••-gun");
    }

    #[test]
    fn of_two_secrets_of_which_one_stands_in_the_other_neither_is_shown() {
        let [pin, password] = ["4711", "4711-battery"].map(Secret::new);
        for secrets in [[pin.clone(), password.clone()], [password, pin]] {
            assert_eq!(without(&secrets, "it is 4711-battery, or 4711."), "it is •••, or •••.");
        }
    }
}
