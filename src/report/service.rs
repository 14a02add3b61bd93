//! The services of the plan with what became of each.

use std::collections::HashSet;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Said;
use crate::check::reaches_forbidden::unproved;
use crate::check::serviced::{OtherSilences, is_undecided};
use crate::finding::{Finding, Severity};
use crate::observe::{BarrierTried, Became, Inventory};
use crate::probe::Errand;
use crate::service::{Kind, Measured};
use crate::site::Plan;

/// A service of the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceRow {
    /// What the plan calls it.
    pub name: String,
    /// What it speaks.
    pub kind: Kind,
    /// Its host, as the plan has it.
    pub host: String,
    /// Its port.
    pub port: Option<u16>,
    /// The address that it was asked at.
    pub address: Option<IpAddr>,
    /// As planned, or not, or not tested.
    pub verdict: Said,
    /// How far it went; `None` where it was not asked.
    pub became: Option<Became>,
    /// How long it took, in microseconds.
    pub took_us: Option<u32>,
    /// In how many days its certificate ends; negative where it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_left: Option<i64>,
    /// What was measured.
    pub measured: Option<Measured>,
}

/// Something of the plan that must not be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BarrierRow {
    /// What the plan calls it.
    pub name: String,
    /// From where it must not be reached.
    pub from: Option<String>,
    /// The host, as the plan has it.
    pub host: String,
    /// The TCP ports that must not open.
    pub ports: Vec<u16>,
    /// Clear where nothing came back.
    pub verdict: Said,
    /// What came back; `None` where it was not tried.
    pub tried: Option<BarrierTried>,
}

/// The services, in the order of the plan; none in a look that does not ask them.
pub(super) fn rows(errand: Errand, inventory: &Inventory, plan: &Plan, findings: &[Finding]) -> Vec<ServiceRow> {
    if errand != Errand::Diagnose {
        return Vec::new();
    }
    // A note is no fault: the service is as planned.
    let faults = findings.iter().filter(|finding| finding.severity != Severity::Note);
    let subjects: Vec<_> = faults.map(|finding| (finding.problem.explain().subject(), finding.problem.code())).collect();
    let of_services = subjects.iter().filter(|(_, code)| code.starts_with("L4") || code.starts_with("L7"));
    let wrong: HashSet<&str> = of_services.filter_map(|(subject, _)| subject.port.as_deref()).collect();
    let row = |service: &crate::service::Service| {
        let told = inventory.services().of(&service.name).map(|(told, _)| told);
        let verdict = match told.map(|told| told.became) {
            _ if wrong.contains(service.name.as_str()) => Said::Found,
            Some(Became::Answered) if !told.is_some_and(|told| is_undecided(service, told)) => Said::Clear,
            _ => Said::NotTested,
        };
        ServiceRow {
            name: service.name.clone(),
            kind: service.kind,
            host: service.host.clone(),
            port: service.port(),
            address: told.and_then(|told| told.address),
            verdict,
            became: told.map(|told| told.became),
            took_us: told.map(|told| told.took_us),
            days_left: told.and_then(|told| told.tls.as_ref()?.days()),
            measured: told.and_then(|told| told.measured.clone()),
        }
    };
    plan.services.iter().map(row).collect()
}

/// What must not be reached, likewise.
pub(super) fn barriers(errand: Errand, inventory: &Inventory, plan: &Plan) -> Vec<BarrierRow> {
    if errand != Errand::Diagnose {
        return Vec::new();
    }
    let silences = OtherSilences::of(inventory, plan);
    let row = |barrier: &crate::service::Barrier| {
        let tried = inventory.services().barrier(&barrier.name).map(|(tried, _)| tried.clone());
        let verdict = match &tried {
            Some(tried) if tried.reached() => Said::Found,
            tried if unproved(inventory, &silences, barrier, tried.as_ref()).is_none() => Said::Clear,
            _ => Said::NotTested,
        };
        let (name, from, host) = (barrier.name.clone(), barrier.from.clone(), barrier.host.clone());
        BarrierRow { name, from, host, ports: barrier.ports.clone(), verdict, tried }
    };
    plan.barriers.iter().map(row).collect()
}
