//! The ranges that DHCP servers lease from, and what they keep for one client, read from their configurations: one file and one
//! line a format.

mod dnsmasq;
mod isc;
mod kea;
mod pfsense;

use std::fmt;
use std::io::{self, BufReader, Read};
use std::net::Ipv4Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::Why;
use crate::lease::text::Lines;
use crate::lease::{Complaint, Lease};
use crate::site::Range;

/// A range of addresses as a server's configuration names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Pool {
    /// The addresses.
    pub range: Range,
    /// Whose configuration it is.
    pub server: Server,
    /// The line of the file, counted from 1.
    pub line: u32,
}

/// A DHCP server by its make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Server {
    /// dnsmasq, on its own or in a box.
    Dnsmasq,
    /// ISC dhcpd.
    Isc,
    /// Kea.
    Kea,
    /// pfSense and OPNsense, whichever of these runs in them.
    PfSense,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Server::Dnsmasq => "dnsmasq",
            Server::Isc => "ISC dhcpd",
            Server::Kea => "Kea",
            Server::PfSense => "pfSense",
        })
    }
}

/// What a configuration says, as far as it could be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The ranges, in the order of the file.
    pub pools: Vec<Pool>,
    /// What is kept for one client.
    pub reserved: Vec<Lease>,
    /// The first lines that could not be read, or that point to a file that was not.
    pub complaints: Vec<Complaint>,
    /// How many more there were.
    pub more: u32,
}

/// Ranges and reservations that are kept of a file: more than any server of a site has.
const RANGES: usize = 1 << 10;
const RESERVED: usize = 1 << 16;
/// Complaints that are told one by one.
const COMPLAINTS: usize = 10;
/// Bytes of a configuration that are read: real ones have less than ten million.
const LONGEST: usize = 64 << 20;

impl Configuration {
    fn pool(&mut self, server: Server, first: Ipv4Addr, last: Ipv4Addr, line: u32) {
        if first > last {
            return self.bad_field(line, "range", &format!("{first}-{last}"));
        }
        if self.pools.len() == RANGES {
            return self
                .bad(line, Why::new("too many ranges: this one is not kept", "trop de plages : celle-ci n'est pas conservée"));
        }
        self.pools.push(Pool { range: Range { first, last }, server, line });
    }

    fn reserve(&mut self, lease: Lease) {
        if self.reserved.len() == RESERVED {
            let many = "too many reservations: this one is not kept";
            return self.bad(lease.line, Why::new(many, "trop de réservations : celle-ci n'est pas conservée"));
        }
        self.reserved.push(lease);
    }

    /// Keeps the complaint, or counts it.
    fn bad(&mut self, line: u32, why: Why) {
        if self.complaints.len() < COMPLAINTS {
            self.complaints.push(Complaint { line, why });
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// A field that is not what it must be.
    fn bad_field(&mut self, line: u32, field: &str, text: &str) {
        let shown: String = text.chars().take(40).collect();
        self.bad(line, Why::new(format!("{field}: {shown:?} cannot be read"), format!("{field} : {shown:?} illisible")));
    }

    /// What stands in another file is not known.
    fn elsewhere(&mut self, line: u32, key: &str, file: &str) {
        let shown: String = file.chars().take(200).collect();
        self.bad(
            line,
            Why::new(
                format!("{key} {shown:?} is not followed: give that file by --pool too"),
                format!("{key} {shown:?} n'est pas suivi : donnez aussi ce fichier par --pool"),
            ),
        );
    }
}

/// One row of the table of formats.
#[derive(Clone, Copy)]
pub struct Format {
    /// The server whose it is.
    pub server: Server,
    /// The name of the format, for the tests of its reader.
    pub name: &'static str,
    /// Whether lines are of it.
    recognises: fn(&[String]) -> bool,
    /// Reads the lines of a file.
    read: fn(&[String], &mut Configuration),
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every format. One that another would take for its own stands before it.
pub const FORMATS: &[Format] = &[
    Format { server: Server::PfSense, name: "config.xml", recognises: pfsense::recognises, read: pfsense::read },
    Format { server: Server::Kea, name: "kea-dhcp4.conf", recognises: kea::recognises, read: kea::read },
    Format { server: Server::Isc, name: "dhcpd.conf", recognises: isc::recognises, read: isc::read },
    Format { server: Server::Dnsmasq, name: "dnsmasq.conf", recognises: dnsmasq::recognises, read: dnsmasq::read },
];

/// Why a file could not be read.
#[derive(Debug)]
pub enum Refused {
    /// The system gave up.
    Unreadable(io::Error),
    /// It is no configuration of a server that is known.
    NoFormat,
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Refused {
        Refused::Unreadable(error)
    }
}

/// Reads a configuration in the format given, else in that which its lines show. What cannot be read in it is told; the rest is
/// read.
pub fn read(input: impl Read, format: Option<&Format>) -> Result<Configuration, Refused> {
    let mut lines = Lines::new(BufReader::with_capacity(1 << 16, input))?;
    let (mut all, mut bytes, mut cut) = (Vec::new(), 0, false);
    while let Some(line) = lines.next()? {
        // An empty line takes memory too.
        bytes += line.len() + size_of::<String>();
        if bytes > LONGEST {
            cut = true;
            break;
        }
        all.push(line.to_owned());
    }
    let known = format.or_else(|| FORMATS.iter().find(|format| (format.recognises)(&all)));
    let Some(format) = known else { return Err(Refused::NoFormat) };
    let mut configuration = Configuration::default();
    if cut {
        let last = number(all.len());
        configuration
            .bad(last, Why::new("the file is too long: the rest is not read", "fichier trop long : la suite n'est pas lue"));
    }
    (format.read)(&all, &mut configuration);
    Ok(configuration)
}

/// The number of a line, counted from 1, by its place.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// Each line with its number.
fn numbered(lines: &[String]) -> impl Iterator<Item = (u32, &str)> {
    lines.iter().enumerate().map(|(place, text)| (number(place + 1), text.as_str()))
}

#[cfg(test)]
mod tests;
