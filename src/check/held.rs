//! What lease files say of who holds an address: the ground of the checks that join them with ARP.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{contest::Contest, gap, pool};
use crate::finding::{Reason, Verdict};
use crate::kind::Confidence;
use crate::language::Language;
use crate::lease::{Lease, State};
use crate::net::Mac;
use crate::observe::{Inventory, Observation};
use crate::site::Plan;
use crate::wire::dhcp::Says;

/// An entry of a lease file that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// The name of the file.
    pub file: String,
    /// What it says.
    pub lease: Lease,
}

impl Entry {
    /// The file and the line, as a sentence names them; the server alone, where it told itself.
    pub fn place(&self, language: Language) -> String {
        let (file, line) = (&self.file, self.lease.line);
        if line == 0 {
            return file.clone();
        }
        language.pick(format!("{file}, line {line}"), format!("{file}, ligne {line}"))
    }

    /// How sure it is that the card is the lease's: named by it, or only to be read from the client identifier.
    pub fn confidence(&self) -> Confidence {
        if self.lease.mac.is_some() { Confidence::Likely } else { Confidence::Possible }
    }
}

/// The word for how sure an inference is.
pub fn sure(confidence: Confidence, language: Language) -> &'static str {
    match confidence {
        Confidence::Likely => language.pick("likely", "probable"),
        Confidence::Possible => language.pick("possible", "possible"),
    }
}

/// The entries by which an address is somebody's, each with its evidence.
pub fn entries(inventory: &Inventory, ip: IpAddr) -> Vec<(Entry, Observation)> {
    let holds = inventory.leases().of(ip).filter(|(_, lease, _)| lease.holds());
    holds.map(|(file, lease, seen)| (Entry { file: file.to_owned(), lease: lease.clone() }, seen.clone())).collect()
}

/// The traces of conflicts that a server saw itself: declined and abandoned entries of an address.
pub fn declined(inventory: &Inventory, ip: IpAddr) -> Vec<Observation> {
    inventory.leases().of(ip).filter(|(_, lease, _)| lease.state == State::Declined).map(|(_, _, seen)| seen.clone()).collect()
}

/// What a server said of an address itself, where that tells whether it is leased.
pub fn said(inventory: &Inventory, ip: Ipv4Addr) -> Option<Says> {
    let told = inventory.told();
    let of = |server| told.of(server).find(|(address, _)| *address == ip).and_then(|(_, told)| told.says);
    told.servers().into_iter().filter_map(of).min().filter(|says| matches!(says, Says::Active | Says::Unassigned))
}

/// The answer by which a server was shown to lease the addresses around one.
pub fn asked(inventory: &Inventory, ip: IpAddr) -> Option<Observation> {
    let IpAddr::V4(ip) = ip else { return None };
    inventory.told().holding(ip).and_then(|(_, _, told)| told.seen.clone())
}

/// The real cards of others that hold an address by what ARP showed: neither virtual ones nor those that answer for others.
pub fn cards(inventory: &Inventory, plan: &Plan, ip: IpAddr) -> Vec<Mac> {
    let owners = inventory.claims_of(ip);
    let contest = Contest::of(inventory, plan, ip, &owners);
    if contest.declared { Vec::new() } else { contest.devices.into_iter().flatten().collect() }
}

/// "Clear" where lease files were given and everything was looked at, else why not.
pub fn clear_or_gap(inventory: &Inventory) -> Verdict {
    let reason = if inventory.leases().files().len() == 0 { Some(Reason::NoLeases) } else { gap(inventory) };
    reason.map_or(Verdict::Clear, Verdict::NotTested)
}

/// The same for a check that compares with today's pool.
pub fn clear_or_gap_of_ranges(inventory: &Inventory, plan: &Plan) -> Verdict {
    let no_ranges = pool::all(inventory, plan).is_empty();
    match clear_or_gap(inventory) {
        Verdict::NotTested(Reason::NoLeases) => Verdict::NotTested(Reason::NoLeases),
        _ if no_ranges => Verdict::NotTested(Reason::NoRanges),
        verdict => verdict,
    }
}
