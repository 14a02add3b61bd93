//! A plan drafted from what a visit saw, for `trousse site init`: what is sure stands as TOML, what a person must decide as a
//! comment.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr};

use textwrap::Options;

use crate::check::Problem;
use crate::language::Language;
use crate::lease::State;
use crate::line::one_line;
use crate::net::{Ipv4Net, Mac};
use crate::report::{DhcpRow, Report, WayOutRow};
use crate::site::{Network, Plan};

mod cabling;
mod hosts;
pub mod import;
mod routers6;
#[cfg(test)]
mod tests;

/// The draft: a plan that can be read as it stands. `known` is the plan that the visit was made with; what it says is kept.
pub fn plan(report: &Report, known: &Plan, language: Language) -> String {
    let mut draft = Draft { text: String::new(), language, report, known, given: BTreeSet::new() };
    draft.opening();
    draft.networks();
    draft.dhcp();
    draft.routers6();
    draft.shared();
    draft.hosts();
    draft.cabling();
    draft.text
}

/// Columns of a comment.
const WIDTH: usize = 110;

struct Draft<'a> {
    text: String,
    language: Language,
    report: &'a Report,
    known: &'a Plan,
    /// Addresses of which the plan already says something.
    given: BTreeSet<Ipv4Addr>,
}

impl Draft<'_> {
    /// A paragraph of comment.
    fn comment(&mut self, text: &str) {
        let marks = Options::new(WIDTH).initial_indent("# ").subsequent_indent("# ");
        let _ = writeln!(self.text, "{}", textwrap::fill(&one_line(text), marks));
    }

    fn heading(&mut self, english: &str, french: &str) {
        self.part();
        let heading = self.language.pick(english, french);
        self.comment(heading);
    }

    /// A blank line.
    fn part(&mut self) {
        if !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// One table; every line of it a comment where it is not `sure`.
    fn table(&mut self, name: &str, rows: &[(&str, toml::Value)], remark: &str, sure: bool) {
        let mark = if sure { "" } else { "# " };
        let remark = one_line(remark);
        let remark = if remark.is_empty() { remark } else { format!("  # {remark}") };
        let _ = writeln!(self.text, "{mark}[[{name}]]{remark}");
        for (key, value) in rows {
            let _ = writeln!(self.text, "{mark}{key} = {value}");
        }
    }

    fn opening(&mut self) {
        let visit = &self.report.visit;
        let place = visit.interface.as_deref().or(visit.capture.as_deref()).unwrap_or_default();
        let (day, targets) = (visit.started.get(..10).unwrap_or_default(), visit.targets.join(" "));
        let place = format!("{place} {targets}");
        let place = place.trim();
        let seen = self.language.pick(
            format!("Plan of the site, drafted from the visit of {day} ({place})."),
            format!("Plan du site, ébauché d'après l'intervention du {day} ({place})."),
        );
        self.comment(&seen);
        let read = self.language.pick(
            "What was seen is not yet what should be: read each line, correct it, and take away the # of what is right. Then run: trousse site check FILE",
            "Ce qui a été vu n'est pas encore ce qui doit être : relisez chaque ligne, corrigez-la, et retirez le # de ce qui est juste. Puis lancez : trousse site check FICHIER",
        );
        self.comment(read);
        if !self.report.coverage.complete {
            let cut = self.language.pick(
                "The visit was cut short: devices may be missing.",
                "L'intervention a été interrompue : il peut manquer des appareils.",
            );
            self.comment(cut);
        }
        let site = self.known.site.as_deref().map_or_else(
            || format!("# site = \"{}\"\n", self.language.pick("the customer's name", "le nom du client")),
            |site| format!("site = {}\n", string(site)),
        );
        self.text.push_str(&site);
    }

    fn networks(&mut self) {
        self.heading("Networks.", "Réseaux.");
        let seen = self.report.visit.addresses.iter().filter_map(|address| address.parse::<Ipv4Net>().ok());
        let mut networks = self.known.networks.clone();
        for prefix in seen.map(|net| net.trunc()) {
            if !networks.iter().any(|known| known.prefix.contains(&prefix) || prefix.contains(&known.prefix)) {
                networks.push(Network {
                    name: None,
                    prefix,
                    gateways: Vec::new(),
                    dns: Vec::new(),
                    vlan: None,
                    complete: false,
                    routed: false,
                });
            }
        }
        for mut network in networks {
            if network.gateways.is_empty() {
                // Many answer ARP and no echo.
                let heard = |ip: &IpAddr| self.report.hosts.iter().any(|host| host.ip == *ip);
                let there: BTreeSet<IpAddr> =
                    answering(&self.report.gateways).chain(self.report.gateways.iter().map(|row| row.ip).filter(heard)).collect();
                let inside = there.into_iter().filter_map(|ip| match ip {
                    IpAddr::V4(ip) => network.prefix.contains(&ip).then_some(ip),
                    IpAddr::V6(_) => None,
                });
                network.gateways = inside.collect();
            }
            if network.dns.is_empty() && !network.gateways.is_empty() {
                network.dns = answering(&self.report.dns_servers).filter(|ip| !ip.is_loopback()).collect();
            }
            let mut rows: Vec<_> = network.name.as_deref().map(|name| ("name", string(name))).into_iter().collect();
            rows.push(("prefix", string(&network.prefix.to_string())));
            for (key, ips) in [("gateways", texts(&network.gateways)), ("dns", texts(&network.dns))] {
                if !ips.is_empty() {
                    rows.push((key, strings(ips.into_iter())));
                }
            }
            rows.extend(network.vlan.map(|vlan| ("vlan", toml::Value::Integer(u16::from(vlan).into()))));
            rows.extend(network.routed.then_some(("routed", toml::Value::Boolean(true))));
            self.table("network", &rows, "", true);
        }
    }

    fn dhcp(&mut self) {
        self.heading(
            "DHCP servers: any other that answers is reported. Ranges: the addresses that each leases.",
            "Serveurs DHCP : tout autre qui répond est signalé. Plages : les adresses que chacun loue.",
        );
        if self.report.coverage.dhcp.discovers == 0 && self.report.dhcp_servers.is_empty() {
            let unasked = self.language.pick(
                "The visit did not ask for DHCP servers: trousse dhcp does.",
                "L'intervention n'a pas cherché les serveurs DHCP : trousse dhcp le fait.",
            );
            self.comment(unasked);
        }
        for dhcp in &self.known.dhcp {
            let mut rows: Vec<_> = dhcp.name.as_deref().map(|name| ("name", string(name))).into_iter().collect();
            rows.push(("server", string(&dhcp.server.to_string())));
            rows.extend(dhcp.mac.map(|mac| ("mac", string(&mac.to_string()))));
            if !dhcp.ranges.is_empty() {
                rows.push(("ranges", strings(dhcp.ranges.iter().map(ToString::to_string))));
            }
            self.table("dhcp", &rows, "", true);
        }
        let new: Vec<&DhcpRow> =
            self.report.dhcp_servers.iter().filter(|row| !row.server.boot_only && row.planned != Some(true)).collect();
        // Of several that nobody planned, a person must say which one should be there.
        let alone = self.known.dhcp.is_empty() && new.len() == 1;
        for row in new {
            self.server(row, alone);
        }
    }

    fn server(&mut self, row: &DhcpRow, sure: bool) {
        let server = &row.server;
        let mut rows = vec![("server", string(&server.id().to_string()))];
        // The card of a relay tells nothing of the server's.
        if server.relays.is_empty() {
            rows.extend(server.macs.first().map(|mac| ("mac", string(&mac.to_string()))));
        }
        let doubt = if sure { "" } else { self.language.pick("should it be here?", "a-t-il sa place ici ?") };
        let told = [row.vendor.as_deref().unwrap_or_default(), doubt];
        self.table("dhcp", &rows, &listed(&told), sure);
        let (ranges, from) = match (row.ranges_found.as_slice(), self.leased()) {
            ([], Some((first, last))) => (
                vec![format!("{first}-{last}")],
                self.language.pick("lowest and highest lease seen", "plus bas et plus haut bail vus"),
            ),
            ([], None) => (
                vec!["10.0.0.100-10.0.0.199".to_owned()],
                self.language.pick("an example: see the server", "exemple : voir le serveur"),
            ),
            (found, _) => (texts(found), self.language.pick("at least, when asked", "au moins, une fois interrogé")),
        };
        let _ = writeln!(self.text, "# ranges = {}  # {from}", strings(ranges.into_iter()));
    }

    /// The lowest and the highest address that somebody leases.
    fn leased(&self) -> Option<(Ipv4Addr, Ipv4Addr)> {
        let leases = self.report.hosts.iter().filter_map(|host| host.lease.as_ref());
        let ips: BTreeSet<Ipv4Addr> = leases.filter(|lease| lease.state == State::Active).map(|lease| lease.ip).collect();
        Some((*ips.first()?, *ips.last()?))
    }

    fn shared(&mut self) {
        let mut shared: Vec<(Ipv4Addr, Option<&str>, Vec<Mac>)> = Vec::new();
        for known in &self.known.shared {
            shared.push((known.address, known.name.as_deref(), known.macs.clone()));
        }
        for finding in &self.report.findings {
            if let Problem::VirtualAddress(address) = &finding.problem
                && let IpAddr::V4(ip) = address.ip
                && !shared.iter().any(|(known, ..)| *known == ip)
            {
                shared.push((ip, None, address.macs.iter().chain(&address.also).copied().collect()));
            }
        }
        if !shared.is_empty() {
            self.heading(
                "Addresses that several devices hold on purpose (VRRP, CARP, clusters), and the cards that may.",
                "Adresses que plusieurs appareils détiennent exprès (VRRP, CARP, grappes), et les cartes qui le peuvent.",
            );
        }
        for (ip, name, macs) in shared {
            self.given.insert(ip);
            let mut rows: Vec<_> = name.map(|name| ("name", string(name))).into_iter().collect();
            rows.push(("address", string(&ip.to_string())));
            if !macs.is_empty() {
                rows.push(("macs", strings(macs.iter().map(ToString::to_string))));
            }
            self.table("shared", &rows, "", true);
        }
    }
}

fn listed(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ")
}

/// The gateways or DNS servers that answered.
fn answering(rows: &[WayOutRow]) -> impl Iterator<Item = IpAddr> {
    rows.iter().filter(|row| row.replies.as_ref().is_some_and(|replies| !replies.rtts_us.is_empty())).map(|row| row.ip)
}

fn texts(values: &[impl ToString]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// Text as TOML quotes it, on one line.
fn string(text: &str) -> toml::Value {
    toml::Value::String(one_line(text))
}

fn strings(texts: impl Iterator<Item = String>) -> toml::Value {
    toml::Value::Array(texts.map(toml::Value::String).collect())
}
