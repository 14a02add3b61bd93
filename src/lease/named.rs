//! Tables whose columns are found by their headings, in any order, with dates as one culture or another writes them.

use std::net::{Ipv4Addr, Ipv6Addr};

use jiff::tz::TimeZone;

use super::date::{Clock, Date, Order, Written};
use super::sheet::{Draft, card};
use super::table::{Columns, folded, split};
use super::{Ends, Leases, Line, Reader, State};
use crate::fault::Why;

/// What the columns may be called, folded; the first that is there counts.
pub(super) struct Names {
    pub(super) ip: &'static [&'static str],
    pub(super) client: &'static [&'static str],
    pub(super) name: &'static [&'static str],
    pub(super) expires: &'static [&'static str],
    pub(super) state: &'static [&'static str],
}

/// Whether the first line that says something holds such headings; `whole`: also when the leases end.
pub(super) fn recognises(names: &Names, head: &[String], whole: bool) -> bool {
    head.iter().find(|line| !is_blank(line)).is_some_and(|line| {
        let columns = Columns::of(line);
        let known = columns.find(names.ip).is_some() && columns.find(names.client).is_some();
        known && (!whole || columns.find(names.expires).is_some())
    })
}

pub(super) fn reader(names: &'static Names, zone: &TimeZone) -> Box<dyn Reader> {
    Box::new(Named { names, clock: Clock::new(zone), places: None, order: Order::default(), waiting: Vec::new() })
}

/// Nothing, or the type that PowerShell writes before the headings.
fn is_blank(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("#TYPE")
}

struct Places {
    separator: char,
    ip: usize,
    client: Option<usize>,
    name: Option<usize>,
    expires: Option<usize>,
    state: Option<usize>,
}

struct Named {
    names: &'static Names,
    clock: Clock,
    places: Option<Places>,
    /// Which of day and month comes first, as far as the file has shown.
    order: Order,
    /// Dates that can be read either way: the place of the lease, its line and the date.
    waiting: Vec<(u32, u32, Written)>,
}

impl Reader for Named {
    fn line(&mut self, line: Line<'_>, leases: &mut Leases) {
        if is_blank(line.text) {
            return;
        }
        let Some(places) = &self.places else {
            let columns = Columns::of(line.text);
            let Some(ip) = columns.find(self.names.ip) else { return leases.bad_field(line.number, "headings", line.text) };
            self.places = Some(Places {
                separator: columns.separator,
                ip,
                client: columns.find(self.names.client),
                name: columns.find(self.names.name),
                expires: columns.find(self.names.expires),
                state: columns.find(self.names.state),
            });
            return;
        };
        let fields = split(line.text, places.separator);
        let field = |place: Option<usize>| place.and_then(|place| fields.get(place)).map_or("", |field| field.trim());
        let address = field(Some(places.ip));
        let Ok(ip) = address.parse::<Ipv4Addr>() else {
            if address.parse::<Ipv6Addr>().is_err() {
                leases.bad_field(line.number, "address", address);
            }
            return;
        };
        let mut draft = Draft::default();
        client(&mut draft, field(places.client));
        draft.called(field(places.name));
        let (expires, word) = (field(places.expires), field(places.state));
        let Some(state) = state(word, expires, draft.name.as_deref()) else {
            return leases.bad_field(line.number, "state", word);
        };
        let (ends, waits) = match Date::read(expires) {
            Some(Date::Certain(ends)) => (ends, None),
            Some(Date::Written(written)) => {
                self.order.learn(&written);
                match written.ends(&self.order, &mut self.clock) {
                    Some(ends) => (ends, None),
                    None => (Ends::Unknown, Some(written)),
                }
            }
            None if state == State::Reserved => (Ends::Never, None),
            None => {
                leases.bad_field(line.number, "date", expires);
                (Ends::Unknown, None)
            }
        };
        // A reservation without a lease has no end.
        let ends = if state == State::Reserved && expires.is_empty() { Ends::Never } else { ends };
        let place = leases.add(draft.lease(ip, state, ends, line.number));
        if let (Some(place), Some(written)) = (place, waits) {
            self.waiting.push((place as u32, line.number, written));
        }
    }

    fn end(&mut self, _: u32, leases: &mut Leases) {
        let (mut unknown, mut first) = (0_u32, 0);
        for (place, line, written) in std::mem::take(&mut self.waiting) {
            match written.ends(&self.order, &mut self.clock) {
                Some(ends) => leases.ends(place as usize, line, ends),
                None => {
                    unknown += 1;
                    first = if first == 0 { line } else { first };
                }
            }
        }
        if unknown > 0 {
            leases.bad(first, || {
                Why::new(
                    format!("{unknown} dates may be read with the day or the month first, and no other date tells which"),
                    format!("{unknown} dates se lisent jour ou mois en premier, et aucune autre ne dit lequel"),
                )
            });
        }
    }
}

/// A client identifier as Windows shows it: mostly the card alone.
fn client(draft: &mut Draft, text: &str) {
    match card(text) {
        Some(mac) => draft.mac = Some(mac),
        None => draft.client(text),
    }
}

/// What the words say. The console has no state: it writes `Reservation (active)` where the date stands, and calls an address
/// that was found in use BAD_ADDRESS.
fn state(word: &str, expires: &str, name: Option<&str>) -> Option<State> {
    // Nearly every row of a long file.
    let bad = name.is_some_and(|name| name.eq_ignore_ascii_case("BAD_ADDRESS"));
    if !bad && word == "Active" && expires.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(State::Active);
    }
    let (word, dated) = (folded(word), expires.starts_with(|c: char| c.is_ascii_digit()));
    let says = |starts: &[&str]| starts.iter().any(|start| word.contains(start));
    if bad || says(&["declin", "bad", "abandon", "refus"]) {
        Some(State::Declined)
    } else if says(&["reserv", "réserv", "static", "fixe"]) || (!dated && folded(expires).contains("servation")) {
        Some(State::Reserved)
    } else if says(&["expir", "offered", "doomed", "inactive", "free", "released", "libre"]) {
        Some(State::Expired)
    } else if word.is_empty() || says(&["activ", "actif", "dhcp", "bound", "lease", "bail", "dynami"]) {
        Some(State::Active)
    } else {
        None
    }
}
