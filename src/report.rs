//! What a look found, as other programs read it (`trousse/report/1`); every format is made from it.

mod card;
pub mod columns;
pub mod comparison;
mod csv;
mod dhcp;
mod format;
mod html;
mod json;
mod labels;
mod markdown;
mod neighbour;
pub mod page;
mod planned;
pub mod power;
mod router6;
mod seal;
mod service;
mod switch;
mod terminal;
mod way_out;
mod words;

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::diagnose;
use crate::finding::{Finding, Layer, Reason, Severity, Verdict};
use crate::kind::Inferred;
use crate::language::Language;
use crate::lease::{Lease, State};
use crate::net::{Mac, Moment};
use crate::observe::{Asked6, BroadcastsHeard, Coverage, Cut, DhcpAsked, Inventory, LinkState, Name, Part, PoolFile, TreeTold};
use crate::probe::Errand;
use crate::site::Plan;
pub use card::{Capability, CardReport, Mark, Measured};
pub use comparison::Comparison;
pub use dhcp::DhcpRow;
pub use format::{
    BENCH_FORMATS, BenchFormat, CERTIFICATE_FORMATS, CertificateFormat, FORMATS, Form, Format, LOGBOOK_FORMATS, LogbookFormat,
    Medium, View,
};
pub use json::bench_line;
pub use neighbour::NeighbourRow;
pub use page::preparation::Purpose;
pub use planned::{PlannedRow, PlannedSaid};
pub use power::SwitchPower;
pub use router6::Router6Row;
pub use service::{BarrierRow, ServiceRow};
pub use switch::{SwitchRow, Whereabouts};
pub use terminal::prepare as preparation;
pub use way_out::WayOutRow;

/// The name and version of the form. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/report/1";

/// The record of one look at a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// When, where and how.
    pub visit: Visit,
    /// How much was looked at.
    pub coverage: Covered,
    /// One row for each address and card that was heard to claim it.
    pub hosts: Vec<Host>,
    /// One row for each DHCP server that answered or was overheard.
    #[serde(default)]
    pub dhcp_servers: Vec<DhcpRow>,
    /// One row for each IPv6 router that advertised itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routers6: Vec<Router6Row>,
    /// The link of our card, where a look was at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkState>,
    /// One row for each gateway that this machine, the plan or a DHCP server names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gateways: Vec<WayOutRow>,
    /// One row for each DNS server, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns_servers: Vec<WayOutRow>,
    /// What switches told of their spanning tree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spanning_tree: Vec<TreeTold>,
    /// What our card told of its link and its cable; `None` where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardReport>,
    /// What the other end of the cable says of itself: one row for each neighbour and protocol.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub neighbours: Vec<NeighbourRow>,
    /// More neighbours spoke than any cable leads to; the rest was not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub neighbours_flooded: bool,
    /// For how long neighbours were listened to, in milliseconds; `None` where nobody waited for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neighbours_listened_ms: Option<u32>,
    /// The label of the wall outlet that the laptop is plugged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlet: Option<String>,
    /// One row for each switch that was asked for the power that it gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub power: Vec<SwitchPower>,
    /// One row for each switch that was asked over SNMP.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<SwitchRow>,
    /// Where our card, or the cards that were looked for, are plugged in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whereabouts: Vec<Whereabouts>,
    /// One row for each service of the plan, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<ServiceRow>,
    /// One row for each thing of the plan that must not be reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_not_reach: Vec<BarrierRow>,
    /// One row for each device of the plan, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned: Vec<PlannedRow>,
    /// What each check said.
    pub ladder: Vec<Rung>,
    /// What is wrong, or worth knowing; worst first.
    pub findings: Vec<Finding>,
}

/// The program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The circumstances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    /// When it started (RFC 3339).
    pub started: String,
    /// When it ended (RFC 3339).
    pub finished: String,
    /// What the visit was for.
    #[serde(default)]
    pub errand: Errand,
    /// The interface; `None` for a capture that does not name it.
    pub interface: Option<String>,
    /// Our card.
    pub mac: Option<Mac>,
    /// Our addresses with their prefix lengths.
    pub addresses: Vec<String>,
    /// What was to be asked.
    pub targets: Vec<String>,
    /// The site, as its plan names it.
    pub site: Option<String>,
    /// Late second owners were not listened for.
    pub quick: bool,
    /// The classes of devices of which it was asked whether they fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub will_fit: Vec<u8>,
    /// The file that was replayed, where this is a replay of somebody's capture.
    pub capture: Option<String>,
}

/// How much was looked at, and what was lost.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Covered {
    /// Addresses that were to be asked.
    pub planned: u32,
    /// Addresses asked.
    pub asked: u32,
    /// Addresses that somebody claimed, asked or not.
    pub answered: u32,
    /// Requests sent.
    pub requests: u32,
    /// Milliseconds for which a late second owner was listened for.
    pub listened_ms: u32,
    /// Frames lost before they could be read.
    pub frames_dropped: u32,
    /// Frames that could not be read, by protocol and field.
    pub malformed: Vec<MalformedCount>,
    /// ARP messages of other VLANs, not judged.
    pub other_vlans: Vec<VlanCount>,
    /// The look went to its end.
    pub complete: bool,
    /// What cut it short.
    #[serde(default)]
    pub cut: Vec<Cut>,
    /// The parts of it that had not ended when its time ran out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<Part>,
    /// More was claimed than any real network claims; not everything was kept.
    pub flooded: bool,
    /// Broadcasts and multicasts that arrived; `None` where they were not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broadcasts: Option<BroadcastsHeard>,
    /// How IPv6 neighbours and routers were asked; `None` where they were not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Asked6>,
    /// How DHCP servers were asked; all zero where they were not.
    #[serde(default)]
    pub dhcp: DhcpAsked,
    /// Lease files that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lease_files: Vec<LeaseFile>,
    /// Configurations of DHCP servers that were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pool_files: Vec<PoolFile>,
}

/// A lease file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeaseFile {
    /// Its name.
    pub file: String,
    /// Addresses in it.
    pub entries: u32,
    /// Lines of it that could not be read.
    pub unread: u32,
}

/// Malformed frames of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MalformedCount {
    /// The protocol.
    pub protocol: String,
    /// The field.
    pub field: String,
    /// How many.
    pub count: u32,
    /// The number of the first in the capture, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<u32>,
}

/// Messages of one VLAN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VlanCount {
    /// The VLAN.
    pub vlan: u16,
    /// How many.
    pub count: u32,
}

/// One card that claims one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Host {
    /// The address.
    pub ip: IpAddr,
    /// The card.
    pub mac: Mac,
    /// Who made the card; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// The card's address is administered locally: random or virtual.
    pub local: bool,
    /// What it is called, and by which protocol that was told.
    pub names: Vec<Name>,
    /// The kind of device, by its id (`printer`); `None` where nothing tells.
    pub kind: Option<String>,
    /// What the kind was inferred from, and how surely.
    pub kind_from: Option<Inferred>,
    /// When it was first heard, in milliseconds since the start.
    #[serde(rename = "first_ms")]
    pub first: Moment,
    /// When it was last heard.
    #[serde(rename = "last_ms")]
    pub last: Moment,
    /// How many claims were heard.
    pub answers: u32,
    /// Microseconds from request to reply, the shortest.
    pub rtt_us: Option<u32>,
    /// What a lease file says of the address: the entry of this card, else that of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
}

impl Host {
    /// Its names, each once, whatever the number of protocols that told it.
    pub fn called(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in &self.names {
            if !names.contains(&name.name.as_str()) {
                names.push(&name.name);
            }
        }
        names
    }
}

/// What one check said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rung {
    /// The layer.
    pub layer: Layer,
    /// The check.
    pub code: String,
    /// What it said.
    pub verdict: Said,
    /// Why it could not say more.
    pub reason: Option<Reason>,
}

/// A verdict without its findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// Looked, nothing wrong.
    Clear,
    /// Something was found.
    Found,
    /// Could not look, or not fully.
    NotTested,
}

impl Said {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Said::Clear => language.pick("clear", "conforme"),
            Said::Found => language.pick("found", "anomalie"),
            Said::NotTested => language.pick("not tested", "non testé"),
        }
    }
}

/// The JSON Schema (draft 2020-12) of the record, for `trousse schema report`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Report).into()
}

impl Report {
    /// Judges what was seen.
    pub fn of(visit: Visit, inventory: &Inventory, plan: &Plan) -> Report {
        let errand = visit.errand;
        let power = power::rows(inventory, &visit.will_fit);
        let mut findings = Vec::new();
        let dhcp_servers: Vec<DhcpRow> = dhcp::rows(inventory, plan);
        let climbed = diagnose::climb(visit.errand, inventory, plan);
        let rungs = climbed.into_iter().map(|(check, verdict)| rung(check, verdict, &mut findings));
        // What was not asked for is no gap of this look, nor is what it cannot hold.
        let unasked = |rung: &Rung| {
            let cannot = |reason: &Reason| {
                matches!(reason, Reason::CableNotTested | Reason::CheckNotMade | Reason::NoSpanningTree | Reason::NotPlanned)
            };
            rung.reason.as_ref().is_some_and(|reason| reason.is_unasked() || cannot(reason))
        };
        let ladder: Vec<Rung> = rungs.filter(|rung| !unasked(rung)).collect();
        // The sort is stable: within a severity, the order of the checks, which puts our own address first.
        findings.sort_by_key(|finding| finding.severity);
        let hosts: Vec<Host> = inventory
            .claimed()
            .flat_map(|(ip, owners)| owners.into_iter().map(move |(mac, _)| (ip, mac)))
            .filter(|&(ip, mac)| !(inventory.is_ours(ip) && inventory.is_our_card(mac)))
            .map(|(ip, mac)| host(inventory, ip, mac))
            .collect();
        let mut claimed: Vec<IpAddr> = hosts.iter().map(|host| host.ip).collect();
        claimed.dedup();
        Report {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "trousse".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            visit,
            coverage: covered(inventory, claimed.len() as u32),
            hosts,
            dhcp_servers,
            routers6: router6::rows(inventory, plan),
            link: inventory.path().link(),
            gateways: way_out::gateway_rows(errand, inventory, plan),
            dns_servers: way_out::dns_rows(errand, inventory, plan),
            spanning_tree: inventory.trees().told().map(|(told, _)| *told).collect(),
            card: card::report(inventory, &ladder),
            neighbours: inventory.neighbours().all().into_iter().map(NeighbourRow::of).collect(),
            neighbours_flooded: inventory.neighbours().flooded(),
            neighbours_listened_ms: inventory.neighbours().listened_ms(),
            outlet: inventory.neighbours().outlet().map(str::to_owned),
            power,
            switches: switch::switch_rows(inventory, plan),
            whereabouts: switch::whereabouts(inventory, plan),
            services: service::rows(errand, inventory, plan, &findings),
            must_not_reach: service::barriers(errand, inventory, plan),
            planned: planned::rows(errand, inventory, plan),
            ladder,
            findings,
        }
    }

    /// The exit code of the house: 0 clear, 1 something found, 3 clear but something was not tested. That devices do not fit is
    /// found.
    pub fn exit_code(&self) -> u8 {
        let fits = |power: &SwitchPower| power.will_fit.as_ref().map(|fit| fit.answer.fits());
        let mut answers = self.power.iter().filter_map(fits);
        if self.findings.iter().any(|finding| finding.severity != Severity::Note)
            || answers.clone().any(|fits| fits == Some(false))
        {
            1
        } else if self.ladder.iter().any(|rung| rung.verdict == Said::NotTested) || answers.any(|fits| fits.is_none()) {
            3
        } else {
            0
        }
    }
}

fn rung(check: &Check, verdict: Verdict, findings: &mut Vec<Finding>) -> Rung {
    let (verdict, reason) = match verdict {
        Verdict::Clear => (Said::Clear, None),
        Verdict::NotTested(reason) => (Said::NotTested, Some(reason)),
        Verdict::Found(found) => {
            findings.extend(found);
            (Said::Found, None)
        }
    };
    Rung { layer: check.layer, code: check.code.to_owned(), verdict, reason }
}

fn host(inventory: &Inventory, ip: IpAddr, mac: Mac) -> Host {
    let owner = inventory.claim(ip, mac).cloned().unwrap_or_default();
    let kind = inventory.kind(ip, mac);
    Host {
        ip,
        mac,
        vendor: inventory.vendor(mac).name().map(str::to_owned),
        local: mac.is_local(),
        names: inventory.names(ip, mac),
        kind: kind.as_ref().map(|inferred| inferred.kind.id().to_owned()),
        kind_from: kind,
        first: owner.first,
        last: owner.last,
        answers: owner.answers,
        rtt_us: owner.rtt_us,
        lease: inventory.lease_of(ip, mac).or_else(|| others_lease(inventory, ip)).cloned(),
    }
}

/// The entry of an address that is somebody's, or was found in use.
fn others_lease(inventory: &Inventory, ip: IpAddr) -> Option<&Lease> {
    inventory
        .leases()
        .of(ip)
        .map(|(_, lease, _)| lease)
        .filter(|lease| lease.state != State::Expired)
        .min_by_key(|lease| lease.state)
}

fn covered(inventory: &Inventory, answered: u32) -> Covered {
    let coverage: &Coverage = inventory.coverage();
    let dhcp = inventory.dhcp().coverage();
    let malformed = |(kind, &count): (&(String, String), &u32)| MalformedCount {
        protocol: kind.0.clone(),
        field: kind.1.clone(),
        count,
        frame: coverage.first_malformed.get(kind).copied(),
    };
    Covered {
        planned: coverage.planned,
        asked: coverage.asked,
        answered,
        requests: coverage.requests,
        listened_ms: coverage.listened_ms,
        frames_dropped: coverage.frames_lost,
        malformed: coverage.malformed.iter().map(malformed).collect(),
        other_vlans: coverage.tagged.iter().map(|(&vlan, &count)| VlanCount { vlan: vlan.into(), count }).collect(),
        complete: coverage.cut.is_empty(),
        cut: coverage.cut.iter().copied().collect(),
        unfinished: coverage.unfinished.iter().copied().collect(),
        flooded: coverage.flooded || inventory.dhcp().flooded(),
        broadcasts: inventory.broadcasts().heard().map(|(heard, _)| *heard),
        ipv6: Some(inventory.ipv6().asked()).filter(|asked| asked.to_all > 0 || asked.routers > 0),
        dhcp: DhcpAsked { listened_ms: if coverage.cut_of(Part::Dhcp).is_none() { dhcp.listened_ms } else { 0 }, ..dhcp },
        lease_files: inventory
            .leases()
            .files()
            .map(|(file, entries, unread)| LeaseFile { file: file.clone(), entries: *entries, unread: *unread })
            .collect(),
        pool_files: inventory.pools().files().cloned().collect(),
    }
}
