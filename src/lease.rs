//! Leases and reservations, read from the files that DHCP servers keep or export: one file and one line a format.

mod date;
mod dnsmasq;
pub(crate) mod isc;
mod kea;
mod mikrotik;
mod named;
pub(crate) mod pfsense;
mod plain;
pub(crate) mod sheet;
mod table;
pub(crate) mod text;
mod windows;
mod words;

use std::fmt;
use std::io::{self, BufReader, Read};
use std::net::Ipv4Addr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::{Mac, hex_digits};
pub use sheet::{Complaint, Leases};
use sheet::{Line, Reader};

/// What a server's file says of one address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Lease {
    /// The address.
    pub ip: Ipv4Addr,
    /// The card that it is for (chaddr), where the file tells.
    pub mac: Option<Mac>,
    /// The client identifier (RFC 2132, 9.14) in hexadecimal; left out where it is only the card once more.
    pub client_id: Option<Box<str>>,
    /// The name that the client gave, or that somebody gave to it; not cleaned.
    pub name: Option<Box<str>>,
    /// When it ends.
    pub ends: Ends,
    /// What it is.
    pub state: State,
    /// The line of the file, counted from 1; 0 where the server told it itself.
    pub line: u32,
}

/// When a lease ends; in records `never`, `unknown` or a time (RFC 3339).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Ends {
    /// At this time, in seconds since 1970.
    At(i64),
    /// Never: it was given for ever.
    Never,
    /// The file does not tell, or not so that it can be read one way only.
    Unknown,
}

/// What a file says that an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Kept for one client.
    Reserved,
    /// Leased, and the lease runs.
    Active,
    /// Not to be given: the server or a client found it in use (RFC 2131, 4.4.1). Itself the trace of a conflict.
    Declined,
    /// It was leased, and is no more.
    Expired,
}

impl Lease {
    /// The card of the client: chaddr, else that in a client identifier of hardware type 1 (RFC 2132, 9.14).
    pub fn card(&self) -> Option<Mac> {
        self.mac.or_else(|| self.client_id.as_deref().and_then(card_in))
    }

    /// Whether the address is somebody's by this entry.
    pub fn holds(&self) -> bool {
        matches!(self.state, State::Active | State::Reserved)
    }
}

/// The card in a client identifier: the hardware type 1 and six bytes.
fn card_in(client_id: &str) -> Option<Mac> {
    let digits = hex_digits(client_id).filter(|digits| digits.len() == 14 && digits[..2] == [0, 1])?;
    digits[2..].iter().map(|digit| char::from_digit((*digit).into(), 16)).collect::<Option<String>>()?.parse().ok()
}

impl Ends {
    /// A lease whose length in seconds is all ones is for ever (RFC 2131, 3.3).
    const FOR_EVER: u32 = u32::MAX;
}

impl From<Ends> for String {
    fn from(ends: Ends) -> String {
        match ends {
            Ends::Never => "never".to_owned(),
            Ends::Unknown => "unknown".to_owned(),
            Ends::At(seconds) => Timestamp::from_second(seconds).map_or("unknown".to_owned(), |time| time.to_string()),
        }
    }
}

impl TryFrom<String> for Ends {
    type Error = String;

    fn try_from(text: String) -> Result<Ends, String> {
        match text.as_str() {
            "never" => Ok(Ends::Never),
            "unknown" => Ok(Ends::Unknown),
            time => time.parse::<Timestamp>().map(|time| Ends::At(time.as_second())).map_err(|error| error.to_string()),
        }
    }
}

impl JsonSchema for Ends {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ends".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "description": "`never`, `unknown` or a time (RFC 3339)." })
    }
}

/// One row of the table of formats.
#[derive(Clone, Copy)]
pub struct Format {
    /// What `--leases-format` calls it: that of its file.
    pub name: &'static str,
    /// Whether the first lines of a file are of it.
    recognises: fn(&[String]) -> bool,
    /// A reader at the start of a file; times without a zone are those of the clock given.
    reader: fn(&TimeZone) -> Box<dyn Reader>,
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every format. One that another would take for its own stands before it.
pub const FORMATS: &[Format] = &[
    Format { name: "dnsmasq", recognises: dnsmasq::recognises, reader: dnsmasq::reader },
    Format { name: "isc", recognises: isc::recognises, reader: isc::reader },
    Format { name: "kea", recognises: kea::recognises, reader: kea::reader },
    Format { name: "mikrotik", recognises: mikrotik::recognises, reader: mikrotik::reader },
    Format { name: "pfsense", recognises: pfsense::recognises, reader: pfsense::reader },
    Format { name: "windows", recognises: windows::recognises, reader: windows::reader },
    Format { name: "csv", recognises: plain::recognises, reader: plain::reader },
];

/// The format of that name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Why a file could not be read.
#[derive(Debug)]
pub enum Refused {
    /// The system gave up.
    Unreadable(io::Error),
    /// It is of no format that is known.
    NoFormat,
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::Unreadable(error)
    }
}

/// Lines by which a file's format is recognised.
const HEAD: usize = 40;

/// Reads a file in the format given, else in that of its first lines. What cannot be read in it is told; the rest is read.
pub fn read(input: impl Read, format: Option<&Format>, zone: &TimeZone) -> Result<Leases, Refused> {
    let mut lines = text::Lines::new(BufReader::with_capacity(1 << 16, input))?;
    let mut head = Vec::new();
    while head.len() < HEAD
        && let Some(line) = lines.next()?
    {
        head.push(line.to_owned());
    }
    let empty = head.iter().all(|line| line.trim().is_empty());
    let known = format.or_else(|| FORMATS.iter().find(|format| (format.recognises)(&head)));
    let Some(format) = known else {
        return if empty { Ok(Leases::default()) } else { Err(Refused::NoFormat) };
    };
    let (mut reader, mut leases) = ((format.reader)(zone), Leases::default());
    let mut number = 0;
    for text in &head {
        number += 1;
        reader.line(Line { number, text }, &mut leases);
    }
    drop(head);
    while let Some(text) = lines.next()? {
        number += 1;
        reader.line(Line { number, text }, &mut leases);
    }
    reader.end(number, &mut leases);
    Ok(leases.done())
}

#[cfg(test)]
mod tests;
