//! ISC dhcpd: `dhcpd.leases`, a journal in which the last block of an address counts (dhcpd.leases(5)), and the reservations of
//! `dhcpd.conf`. Times are UTC.

use std::net::Ipv4Addr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::sheet::Draft;
use super::{Ends, Leases, Line, Reader, State};
use crate::fault::Why;

pub(super) fn recognises(head: &[String]) -> bool {
    let of_isc = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["#", "The", "format", "of", "this", "file", "is", "documented", "in", "the", "dhcpd.leases(5)", ..] => true,
            ["authoring-byte-order" | "server-duid", ..] => true,
            ["lease", ip, "{", ..] => ip.parse::<Ipv4Addr>().is_ok(),
            ["host", _, "{", ..] | ["subnet", _, "netmask", ..] => true,
            _ => false,
        }
    };
    head.iter().any(of_isc)
}

pub(crate) fn reader(_: &TimeZone) -> Box<dyn Reader> {
    Box::new(Isc::default())
}

/// Blocks within each other: real files have four at the most.
const DEEPEST: usize = 64;

/// The blocks that are open, the innermost last.
#[derive(Default)]
struct Isc {
    open: Vec<Block>,
    statements: Statements,
}

/// Parts a text into its statements: what stands before the next `;`, `{` or `}`, comments and quoted signs left out.
#[derive(Default)]
pub(crate) struct Statements {
    statement: String,
    quoted: bool,
}

enum Block {
    /// A lease or a reservation.
    Entry(Entry),
    /// Anything else.
    Other,
}

struct Entry {
    ip: Option<Ipv4Addr>,
    draft: Draft,
    /// `None` for a state that is not known.
    state: Option<State>,
    ends: Ends,
    line: u32,
}

impl Statements {
    /// Takes the next line, and gives each statement that ends in it with the sign that ends it.
    pub(crate) fn line(&mut self, text: &str, mut each: impl FnMut(&str, char)) {
        let mut escaped = false;
        for c in text.chars() {
            match c {
                '#' if !self.quoted => break,
                ';' | '{' | '}' if !self.quoted => {
                    let statement = std::mem::take(&mut self.statement);
                    each(statement.trim(), c);
                    continue;
                }
                '"' if !escaped => self.quoted = !self.quoted,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
            if self.statement.len() < 1024 {
                self.statement.push(c);
            }
        }
        // No text goes over the end of its line.
        self.quoted = false;
        if !self.statement.is_empty() && !self.statement.ends_with(' ') {
            self.statement.push(' ');
        }
        if self.statement.trim().is_empty() {
            self.statement.clear();
        }
    }
}

impl Reader for Isc {
    fn line(&mut self, line: Line<'_>, leases: &mut Leases) {
        let mut statements = std::mem::take(&mut self.statements);
        statements.line(line.text, |statement, sign| self.part(statement, sign, line.number, leases));
        self.statements = statements;
    }

    fn end(&mut self, last: u32, leases: &mut Leases) {
        if self.open.iter().any(|block| matches!(block, Block::Entry(_))) {
            leases.bad(last, || Why::new("the file ends in the middle of a lease", "le fichier s'arrête au milieu d'un bail"));
        }
    }
}

impl Isc {
    fn part(&mut self, statement: &str, sign: char, line: u32, leases: &mut Leases) {
        match sign {
            '{' if self.open.len() < DEEPEST => {
                let block = self.opened(statement, line, leases);
                self.open.push(block);
            }
            '}' => {
                if let Some(Block::Entry(entry)) = self.open.pop() {
                    entry.close(leases);
                }
            }
            ';' => {
                if let Some(Block::Entry(entry)) = self.open.last_mut() {
                    entry.take(statement, line, leases);
                }
            }
            _ => {}
        }
    }

    fn opened(&self, statement: &str, line: u32, leases: &mut Leases) -> Block {
        let entry = |ip, state, ends| Entry { ip, draft: Draft::default(), state, ends, line };
        let mut words = statement.split_whitespace();
        match (words.next(), words.next()) {
            (Some("lease"), Some(text)) => match text.parse() {
                Ok(ip) => Block::Entry(entry(Some(ip), Some(State::Active), Ends::Unknown)),
                Err(_) => {
                    leases.bad_field(line, "lease", text);
                    Block::Other
                }
            },
            (Some("host"), Some(name)) => {
                let mut host = entry(None, Some(State::Reserved), Ends::Never);
                host.draft.called(&unquoted(name));
                Block::Entry(host)
            }
            _ => Block::Other,
        }
    }
}

impl Entry {
    fn take(&mut self, statement: &str, line: u32, leases: &mut Leases) {
        let (key, rest) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
        let rest = rest.trim();
        match key {
            "ends" => match time(rest) {
                Some(ends) => self.ends = ends,
                None => leases.bad_field(line, "ends", rest),
            },
            "binding" => {
                let word = rest.strip_prefix("state").map(str::trim).unwrap_or_default();
                self.state = state(word);
                if self.state.is_none() {
                    leases.bad_field(line, "binding state", word);
                }
            }
            "abandoned" => self.state = Some(State::Declined),
            "reserved" => self.state = Some(State::Reserved),
            "hardware" => match rest.strip_prefix("ethernet").map(str::trim).and_then(|text| text.parse().ok()) {
                Some(mac) => self.draft.mac = Some(mac),
                None if rest.starts_with("ethernet") => leases.bad_field(line, "hardware", rest),
                None => {}
            },
            "uid" | "dhcp-client-identifier" => self.draft.client(&identifier(rest)),
            "client-hostname" => self.draft.called(&unquoted(rest)),
            // A name instead of an address is the name server's business.
            "fixed-address" => self.ip = rest.split(',').find_map(|part| part.trim().parse().ok()),
            _ => {}
        }
    }

    fn close(self, leases: &mut Leases) {
        if let (Some(ip), Some(state)) = (self.ip, self.state) {
            leases.add(self.draft.lease(ip, state, self.ends, self.line));
        }
    }
}

/// The binding states of dhcpd.leases(5).
fn state(word: &str) -> Option<State> {
    match word {
        "active" | "bootp" => Some(State::Active),
        "abandoned" => Some(State::Declined),
        "free" | "expired" | "released" | "reset" | "backup" => Some(State::Expired),
        _ => None,
    }
}

/// `never`, `epoch 1700000000` or `6 2026/11/21 09:00:00`, the day of the week first.
fn time(text: &str) -> Option<Ends> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        ["never"] => Some(Ends::Never),
        ["epoch", seconds] => seconds.parse().ok().map(Ends::At),
        [_, date, time] => {
            let civil: DateTime = format!("{}T{time}", date.replace('/', "-")).parse().ok()?;
            Some(Ends::At(civil.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()))
        }
        _ => None,
    }
}

/// A text without its quotes.
fn unquoted(text: &str) -> String {
    String::from_utf8_lossy(&bytes(text)).into_owned()
}

/// A client identifier as hexadecimal: it is written so, or as a text with bytes in octal (`"\001\000\033"`).
fn identifier(text: &str) -> String {
    if !text.starts_with('"') {
        return text.to_owned();
    }
    bytes(text).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

fn bytes(quoted: &str) -> Vec<u8> {
    let inner = quoted.strip_prefix('"').unwrap_or(quoted);
    let inner = inner.strip_suffix('"').unwrap_or(inner).as_bytes();
    let (mut bytes, mut at) = (Vec::new(), 0);
    while let Some(&byte) = inner.get(at) {
        let octal = inner.get(at + 1..at + 4).filter(|digits| byte == b'\\' && digits.iter().all(|c| (b'0'..=b'7').contains(c)));
        match octal {
            Some(digits) => {
                bytes.push(digits.iter().fold(0_u8, |value, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')));
                at += 4;
            }
            None if byte == b'\\' && at + 1 < inner.len() => {
                bytes.push(inner[at + 1]);
                at += 2;
            }
            None => {
                bytes.push(byte);
                at += 1;
            }
        }
    }
    bytes
}
