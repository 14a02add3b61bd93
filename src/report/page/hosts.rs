//! Who is there: one row for each IPv4 address and card that was heard to claim it, and in it the IPv6 addresses of that card; a
//! card without one has a row for its IPv6 addresses.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Fit, Reading, Row, Table};
use crate::language::Language;
use crate::lease::Lease;
use crate::net::Mac;
use crate::report::words::{number, since_start, travel};
use crate::report::{Host, Report};

pub(super) fn blocks(report: &Report, language: Language, zone: &TimeZone) -> Vec<Block> {
    let devices = devices(&report.hosts);
    let count = number(devices.len() as u64, language);
    let heading = Block::Heading(language.pick(format!("Hosts ({count})"), format!("Hôtes ({count})")));
    if report.hosts.is_empty() {
        let nobody = language.pick("No address was claimed by anybody.", "Aucune adresse n'est revendiquée par quiconque.");
        return vec![heading, Block::Text(nobody.to_owned())];
    }
    // A lease tells more of a device than its vendor, and a narrow terminal has no room for both.
    let leased = report.hosts.iter().any(|host| host.lease.is_some());
    let vendor_fit = if leased { Fit::Spare } else { Fit::Cut };
    let columns = vec![
        Column::new(language.pick("Address", "Adresse"), Fit::Whole),
        Column::new("MAC", Fit::Whole),
        Column::new(language.pick("Names", "Noms"), Fit::Cut),
        Column::new(language.pick("Kind", "Type"), Fit::Cut),
        Column::new(language.pick("Vendor", "Fabricant"), vendor_fit),
        Column::new(language.pick("Lease", "Bail"), Fit::Wrap),
        Column::right(language.pick("Round trip", "Aller-retour"), Fit::Spare),
        Column::right(language.pick("First seen", "Première vue"), Fit::Spare),
    ];
    let rows = devices.iter().enumerate().map(|(place, hosts)| row(report, place, hosts, language, zone)).collect();
    vec![heading, Block::Table(Table { columns, rows, reading: Reading::Long }.without_empty_columns())]
}

/// The rows of the record that are one row of the table; the first says where it stands. Addresses of IPv6 come last in a record.
fn devices(hosts: &[Host]) -> Vec<Vec<&Host>> {
    let mut devices: Vec<Vec<&Host>> = Vec::new();
    let mut places: HashMap<Mac, usize> = HashMap::new();
    for host in hosts {
        let place = *places.entry(host.mac).or_insert(devices.len());
        match devices.get_mut(place).filter(|_| host.ip.is_ipv6()) {
            Some(device) => device.push(host),
            None => devices.push(vec![host]),
        }
    }
    devices
}

fn row(report: &Report, place: usize, hosts: &[&Host], language: Language, zone: &TimeZone) -> Row {
    let host = hosts[0];
    let about =
        report.findings.iter().filter(|finding| hosts.iter().any(|host| finding.problem.explain().concerns(host.ip, host.mac)));
    let mut names: Vec<String> = Vec::new();
    for name in hosts.iter().flat_map(|host| host.called()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    let kind = hosts.iter().find_map(|host| host.kind_from.as_ref());
    let first = hosts.iter().map(|host| host.first).min().unwrap_or(host.first);
    let empty = || Cell { texts: Vec::new(), key: None };
    Row {
        tone: about.map(|finding| finding.severity.into()).min(),
        cells: vec![
            // The hosts come in the order of their addresses, which no order of texts is.
            Cell { texts: hosts.iter().map(|host| host.ip.to_string()).collect(), key: Some(place as u64) },
            host.mac.to_string().into(),
            Cell { texts: names, key: None },
            kind.map_or_else(empty, |kind| kind.say(language).into()),
            vendor(host.vendor.as_deref(), host.local, language).into(),
            host.lease.as_ref().map_or_else(empty, |lease| leased(lease, host.mac, language, zone).into()),
            host.rtt_us.map_or_else(empty, |us| Cell::keyed(travel(us, language), us.into())),
            Cell::keyed(since_start(first, language), first.ms()),
        ],
    }
}

/// What a lease file says of an address: for this card, or that it is another's.
fn leased(lease: &Lease, mac: Mac, language: Language, zone: &TimeZone) -> String {
    match lease.card() {
        Some(card) if card != mac && lease.holds() => language.pick("another's", "à un autre").to_owned(),
        _ => lease.short(zone, language),
    }
}

/// Who made a card, or why that is not known.
pub(super) fn vendor(vendor: Option<&str>, local: bool, language: Language) -> String {
    match vendor {
        Some(vendor) => vendor.to_owned(),
        None if local => language.pick("random or virtual", "aléatoire ou virtuelle").to_owned(),
        None => language.pick("unknown", "inconnu").to_owned(),
    }
}
