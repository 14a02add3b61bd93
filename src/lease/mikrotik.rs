//! RouterOS: `/ip dhcp-server lease export`, a part of a whole `/export`, and `/ip dhcp-server lease print detail`.

use std::borrow::Cow;
use std::net::Ipv4Addr;

use jiff::tz::TimeZone;

use super::sheet::{Draft, card};
use super::{Ends, Leases, Line, Reader, State};

pub(super) fn recognises(head: &[String]) -> bool {
    head.iter().any(|line| {
        let line = line.trim();
        section(line) == Some(true)
            || line.contains("by RouterOS")
            || (line.starts_with("Flags:") && line.contains("dynamic"))
            || (line.contains(" mac-address=") && line.contains("address="))
    })
}

pub(super) fn reader(_: &TimeZone) -> Box<dyn Reader> {
    Box::new(MikroTik::default())
}

/// Bytes of an entry that are read.
const LONGEST: usize = 1 << 16;

/// The entry whose lines are being read.
#[derive(Default)]
struct MikroTik {
    entry: String,
    started: u32,
    /// The line before said that it goes on.
    goes_on: bool,
    /// A section of an export that is about something else.
    elsewhere: bool,
}

/// Whether a line opens a section, and whether that is the one about leases.
fn section(line: &str) -> Option<bool> {
    let path = line.strip_prefix('/')?;
    let words: Vec<&str> = path.split([' ', '/']).collect();
    Some(words.starts_with(&["ip", "dhcp-server", "lease"]))
}

impl Reader for MikroTik {
    fn line(&mut self, line: Line<'_>, leases: &mut Leases) {
        let text = line.text.trim_end();
        let (part, goes_on) = text.strip_suffix('\\').map_or((text, false), |part| (part, true));
        let start = part.trim_start();
        let numbered = start.starts_with(|c: char| c.is_ascii_digit());
        if !self.goes_on {
            if let Some(about_leases) = section(start) {
                self.finish(leases);
                self.elsewhere = !about_leases;
                // `/ip dhcp-server lease add …` on one line.
                self.open(line.number, start);
            } else if start.is_empty() || start.starts_with(['#', ';']) || start.starts_with("Flags:") {
                self.finish(leases);
            } else if numbered || start.starts_with("add ") {
                self.finish(leases);
                self.open(line.number, start);
            } else {
                self.more(" ", start);
            }
        } else {
            // What is parted in the middle of a word goes on without a space.
            self.more(if part.starts_with(' ') && text.contains('=') { "" } else { " " }, start);
        }
        self.goes_on = goes_on;
    }

    fn end(&mut self, _: u32, leases: &mut Leases) {
        self.finish(leases);
    }
}

impl MikroTik {
    fn open(&mut self, number: u32, text: &str) {
        self.started = number;
        self.more("", text);
    }

    fn more(&mut self, between: &str, text: &str) {
        if self.entry.len() + text.len() < LONGEST {
            self.entry.push_str(between);
            self.entry.push_str(text);
        }
    }

    fn finish(&mut self, leases: &mut Leases) {
        let entry = std::mem::take(&mut self.entry);
        if !self.elsewhere && entry.contains("address=") {
            take(&entry, self.started, leases);
        }
    }
}

fn take(entry: &str, line: u32, leases: &mut Leases) {
    let (mut draft, mut ip, mut status, mut disabled) = (Draft::default(), None, String::new(), false);
    let mut client = Cow::Borrowed("");
    let flags = entry.split_whitespace().take_while(|word| !word.contains('=')).collect::<Vec<_>>();
    let flag = |letter: char| flags.iter().any(|word| word.len() < 5 && word.contains(letter));
    for (key, value) in pairs(entry) {
        match key {
            "address" => match value.parse::<Ipv4Addr>() {
                Ok(address) => ip = Some(address),
                // The name of a pool: any address of it.
                Err(_) if value.starts_with(char::is_alphabetic) => {}
                Err(_) => return leases.bad_field(line, "address", &value),
            },
            "mac-address" => match card(&value) {
                Some(mac) => draft.mac = Some(mac),
                None => leases.bad_field(line, "mac-address", &value),
            },
            "client-id" => client = value,
            "host-name" => draft.called(&value),
            "comment" if draft.name.is_none() => draft.called(&value),
            "status" => status = value.into_owned(),
            "disabled" => disabled = value == "yes",
            _ => {}
        }
    }
    draft.client(&client);
    let (Some(ip), false) = (ip, disabled || flag('X')) else { return };
    let dynamic = flag('D');
    let (state, ends) = match status.as_str() {
        // The address answered a ping, or its client declined it.
        "busy" | "conflict" => (State::Declined, Ends::Unknown),
        _ if !dynamic => (State::Reserved, Ends::Never),
        // `expires-after` counts from when the list was printed, which it does not tell.
        "bound" => (State::Active, Ends::Unknown),
        _ => (State::Expired, Ends::Unknown),
    };
    leases.add(draft.lease(ip, state, ends, line));
}

/// Each `key=value`, the value with or without quotes.
fn pairs(entry: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut rest = entry;
    std::iter::from_fn(move || {
        let (before, after) = rest.split_once('=')?;
        let key = before.rsplit(char::is_whitespace).next().unwrap_or_default();
        let (value, left) = match after.strip_prefix('"') {
            Some(inner) => {
                let mut escaped = false;
                let end = inner.find(|c: char| {
                    let closes = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    closes
                });
                let end = end.unwrap_or(inner.len());
                (Cow::Owned(inner[..end].replace('\\', "")), inner.get(end + 1..).unwrap_or_default())
            }
            None => {
                let end = after.find(char::is_whitespace).unwrap_or(after.len());
                (Cow::Borrowed(&after[..end]), &after[end..])
            }
        };
        rest = left;
        Some((key, value))
    })
}
