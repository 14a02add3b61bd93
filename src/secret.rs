//! What may not be shown: a community, a password. It is written out nowhere: it has no `Serialize`, and `Debug` shows nothing of
//! it. Where it is no longer needed, its memory is overwritten.

use std::fmt;
use std::io::{self, Read};

use schemars::JsonSchema;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

/// What stands for one in what a program has said.
const HIDDEN: &str = "•••";

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

    /// A text without it: wherever it stands, and where the text begins in the middle of it, because what was before was cut off.
    pub fn hidden_in(&self, text: &str) -> String {
        /// Letters of its end that tell something of it.
        const TELLS: usize = 4;
        if self.0.is_empty() {
            return text.to_owned();
        }
        let ends = self.0.char_indices().skip(1).map(|(at, _)| &self.0[at..]);
        let cut = ends.filter(|end| end.len() >= TELLS).find_map(|end| text.strip_prefix(end));
        cut.map_or_else(|| text.to_owned(), |rest| format!("{HIDDEN}{rest}")).replace(&self.0, HIDDEN)
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

    #[test]
    fn what_a_program_said_of_it_is_hidden_even_where_its_beginning_was_cut_off() {
        let key = Secret::new("battery-staple");
        assert_eq!(key.hidden_in("the key is battery-staple, battery-staple!"), "the key is •••, •••!");
        assert_eq!(key.hidden_in("y-staple was taken"), "••• was taken");
        assert_eq!(key.hidden_in("le was taken"), "le was taken", "two letters tell nothing");
        assert_eq!(Secret::new("").hidden_in("abc"), "abc");
        assert_eq!(Secret::new("éé").hidden_in("ééa"), "•••a");
    }
}
