//! What a look found, as other programs read it (`trousse/report/1`); every format is made from it.

mod card;
pub mod columns;
pub mod comparison;
mod covered;
mod csv;
mod dhcp;
mod format;
mod host;
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
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, LinkState, TreeTold};
use crate::probe::Errand;
use crate::site::Plan;
pub use card::{Capability, CardReport, Mark, Measured};
pub use comparison::Comparison;
pub use covered::{Covered, LeaseFile, MalformedCount, VlanCount};
pub use csv::depot::list as depot_csv;
pub use csv::names::list as names_csv;
pub use dhcp::DhcpRow;
pub use format::{
    BENCH_FORMATS, BenchFormat, CERTIFICATE_FORMATS, CertificateFormat, FORMATS, Form, Format, LOGBOOK_FORMATS, LogbookFormat,
    Medium, SHEET_FORMATS, SheetFormat, View,
};
pub use host::Host;
pub use json::bench_line;
pub use neighbour::NeighbourRow;
pub use page::preparation::Purpose;
pub use planned::{PlannedRow, PlannedSaid};
pub use power::SwitchPower;
pub use router6::Router6Row;
pub use service::{BarrierRow, ServiceRow};
pub use switch::{SwitchRow, Whereabouts};
pub use terminal::prepare as preparation;
pub use terminal::{depot_check, depot_list, names_list};
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
        let hosts = host::rows(inventory);
        let mut claimed: Vec<IpAddr> = hosts.iter().map(|host| host.ip).collect();
        claimed.dedup();
        Report {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "trousse".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            visit,
            coverage: covered::of(inventory, claimed.len() as u32),
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
