//! Who came, went, moved, or is called otherwise. A card is a device; an address is where it was.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::looked::{Look, lowest, sorted};
use crate::check::holder::describe;
use crate::kind::{Evidence, Inferred};
use crate::language::Language;
use crate::net::Mac;
use crate::report::Host;

/// A device, by what it was known by last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Device {
    /// Its card.
    pub mac: Mac,
    /// Who made the card; `None` where its address does not tell.
    pub vendor: Option<String>,
    /// What kind of device it seems to be.
    pub kind: Option<Inferred>,
    /// What it is called, each name once.
    pub names: Vec<String>,
}

impl Device {
    /// The device of these rows, all of one card.
    pub(super) fn of(rows: &[&Host]) -> Option<Device> {
        let mut names: Vec<String> = Vec::new();
        for name in rows.iter().flat_map(|host| host.called()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        let first = rows.first()?;
        let kind = rows.iter().find_map(|host| host.kind_from.clone());
        Some(Device { mac: first.mac, vendor: first.vendor.clone(), kind, names })
    }

    /// The device in a few words.
    pub fn describe(&self, language: Language) -> String {
        let name = self.names.first().map(String::as_str);
        describe(self.mac, self.kind.as_ref(), self.vendor.as_deref(), name, language)
    }
}

/// What became of a device, or of an address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Change {
    /// A card answers for other addresses than before.
    Moved {
        /// The device.
        device: Device,
        /// The addresses that it no longer has.
        from: Vec<IpAddr>,
        /// The addresses that it did not have.
        to: Vec<IpAddr>,
    },
    /// Another card answers for an address.
    OwnerChanged {
        /// The address.
        ip: IpAddr,
        /// Who no longer has it.
        from: Vec<Device>,
        /// Who did not have it.
        to: Vec<Device>,
    },
    /// A card that was not there: its addresses were asked in the first visit too.
    Appeared {
        /// The device.
        device: Device,
        /// Its addresses.
        ips: Vec<IpAddr>,
    },
    /// A card that is not there any more: its addresses were asked again.
    Vanished {
        /// The device.
        device: Device,
        /// Its addresses.
        ips: Vec<IpAddr>,
    },
    /// A device that has none of its names any more, and others.
    Renamed {
        /// The device.
        device: Device,
        /// Its names before.
        from: Vec<String>,
        /// Its names now.
        to: Vec<String>,
    },
    /// A device that seems to be of another kind.
    KindChanged {
        /// The device.
        device: Device,
        /// Its kind before.
        from: Inferred,
        /// Its kind now.
        to: Inferred,
    },
    /// A card seen in the second visit at an address that the first one did not ask.
    NotAskedBefore {
        /// The device.
        device: Device,
        /// Its addresses.
        ips: Vec<IpAddr>,
    },
    /// A card seen in the first visit at an address that the second one did not ask.
    NotAskedAgain {
        /// The device.
        device: Device,
        /// Its addresses.
        ips: Vec<IpAddr>,
    },
}

/// Every change, in the order of the lines above, each in the order of addresses.
pub(super) fn compare(first: &Look<'_>, second: &Look<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let owners = owners(first, second);
    for (&mac, before) in &first.cards {
        match second.cards.get(&mac) {
            Some(after) => changes.extend(stayed(before, after, first, second)),
            None => changes.extend(missing(before, &owners, second, |device, ips, asked| match asked {
                true => Change::Vanished { device, ips },
                false => Change::NotAskedAgain { device, ips },
            })),
        }
    }
    for (_, after) in second.cards.iter().filter(|(mac, _)| !first.cards.contains_key(mac)) {
        changes.extend(missing(after, &owners, first, |device, ips, asked| match asked {
            true => Change::Appeared { device, ips },
            false => Change::NotAskedBefore { device, ips },
        }));
    }
    changes.extend(owners.into_iter().map(|(ip, (from, to))| Change::OwnerChanged { ip, from, to }));
    changes.sort_by_key(Change::place);
    changes
}

/// The addresses that one or more cards left to one or more others.
fn owners(first: &Look<'_>, second: &Look<'_>) -> BTreeMap<IpAddr, (Vec<Device>, Vec<Device>)> {
    let held = |look: &Look<'_>| {
        let mut held: BTreeMap<IpAddr, BTreeSet<Mac>> = BTreeMap::new();
        for host in &look.report.hosts {
            held.entry(host.ip).or_default().insert(host.mac);
        }
        held
    };
    let (before, after) = (held(first), held(second));
    let devices = |look: &Look<'_>, macs: &BTreeSet<Mac>, others: &BTreeSet<Mac>| -> Vec<Device> {
        macs.difference(others).filter_map(|mac| look.cards.get(mac).and_then(|rows| Device::of(rows))).collect()
    };
    let both = before.iter().filter_map(|(ip, old)| {
        let new = after.get(ip)?;
        let (from, to) = (devices(first, old, new), devices(second, new, old));
        (!from.is_empty() && !to.is_empty()).then_some((*ip, (from, to)))
    });
    both.collect()
}

/// A card that one of the visits has not seen: at the addresses that nobody took over from it.
fn missing(
    rows: &[&Host],
    owners: &BTreeMap<IpAddr, (Vec<Device>, Vec<Device>)>,
    unseen_by: &Look<'_>,
    change: impl FnOnce(Device, Vec<IpAddr>, bool) -> Change,
) -> Option<Change> {
    let ips = sorted(rows.iter().map(|host| host.ip).filter(|ip| !owners.contains_key(ip)));
    let asked = ips.iter().all(|&ip| unseen_by.unasked(ip).is_none());
    (!ips.is_empty()).then(|| Device::of(rows).map(|device| change(device, ips, asked))).flatten()
}

/// What changed of a card that both visits saw.
fn stayed(before: &[&Host], after: &[&Host], first: &Look<'_>, second: &Look<'_>) -> Vec<Change> {
    let Some((old, new)) = Device::of(before).zip(Device::of(after)) else { return Vec::new() };
    let without = |some: &[&Host], others: &[&Host], unseen_by: &Look<'_>| {
        let ips = some.iter().map(|host| host.ip);
        // A card makes up other addresses of IPv6 from day to day (RFC 8981).
        sorted(ips.filter(|ip| ip.is_ipv4() && !others.iter().any(|host| host.ip == *ip) && unseen_by.unasked(*ip).is_none()))
    };
    let (from, to) = (without(before, after, second), without(after, before, first));
    let mut changes = Vec::new();
    if !from.is_empty() || !to.is_empty() {
        changes.push(Change::Moved { device: new.clone(), from, to });
    }
    // A name that was not told this time is no other name.
    if !old.names.is_empty() && !new.names.is_empty() && !old.names.iter().any(|name| new.names.contains(name)) {
        changes.push(Change::Renamed { device: new.clone(), from: old.names, to: new.names.clone() });
    }
    // The vendor of a card does not change: a kind that one visit has from it is no other kind, only less is known.
    if let (Some(from), Some(to)) = (old.kind, new.kind.clone())
        && from.kind != to.kind
        && [&from, &to].into_iter().all(|kind| matches!(kind.from, Evidence::Name(_)))
    {
        changes.push(Change::KindChanged { device: new, from, to });
    }
    changes
}

impl Change {
    /// Where it stands among the others.
    fn place(&self) -> (u8, IpAddr, Mac) {
        match self {
            Change::Moved { device, from, to } => (0, lowest(if from.is_empty() { to } else { from }), device.mac),
            Change::OwnerChanged { ip, .. } => (1, *ip, Mac::default()),
            Change::Appeared { device, ips } => (2, lowest(ips), device.mac),
            Change::Vanished { device, ips } => (3, lowest(ips), device.mac),
            Change::Renamed { device, .. } => (4, lowest(&[]), device.mac),
            Change::KindChanged { device, .. } => (5, lowest(&[]), device.mac),
            Change::NotAskedBefore { device, ips } => (6, lowest(ips), device.mac),
            Change::NotAskedAgain { device, ips } => (7, lowest(ips), device.mac),
        }
    }
}
