//! pfSense and OPNsense: the ranges of `config.xml`, of ISC, Kea or dnsmasq as they run in them, and their fixed addresses.

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::tz::TimeZone;
use quick_xml::events::Event;

use super::{Configuration, Server, number};
use crate::fault::Why;
use crate::lease::sheet::{Leases, Line};
use crate::lease::{State, pfsense};

pub(super) fn recognises(lines: &[String]) -> bool {
    lines.iter().any(|line| line.contains("<pfsense") || line.contains("<opnsense"))
}

pub(super) fn read(lines: &[String], configuration: &mut Configuration) {
    // The fixed addresses stand there for both readers; what is no XML, this one tells.
    let (mut reader, mut fixed) = (pfsense::reader(&TimeZone::UTC), Leases::default());
    super::numbered(lines).for_each(|(number, text)| reader.line(Line { number, text }, &mut fixed));
    reader.end(number(lines.len()), &mut fixed);
    fixed.leases.into_iter().filter(|lease| lease.state == State::Reserved).for_each(|lease| configuration.reserve(lease));
    fixed.complaints.into_iter().for_each(|bad| configuration.bad(bad.line, bad.why));
    configuration.more = configuration.more.saturating_add(fixed.more);
    ranges(&lines.join("\n"), configuration);
}

/// Elements within each other: real files have ten at the most.
const DEEPEST: usize = 64;

/// The elements that are open, and the ranges of the interface that is.
#[derive(Default)]
struct Open {
    path: Vec<String>,
    /// The server of this interface is switched on.
    enabled: bool,
    first: String,
    found: Vec<(String, String, u32)>,
}

fn ranges(text: &str, configuration: &mut Configuration) {
    let mut xml = quick_xml::Reader::from_str(text);
    xml.config_mut().check_end_names = false;
    let (mut open, mut line, mut counted) = (Open::default(), 1_u32, 0);
    loop {
        let event = xml.read_event();
        let at = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX).clamp(counted, text.len());
        line = line.saturating_add(number(text.as_bytes()[counted..at].iter().filter(|&&byte| byte == b'\n').count()));
        counted = at;
        match event {
            Ok(Event::Start(tag)) => open.start(tag.name().as_ref()),
            Ok(Event::Empty(tag)) => {
                open.start(tag.name().as_ref());
                open.end(configuration);
            }
            Ok(Event::Text(said)) => open.text(said.trim(), line, configuration),
            Ok(Event::End(_)) => open.end(configuration),
            // The reader of the fixed addresses has told why.
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
}

impl Open {
    /// The last elements of the path are these.
    fn within(&self, names: &[&str]) -> bool {
        self.path.iter().rev().zip(names.iter().rev()).filter(|(open, name)| open == *name).count() == names.len()
    }

    /// In an interface of `<dhcpd>`: `pfsense/dhcpd/lan` and deeper.
    fn in_interface(&self) -> bool {
        self.path.get(1).is_some_and(|name| name == "dhcpd") && self.path.len() > 2
    }

    fn start(&mut self, name: &str) {
        if self.path.len() < DEEPEST {
            self.path.push(name.to_owned());
        }
        // `<enable></enable>` of pfSense, `<enable>1</enable>` of OPNsense: that it is there is what counts.
        self.enabled |= self.in_interface() && self.path.len() == 4 && name == "enable";
    }

    fn text(&mut self, said: &str, line: u32, configuration: &mut Configuration) {
        if said.is_empty() {
            return;
        }
        if self.in_interface() && self.path.len() == 4 && self.within(&["enable"]) && said == "0" {
            self.enabled = false;
        } else if self.within(&["range", "from"]) || self.within(&["dhcp_ranges", "start_addr"]) {
            said.clone_into(&mut self.first);
        } else if self.in_interface() && self.within(&["range", "to"]) {
            self.found.push((std::mem::take(&mut self.first), said.to_owned(), line));
        } else if self.within(&["dhcp_ranges", "end_addr"]) {
            pool(&std::mem::take(&mut self.first), said, line, configuration);
        } else if self.within(&["subnet4", "pools"]) {
            for part in said.split(['\n', ',']).map(str::trim).filter(|part| !part.is_empty()) {
                match part.split_once('-') {
                    Some((first, last)) => pool(first.trim(), last.trim(), line, configuration),
                    None => prefix(part, line, configuration),
                }
            }
        }
    }

    fn end(&mut self, configuration: &mut Configuration) {
        // The interface is whole: its switch may stand behind its ranges.
        if self.in_interface() && self.path.len() == 3 {
            let found = std::mem::take(&mut self.found);
            if std::mem::take(&mut self.enabled) {
                found.iter().for_each(|(first, last, line)| pool(first, last, *line, configuration));
            }
        }
        self.path.pop();
    }
}

fn pool(first: &str, last: &str, line: u32, configuration: &mut Configuration) {
    match (first.parse::<Ipv4Addr>(), last.parse::<Ipv4Addr>()) {
        (Ok(first), Ok(last)) => configuration.pool(Server::PfSense, first, last, line),
        _ if [first, last].iter().any(|text| text.parse::<Ipv6Addr>().is_ok()) => {}
        _ => configuration.bad(
            line,
            Why::new(format!("range: {first:?} to {last:?} cannot be read"), format!("plage : {first:?} à {last:?} illisible")),
        ),
    }
}

fn prefix(text: &str, line: u32, configuration: &mut Configuration) {
    match text.parse::<crate::net::Ipv4Net>() {
        Ok(net) => configuration.pool(Server::PfSense, net.network(), net.broadcast(), line),
        Err(_) => configuration.bad_field(line, "pools", text),
    }
}
