//! A secret asked for at the terminal, where nothing of it is shown: neither on a command line nor in a file.

use std::io::{Write, stderr};
use std::net::IpAddr;
#[cfg(target_os = "linux")]
use std::time::Duration;

#[cfg(target_os = "linux")]
use crate::edge::linux::keys::Keys;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::secret::Secret;

/// Between two looks at the keyboard, and at Ctrl-C.
#[cfg(target_os = "linux")]
const GLANCE: Duration = Duration::from_millis(50);
/// Bytes that are taken: no switch takes a longer one (SNMP-COMMUNITY-MIB has no limit, the makers have 32 to 128).
const MOST: usize = 255;

/// Asks for the community of a switch.
///
/// # Errors
/// Ctrl-C, the end of the input, or nothing typed.
pub fn community(switch: IpAddr, language: Language) -> Result<Secret> {
    let question = language.pick(
        format!("SNMP community of the switch {switch} (it is not shown): "),
        format!("Communauté SNMP du commutateur {switch} (elle ne s'affiche pas) : "),
    );
    ask(&question).ok_or_else(|| Fault::new("no community was given", "aucune communauté n'a été donnée"))
}

/// Asks for something that is not shown; nothing where it was Ctrl-C, the end of the input, or nothing was typed.
pub fn ask(question: &str) -> Option<Secret> {
    stop::watch();
    let typed = typed(|| {
        // A terminal that takes no question takes no answer either: then the reading ends.
        let _ = write!(stderr(), "{question}").and_then(|()| stderr().flush());
    });
    let _ = writeln!(stderr());
    typed.filter(|typed| !typed.is_empty()).map(Secret::new)
}

/// What is typed after the question; the terminal shows nothing before the question already.
#[cfg(target_os = "linux")]
fn typed(ask: impl FnOnce()) -> Option<String> {
    let mut keys = Keys::open();
    ask();
    let mut line = Line::default();
    loop {
        if stop::pressed() || keys.ended() {
            return None;
        }
        if let Some(typed) = keys.pressed().into_iter().find_map(|byte| line.typed(byte)) {
            return typed;
        }
        keys.wait(GLANCE);
    }
}

/// What is typed after the question, at a console of Windows.
#[cfg(not(target_os = "linux"))]
fn typed(ask: impl FnOnce()) -> Option<String> {
    use console::{Key, Term};
    let terminal = Term::stderr();
    ask();
    let mut line = Line::default();
    while !stop::pressed() {
        let bytes = match terminal.read_key().ok()? {
            Key::Enter => b"\n".to_vec(),
            Key::Backspace => b"\x08".to_vec(),
            Key::Char(c) => c.to_string().into_bytes(),
            _ => continue,
        };
        if let Some(typed) = bytes.into_iter().find_map(|byte| line.typed(byte)) {
            return typed;
        }
    }
    None
}

/// A line as it is typed.
#[derive(Default)]
struct Line(Vec<u8>);

impl Line {
    /// One more key: the line where that ends it, or nothing where it gives it up.
    fn typed(&mut self, byte: u8) -> Option<Option<String>> {
        /// Ctrl-D, Ctrl-U, Backspace as one or the other terminal sends it.
        const END: u8 = 0x04;
        const ANEW: u8 = 0x15;
        const BACK: [u8; 2] = [0x08, 0x7f];
        match byte {
            b'\r' | b'\n' => return Some(String::from_utf8(std::mem::take(&mut self.0)).ok()),
            END => return Some(None),
            ANEW => self.0.clear(),
            // A character of several bytes goes as one.
            byte if BACK.contains(&byte) => while self.0.pop().is_some_and(|gone| gone & 0xc0 == 0x80) {},
            byte if byte >= b' ' && self.0.len() < MOST => self.0.push(byte),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[u8]) -> Option<Option<String>> {
        let mut line = Line::default();
        keys.iter().find_map(|&key| line.typed(key))
    }

    #[test]
    fn a_line_ends_with_enter_and_can_be_corrected() {
        assert_eq!(typed(b"lecture\n"), Some(Some("lecture".to_owned())));
        assert_eq!(typed("lectué\x7fre\r".as_bytes()), Some(Some("lecture".to_owned())));
        assert_eq!(typed(b"wrong\x15right\r"), Some(Some("right".to_owned())));
        assert_eq!((typed(b"half"), typed(b"half\x04")), (None, Some(None)));
        assert_eq!(typed(&[&[b'x'; 300][..], b"\n"].concat()).flatten().map(|line| line.len()), Some(MOST));
    }
}
