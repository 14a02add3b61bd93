//! A journal: a line of JSON for each thing that happened, written line by line, and read again after a power cut.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::fault::Why;
use crate::json::escaped;

/// Lines that are read: no work on site has more.
const LINES: usize = 1_000_000;
/// How the first line of every journal begins.
const BEGINS: &[u8] = b"{\"is\":\"opened\"";

/// What a line of one kind of journal says. It is tagged by `is`; the first one is `opened` and names its form as `schema`.
pub trait Line: Serialize + DeserializeOwned {
    /// The name and version of the form.
    const SCHEMA: &'static str;

    /// The form that it names, where it opens a journal.
    fn schema(&self) -> Option<&str>;

    /// The line, ended.
    fn line(&self) -> String {
        // Escaped as every record of this program is: a terminal that it is printed on obeys none of it.
        escaped(&serde_json::to_string(self).unwrap_or_default()) + "\n"
    }
}

/// What a journal holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Read<L> {
    /// Its lines.
    pub entries: Vec<L>,
    /// How many bytes of it are whole lines: behind them stands what a power cut left of the last one.
    pub whole: usize,
    /// Something stands behind the whole lines.
    pub torn: bool,
    /// Lines in between that cannot be read, counted from 1. What they told is lost.
    pub unread: Vec<usize>,
}

/// What the first line of any journal has.
#[derive(Deserialize)]
struct First {
    schema: String,
}

/// Reads a journal. The error is one line: it is none of ours.
pub fn read<L: Line>(bytes: &[u8]) -> Result<Read<L>, Why> {
    let mut read = Read { entries: Vec::new(), whole: 0, torn: false, unread: Vec::new() };
    let mut rest = bytes;
    let mut number = 0;
    // A line without an end is one that was not written to its end.
    while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
        let (line, after) = (&rest[..end], &rest[end + 1..]);
        number += 1;
        if number > LINES {
            return Err(Why::new(format!("more than {LINES} lines"), format!("plus de {LINES} lignes")));
        }
        if number == 1 {
            is_of_this_form::<L>(line)?;
        }
        match serde_json::from_slice::<L>(line) {
            Ok(entry) => {
                read.entries.push(entry);
                read.whole += end + 1;
            }
            // A disk that lost its last block gives zeros for it, an end of line among them or not.
            Err(_) if !after.contains(&b'\n') && (read.entries.is_empty() || !line.starts_with(b"{\"is\"")) => break,
            Err(_) => {
                read.unread.push(number);
                read.whole += end + 1;
            }
        }
        rest = after;
    }
    read.torn = read.whole < bytes.len();
    let written = bytes.iter().rposition(|byte| !matches!(byte, 0 | b'\n')).map_or(0, |last| last + 1);
    let shorter = written.min(BEGINS.len());
    let ours = match read.entries.first() {
        Some(first) => first.schema().is_some() || read.unread.contains(&1),
        // Nothing whole yet: the beginning of a first line, or nothing, or the zeros of a lost block.
        None => read.unread.is_empty() && bytes[..shorter] == BEGINS[..shorter],
    };
    if ours { Ok(read) } else { Err(no_journal::<L>()) }
}

/// Refuses the first line of another kind of journal, or of another version of this one.
fn is_of_this_form<L: Line>(line: &[u8]) -> Result<(), Why> {
    let Ok(First { schema }) = serde_json::from_slice::<First>(line) else { return Ok(()) };
    let kind = |schema: &str| schema.rsplit_once('/').map(|(kind, _)| kind.to_owned());
    if schema == L::SCHEMA {
        Ok(())
    } else if kind(&schema) == kind(L::SCHEMA) {
        let known = L::SCHEMA;
        Err(Why::new(
            format!("it was written by another version of trousse ({schema}; this one knows {known})"),
            format!("il a été écrit par une autre version de trousse ({schema} ; celle-ci connaît {known})"),
        ))
    } else {
        Err(no_journal::<L>())
    }
}

fn no_journal<L: Line>() -> Why {
    let schema = L::SCHEMA;
    Why::new(format!("it is no journal ({schema})"), format!("ce n'est pas un journal ({schema})"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// That a journal torn off at any byte keeps every line that was whole, and goes on from there.
    pub(crate) fn survives_a_power_cut_at_every_byte<L: Line + Clone + PartialEq + std::fmt::Debug>(entries: &[L]) {
        let lines: Vec<String> = entries.iter().map(Line::line).collect();
        let ends: Vec<usize> =
            lines.iter().scan(0, |sum, line| Some(std::mem::replace(sum, *sum + line.len()) + line.len())).collect();
        let whole = lines.concat();
        for cut in 0..=whole.len() {
            let kept = ends.iter().filter(|end| **end <= cut).count();
            // What a disk adds to a block that it did not write to its end.
            for garbage in [&b""[..], &[0; 7], &[0, 0, b'\n']] {
                let torn = [&whole.as_bytes()[..cut], garbage].concat();
                let read = super::read::<L>(&torn).unwrap_or_else(|why| panic!("cut at {cut} with {garbage:?}: {why:?}"));
                assert_eq!(read.entries, entries[..kept], "cut at {cut}");
                assert_eq!(read.torn, read.whole < torn.len(), "cut at {cut}");
                // What follows after the repair is read with what was whole.
                let repaired = [&torn[..read.whole], lines[lines.len() - 1].as_bytes()].concat();
                if kept > 0 {
                    let again = super::read::<L>(&repaired).expect("a journal");
                    assert_eq!(again.entries.len(), kept + 1, "cut at {cut} with {garbage:?}");
                }
            }
        }
    }
}
