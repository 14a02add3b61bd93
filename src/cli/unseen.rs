//! A secret asked for at the terminal, where nothing of it is shown: neither on a command line nor in a file.

use std::io::{Write, stderr};
use std::net::IpAddr;
use std::time::Duration;

use zeroize::Zeroizing;

#[cfg(target_os = "linux")]
use crate::edge::linux::keys::Keys;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::secret::Secret;

/// Between two looks at the keyboard, and at Ctrl-C.
const GLANCE: Duration = Duration::from_millis(50);
/// Bytes of what is typed: as many as a terminal takes in one line (termios(3), MAX_CANON of Linux). A key of a service is longer than
/// a password.
const MOST: usize = 4096;

/// Asks for the community of a switch.
///
/// # Errors
/// Ctrl-C, the end of the input, or nothing typed.
pub fn community(switch: IpAddr, language: Language) -> Result<Secret> {
    let question = language.pick(
        format!("SNMP community of the switch {switch} (it is not shown): "),
        format!("Communauté SNMP du commutateur {switch} (elle ne s'affiche pas) : "),
    );
    ask(&question)?.ok_or_else(|| Fault::new("no community was given", "aucune communauté n'a été donnée"))
}

/// Asks for something that is not shown; nothing where it was Ctrl-C, the end of the input, or nothing was typed.
///
/// # Errors
/// More was typed than is taken: a part of a secret is none.
pub fn ask(question: &str) -> Result<Option<Secret>> {
    stop::watch();
    let typed = typed(|| {
        // A terminal that takes no question takes no answer either: then the reading ends.
        let _ = write!(stderr(), "{question}").and_then(|()| stderr().flush());
    });
    let _ = writeln!(stderr());
    match typed {
        Typed::Line(line) => Ok(Some(line).filter(|line| !line.reveal().is_empty())),
        Typed::GivenUp => Ok(None),
        Typed::TooLong => Err(Fault::new(
            format!("what was typed is too long: more than {MOST} bytes"),
            format!("la saisie est trop longue : plus de {MOST} octets"),
        )
        .hint("give the same command again, and type the secret alone", "relancez la même commande, et ne tapez que le secret")),
        Typed::NoText => Err(Fault::new("what was typed is no text in UTF-8", "la saisie n'est pas du texte UTF-8")
            .hint("type it at a terminal that writes UTF-8", "tapez-la dans un terminal qui écrit en UTF-8")),
    }
}

/// What is typed after the question; the terminal shows nothing before the question already.
#[cfg(target_os = "linux")]
fn typed(ask: impl FnOnce()) -> Typed {
    let mut keys = Keys::open();
    ask();
    let mut line = Line::default();
    loop {
        if stop::pressed() || keys.ended() {
            return Typed::GivenUp;
        }
        if let Some(typed) = keys.pressed().into_iter().find_map(|byte| line.typed(byte)) {
            return typed;
        }
        keys.wait(GLANCE);
    }
}

/// What is typed after the question, at a console of Windows. Whoever waits for a key there does not see Ctrl-C: that is done in a
/// thread of its own, and whoever gives up leaves it behind, for the program ends then.
#[cfg(not(target_os = "linux"))]
fn typed(ask: impl FnOnce()) -> Typed {
    use std::sync::mpsc::{RecvTimeoutError, channel};
    let terminal = console::Term::stderr();
    ask();
    let (sender, receiver) = channel();
    std::thread::spawn(move || drop(sender.send(line_of(&terminal))));
    while !stop::pressed() {
        match receiver.recv_timeout(GLANCE) {
            Ok(typed) => return typed,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Typed::GivenUp
}

/// What is typed until it comes to something.
#[cfg(not(target_os = "linux"))]
fn line_of(terminal: &console::Term) -> Typed {
    use console::Key;
    let mut line = Line::default();
    loop {
        let bytes = match terminal.read_key() {
            Err(_) => return Typed::GivenUp,
            Ok(Key::Enter) => b"\n".to_vec(),
            Ok(Key::Backspace) => b"\x08".to_vec(),
            Ok(Key::Char(c)) => c.to_string().into_bytes(),
            Ok(_) => continue,
        };
        if let Some(typed) = bytes.into_iter().find_map(|byte| line.typed(byte)) {
            return typed;
        }
    }
}

/// What came of the keys.
#[derive(Debug, PartialEq, Eq)]
enum Typed {
    Line(Secret),
    GivenUp,
    TooLong,
    NoText,
}

/// A line as it is typed.
struct Line {
    /// With room for the longest, so that no copy stays behind where it was.
    bytes: Zeroizing<Vec<u8>>,
    too_long: bool,
}

impl Default for Line {
    fn default() -> Line {
        Line { bytes: Zeroizing::new(Vec::with_capacity(MOST)), too_long: false }
    }
}

impl Line {
    /// One more key: what came of them where that ends it.
    fn typed(&mut self, byte: u8) -> Option<Typed> {
        /// Ctrl-D, Ctrl-U, Backspace as one or the other terminal sends it.
        const END: u8 = 0x04;
        const ANEW: u8 = 0x15;
        const BACK: [u8; 2] = [0x08, 0x7f];
        match byte {
            b'\r' | b'\n' if self.too_long => return Some(Typed::TooLong),
            b'\r' | b'\n' => {
                return Some(str::from_utf8(&self.bytes).map_or(Typed::NoText, |line| Typed::Line(Secret::new(line))));
            }
            END => return Some(Typed::GivenUp),
            ANEW => {
                self.bytes.clear();
                self.too_long = false;
            }
            // A character of several bytes goes as one.
            byte if BACK.contains(&byte) => while self.bytes.pop().is_some_and(|gone| gone & 0xc0 == 0x80) {},
            byte if byte >= b' ' && self.bytes.len() < MOST => self.bytes.push(byte),
            byte if byte >= b' ' => self.too_long = true,
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &[u8]) -> Option<Typed> {
        let mut line = Line::default();
        keys.iter().find_map(|&key| line.typed(key))
    }

    fn line(text: &str) -> Option<Typed> {
        Some(Typed::Line(Secret::new(text)))
    }

    #[test]
    fn a_line_ends_with_enter_and_can_be_corrected() {
        assert_eq!(typed(b"lecture\n"), line("lecture"));
        assert_eq!(typed("lectué\x7fre\r".as_bytes()), line("lecture"));
        assert_eq!(typed(b"wrong\x15right\r"), line("right"));
        assert_eq!((typed(b"half"), typed(b"half\x04")), (None, Some(Typed::GivenUp)));
    }

    #[test]
    fn a_long_one_is_taken_whole_or_not_at_all() {
        let long = "é".repeat(MOST / 2);
        assert_eq!(typed(format!("{long}\n").as_bytes()), line(&long));
        // Neither the beginning of it, nor what is left when its end is taken back.
        assert_eq!(typed(format!("{long}é\n").as_bytes()), Some(Typed::TooLong));
        assert_eq!(typed(format!("{long}é\x7f\n").as_bytes()), Some(Typed::TooLong));
        assert_eq!(typed(format!("{long}é\x15again\n").as_bytes()), line("again"));
        assert_eq!(typed(b"caf\xe9\n"), Some(Typed::NoText));
    }
}
