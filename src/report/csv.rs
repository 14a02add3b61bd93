//! The hosts, or of a visit to DHCP servers those, as rows for a spreadsheet: commas, a row of headings, lines ended as RFC 4180
//! asks, UTF-8.

pub(super) mod bench;
pub(super) mod certificate;
pub(super) mod depot;
pub(super) mod names;

use std::net::IpAddr;

use serde::Serialize;

use super::comparison::{Change, Compared, Device, ServerRow};
use super::power::PortRow;
use super::{Capability, CardReport, Comparison, DhcpRow, Host, Measured, Report, SwitchPower, View};
use crate::check::Problem;
use crate::lease::{Lease, State};
use crate::line::one_line;
use crate::net::{Mac, Watts};
use crate::observe::Plug;
use crate::poe::Class;
use crate::poe::budget::class_of;
use crate::probe::Errand;
use crate::wire::ethtool::Pair;

/// The headings, which programs may rely on: the names of the record, in no language of the reader's.
const HEADINGS: [&str; 11] =
    ["ip", "mac", "vendor", "kind", "names", "first_ms", "last_ms", "answers", "rtt_us", "findings", "lease"];
/// Between several names, or several codes, of one cell.
const AMONG: &str = " | ";

/// The headings of DHCP servers.
const SERVER_HEADINGS: [&str; 15] = [
    "server",
    "macs",
    "vendor",
    "sources",
    "relays",
    "boot_only",
    "planned",
    "offered",
    "mask",
    "routers",
    "dns",
    "domain",
    "lease_s",
    "first_ms",
    "findings",
];

/// The headings of what our card tells.
const CARD_HEADINGS: [&str; 4] = ["measured", "mark", "result", "length_cm"];

/// The headings of ports that give power; powers are in milliwatts.
const POWER_HEADINGS: [&str; 18] = [
    "switch",
    "group",
    "number",
    "interface",
    "name",
    "alias",
    "enabled",
    "detection",
    "trouble",
    "class",
    "measured_mw",
    "allocated_mw",
    "limit_mw",
    "denied",
    "overloads",
    "shorts",
    "bad_signatures",
    "mps_absent",
];
/// The headings of the ports that have learned the cards that were looked for.
const PLUG_HEADINGS: [&str; 10] =
    ["mac", "switch", "switch_name", "port", "alias", "vlan", "cards", "edge", "speed_mbps", "full_duplex"];

fn plug(plug: &Plug) -> [String; 10] {
    fn or_nothing<T: ToString>(value: Option<T>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    [
        plug.mac.to_string(),
        plug.switch.to_string(),
        plug.switch_name.clone().unwrap_or_default(),
        plug.port.clone(),
        plug.alias.clone().unwrap_or_default(),
        or_nothing(plug.vlan),
        plug.cards.to_string(),
        plug.is_edge().to_string(),
        or_nothing(plug.speed_mbps),
        or_nothing(plug.full_duplex),
    ]
}

/// Writes what the visit was for.
pub(super) fn render(report: &Report, _: &View) -> String {
    if report.visit.errand == Errand::Dhcp {
        return table(SERVER_HEADINGS, report.dhcp_servers.iter().map(|row| server(report, row)));
    }
    if report.visit.errand == Errand::Power {
        let ports = report.power.iter().flat_map(|switch| switch.ports.iter().map(move |port| (switch, port)));
        return table(POWER_HEADINGS, ports.map(|(switch, port)| powered(switch, port)));
    }
    if report.visit.errand == Errand::Locate {
        return table(PLUG_HEADINGS, report.whereabouts.iter().flat_map(|card| &card.way).map(plug));
    }
    if let Some(card) = &report.card {
        return table(CARD_HEADINGS, card.capabilities.iter().map(|capability| measured(card, *capability)));
    }
    table(HEADINGS, report.hosts.iter().map(|host| row(report, host)))
}

/// The headings of a comparison.
const COMPARISON_HEADINGS: [&str; 9] = ["about", "status", "code", "severity", "before", "after", "macs", "names", "reason"];

/// Writes every finding, then every device and DHCP server that is not as it was.
pub(super) fn compare(comparison: &Comparison, _: &View) -> String {
    let findings = comparison.findings.iter().map(finding);
    let servers = comparison.dhcp_servers.iter().map(dhcp_server);
    table(COMPARISON_HEADINGS, findings.chain(comparison.hosts.iter().map(change)).chain(servers))
}

/// A word of the record, as it stands there.
fn tag(value: &impl Serialize, of: &str) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().or(value[of].as_str()).unwrap_or_default().to_owned()
}

fn finding(one: &Compared) -> [String; 9] {
    let place = |there: bool| if there { among(&one.subject.ip) } else { String::new() };
    [
        "finding".to_owned(),
        tag(&one.status, ""),
        one.code.clone(),
        tag(&one.severity, ""),
        place(one.before.is_some()),
        place(one.after.is_some()),
        among(&one.subject.macs),
        String::new(),
        tag(&one.reason, "why"),
    ]
}

fn change(change: &Change) -> [String; 9] {
    let none: Vec<IpAddr> = Vec::new();
    let row = |from: String, to: String, devices: &[&Device]| {
        let names = devices.iter().filter_map(|device| device.names.first()).map(String::as_str);
        [
            "host".to_owned(),
            tag(change, "is"),
            String::new(),
            String::new(),
            from,
            to,
            among(devices.iter().map(|device| &device.mac)),
            text(&names.collect::<Vec<_>>().join(AMONG)),
            String::new(),
        ]
    };
    match change {
        Change::Moved { device, from, to } => row(among(from), among(to), &[device]),
        Change::Appeared { device, ips } | Change::NotAskedBefore { device, ips } => row(among(&none), among(ips), &[device]),
        Change::Vanished { device, ips } | Change::NotAskedAgain { device, ips } => row(among(ips), among(&none), &[device]),
        Change::OwnerChanged { ip, from, to } => row(ip.to_string(), ip.to_string(), &from.iter().chain(to).collect::<Vec<_>>()),
        Change::Renamed { device, from, to } => row(text(&from.join(AMONG)), text(&to.join(AMONG)), &[device]),
        Change::KindChanged { device, from, to } => row(from.kind.id().to_owned(), to.kind.id().to_owned(), &[device]),
    }
}

fn dhcp_server(row: &ServerRow) -> [String; 9] {
    let place = |there: bool| if there { row.server.to_string() } else { String::new() };
    [
        "dhcp-server".to_owned(),
        tag(&row.is, ""),
        String::new(),
        String::new(),
        place(row.before.is_some()),
        place(row.after.is_some()),
        among(&row.macs),
        text(row.vendor.as_deref().unwrap_or_default()),
        String::new(),
    ]
}

fn table<const COLUMNS: usize>(headings: [&str; COLUMNS], rows: impl Iterator<Item = [String; COLUMNS]>) -> String {
    let mut out = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut write = |row: &[String]| out.write_record(row).expect("every row is as long as the first, and memory takes it");
    write(&headings.map(str::to_owned));
    rows.for_each(|row| write(&row));
    let bytes = out.into_inner().expect("memory takes every byte");
    String::from_utf8(bytes).expect("only texts were written")
}

/// The codes of the findings about a card and its address, each once.
fn codes(report: &Report, ip: IpAddr, macs: &[Mac]) -> String {
    let about = report.findings.iter().map(|finding| &finding.problem);
    let concerns = |problem: &&Problem| macs.iter().any(|&mac| problem.explain().concerns(ip, mac));
    let mut codes: Vec<&str> = about.filter(concerns).map(Problem::code).collect();
    codes.dedup();
    codes.join(AMONG)
}

/// One measurement, by the words of the record.
fn measured(card: &CardReport, capability: Capability) -> [String; 4] {
    let pair = |of: Pair| card.pairs.iter().find(|tested| tested.pair == of);
    let tested = if let Measured::Pair(of) = capability.what { pair(of) } else { None };
    let what = match capability.what {
        Measured::Pair(of) => format!("pair-{}", of.pins()),
        what => id(&what),
    };
    let whole = card.whole.filter(|_| capability.what == Measured::Pairs);
    let result = tested.map(|tested| id(&tested.result)).or_else(|| whole.map(|whole| id(&whole.result)));
    let length = tested.and_then(|tested| tested.length_cm).or_else(|| whole.and_then(|whole| whole.length_cm));
    let length = length.map(|cm| cm.to_string());
    [what, id(&capability.mark), result.unwrap_or_default(), length.unwrap_or_default()]
}

/// One port; of a port that does not feed, the class means nothing.
fn powered(switch: &SwitchPower, row: &PortRow) -> [String; 18] {
    let (port, told) = (&row.port, &row.port.told);
    let count = |count: Option<u32>| among(&count);
    let power = |power: Option<Watts>| count(power.map(Watts::milliwatts));
    [
        switch.switch.to_string(),
        port.group.to_string(),
        port.number.to_string(),
        count(port.interface),
        text(port.name.as_deref().unwrap_or_default()),
        text(port.alias.as_deref().unwrap_or_default()),
        among(&told.enabled),
        told.detection.map(|detection| id(&detection)).unwrap_or_default(),
        port.trouble.map(|trouble| id(&trouble)).unwrap_or_default(),
        among(&class_of(port).map(Class::number)),
        power(port.measured),
        power(port.allocated),
        power(port.limit),
        count(told.denied),
        count(told.overloads),
        count(told.shorts),
        count(told.bad_signatures),
        count(told.mps_absent),
    ]
}

/// The word by which the record names one of a kind.
fn id(of: &impl Serialize) -> String {
    let value = serde_json::to_value(of).unwrap_or_default();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn server(report: &Report, row: &DhcpRow) -> [String; 15] {
    let server = &row.server;
    let set = &server.settings;
    [
        server.id().to_string(),
        among(&server.macs),
        text(row.vendor.as_deref().unwrap_or_default()),
        among(&server.sources),
        among(&server.relays),
        server.boot_only.to_string(),
        among(&row.planned),
        among(&server.offered),
        among(&set.mask),
        among(&set.routers),
        among(&set.dns),
        text(set.domain.as_deref().unwrap_or_default()),
        among(&set.lease_s),
        server.first.ms().to_string(),
        codes(report, server.id().into(), &Vec::from_iter(server.macs.iter().copied())),
    ]
}

fn among<'a, T: ToString + 'a>(of: impl IntoIterator<Item = &'a T>) -> String {
    of.into_iter().map(T::to_string).collect::<Vec<_>>().join(AMONG)
}

fn row(report: &Report, host: &Host) -> [String; 11] {
    [
        host.ip.to_string(),
        host.mac.to_string(),
        text(host.vendor.as_deref().unwrap_or_default()),
        text(host.kind.as_deref().unwrap_or_default()),
        text(&host.called().join(AMONG)),
        host.first.ms().to_string(),
        host.last.ms().to_string(),
        host.answers.to_string(),
        host.rtt_us.map(|us| us.to_string()).unwrap_or_default(),
        codes(report, host.ip, &[host.mac]),
        host.lease.as_ref().map(|lease| leased(lease, host.mac)).unwrap_or_default(),
    ]
}

/// What a lease file says of the address: the state of its entry, whose it is where that is another card, and until when.
fn leased(lease: &Lease, mac: Mac) -> String {
    let state = match lease.state {
        State::Reserved => "reserved",
        State::Active => "active",
        State::Declined => "declined",
        State::Expired => "expired",
    };
    let other = lease.card().filter(|&card| card != mac).map(|card| card.to_string());
    let ends = (lease.state == State::Active).then(|| String::from(lease.ends));
    [Some(state.to_owned()), other, ends].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A text that no spreadsheet takes for a formula: an apostrophe goes before what would start one.
fn text(raw: &str) -> String {
    let line = one_line(raw);
    if line.starts_with(['=', '+', '-', '@']) { format!("'{line}") } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_calculated() {
        assert_eq!(text("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(text("\t-2+3"), "'-2+3");
        assert_eq!(text("\r@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(text("PC-COMPTA"), "PC-COMPTA");
    }
}
