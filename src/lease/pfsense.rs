//! pfSense and OPNsense: the fixed addresses of `config.xml`, whichever DHCP server they are for (ISC, Kea, dnsmasq).

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::tz::TimeZone;
use quick_xml::events::Event;

use super::sheet::Draft;
use super::{Ends, Leases, Line, Reader, State};
use crate::fault::Why;

pub(super) fn recognises(head: &[String]) -> bool {
    head.iter().any(|line| line.contains("<pfsense") || line.contains("<opnsense") || line.contains("<staticmap>"))
}

pub(crate) fn reader(_: &TimeZone) -> Box<dyn Reader> {
    Box::new(PfSense::default())
}

/// Bytes of a configuration that are read: real ones have less than ten million.
const LONGEST: usize = 64 << 20;

/// The file so far: its lines mean nothing one by one.
#[derive(Default)]
struct PfSense {
    text: String,
    cut: bool,
}

impl Reader for PfSense {
    fn line(&mut self, line: Line<'_>, _: &mut Leases) {
        if self.text.len() + line.text.len() < LONGEST {
            self.text.push_str(line.text);
            self.text.push('\n');
        } else {
            self.cut = true;
        }
    }

    fn end(&mut self, last: u32, leases: &mut Leases) {
        if self.cut {
            leases.bad(last, || Why::new("only the first 64 MiB are read", "seuls les 64 premiers Mio sont lus"));
        }
        read(&self.text, leases);
    }
}

/// The entry that is open and the element that its text belongs to.
#[derive(Default)]
struct Open {
    entry: Option<(String, u32)>,
    element: String,
    draft: Draft,
    ip: String,
}

fn read(text: &str, leases: &mut Leases) {
    let mut xml = quick_xml::Reader::from_str(text);
    xml.config_mut().check_end_names = false;
    let (mut open, mut line, mut counted) = (Open::default(), 1_u32, 0);
    loop {
        let event = xml.read_event();
        let at = usize::try_from(xml.buffer_position()).unwrap_or(usize::MAX).clamp(counted, text.len());
        let before = line;
        line += text.as_bytes()[counted..at].iter().filter(|&&byte| byte == b'\n').count() as u32;
        counted = at;
        match event {
            Ok(Event::Start(tag)) => open.start(tag.name().as_ref(), before),
            Ok(Event::Text(said)) => open.text(&said, line, leases),
            Ok(Event::CData(said)) => open.text(&said, line, leases),
            Ok(Event::End(tag)) => open.end(tag.name().as_ref(), leases),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                return leases.bad(line, || Why::new(format!("no XML: {error}"), format!("XML illisible : {error}")));
            }
        }
    }
    if open.entry.is_some() {
        leases.bad(line, || Why::new("the file ends in the middle of an entry", "le fichier s'arrête au milieu d'une entrée"));
    }
}

impl Open {
    fn start(&mut self, name: &str, line: u32) {
        // ISC's fixed addresses, Kea's, dnsmasq's.
        if self.entry.is_none() && ["staticmap", "reservation", "hosts"].contains(&name) {
            *self = Open { entry: Some((name.to_owned(), line)), ..Open::default() };
        }
        name.clone_into(&mut self.element);
    }

    fn text(&mut self, said: &str, line: u32, leases: &mut Leases) {
        let said = said.trim();
        if self.entry.is_none() || said.is_empty() {
            return;
        }
        match self.element.as_str() {
            "mac" | "hwaddr" | "hw_address" => match said.split(',').next().unwrap_or_default().parse() {
                Ok(mac) => self.draft.mac = Some(mac),
                Err(_) => leases.bad_field(line, &self.element, said),
            },
            "ipaddr" | "ip_address" | "ip" => said.clone_into(&mut self.ip),
            "hostname" | "host" => self.draft.called(said),
            "cid" | "client_id" => self.draft.client(said),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, leases: &mut Leases) {
        self.element.clear();
        let Some((_, line)) = self.entry.take_if(|(open, _)| open == name) else { return };
        let Open { draft, ip: text, .. } = std::mem::take(self);
        // An entry without an address only names a card; one without a card names an address for DNS.
        let nobody = draft.mac.is_none() && draft.client_id.is_none();
        match text.parse::<Ipv4Addr>() {
            Ok(ip) if !nobody => drop(leases.add(draft.lease(ip, State::Reserved, Ends::Never, line))),
            Ok(_) => {}
            Err(_) if text.is_empty() || text.split(',').any(|part| part.trim().parse::<Ipv6Addr>().is_ok()) => {}
            Err(_) => leases.bad_field(line, "address", &text),
        }
    }
}
