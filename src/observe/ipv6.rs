//! IPv6 on the segment: our card's addresses, the routers that advertise themselves, and how much was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv6Addr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation};
use crate::net::{Ipv6Net, Mac};
use crate::wire::icmpv6::RouterAdvertisement;

/// What a router told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RouterAdvertised {
    /// Its address on the segment.
    pub router: Ipv6Addr,
    /// Its card, by its own word, else that of the frame.
    pub mac: Mac,
    /// What it told.
    #[serde(flatten)]
    pub told: RouterAdvertisement,
}

/// How neighbours and routers were asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Asked6 {
    /// Questions to all neighbours.
    pub to_all: u32,
    /// Solicitations for one address.
    pub solicitations: u32,
    /// Solicitations of routers.
    pub routers: u32,
    /// For how long routers were listened for after the first of these, in milliseconds; 0 where that was not waited for.
    pub listened_ms: u32,
    /// More neighbours were heard than are asked one by one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overfull: bool,
}

/// A router and its card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Router {
    /// When it was heard first, and what it told then.
    pub first: Observation,
    /// When it was heard last.
    last: Observation,
}

impl Router {
    /// What it told last.
    pub fn told(&self) -> &RouterAdvertised {
        match &self.last.fact {
            Fact::RouterAdvertised(told) => told,
            other => unreachable!("only advertisements are kept: {other:?}"),
        }
    }
}

/// Routers, and addresses of ours, that are kept: a forger makes up any number. The lowest are kept.
const KEPT: usize = 64;

/// What is known of IPv6 beside who claims which address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ipv6Seen {
    own: BTreeSet<Ipv6Net>,
    routers: BTreeMap<(Ipv6Addr, Mac), Router>,
    flooded: bool,
    asked: Asked6,
}

impl Ipv6Seen {
    pub(super) fn ours(&mut self, addresses: &[Ipv6Net]) {
        self.own.extend(addresses);
        while self.own.len() > KEPT {
            self.own.pop_last();
        }
    }

    pub(super) fn advertised(&mut self, seen: &Observation, told: &RouterAdvertised) {
        self.routers
            .entry((told.router, told.mac))
            .and_modify(|router| {
                router.first = router.first.clone().min(seen.clone());
                router.last = router.last.clone().max(seen.clone());
            })
            .or_insert_with(|| Router { first: seen.clone(), last: seen.clone() });
        if self.routers.len() > KEPT {
            self.routers.pop_last();
            self.flooded = true;
        }
    }

    pub(super) fn asked_more(&mut self, asked: &Asked6) {
        let sum = &mut self.asked;
        sum.to_all = sum.to_all.saturating_add(asked.to_all);
        sum.solicitations = sum.solicitations.saturating_add(asked.solicitations);
        sum.routers = sum.routers.saturating_add(asked.routers);
        sum.listened_ms = sum.listened_ms.max(asked.listened_ms);
        sum.overfull |= asked.overfull;
    }

    /// Our card's addresses, each with its prefix.
    pub fn own(&self) -> impl Iterator<Item = Ipv6Net> {
        self.own.iter().copied()
    }

    /// Whether our card has an address.
    pub fn is_here(&self) -> bool {
        !self.own.is_empty()
    }

    /// Whether an address is in a prefix of our card. What is link-local is on every segment.
    pub fn is_near(&self, ip: Ipv6Addr) -> bool {
        ip.is_unicast_link_local() && self.is_here() || self.own.iter().any(|net| net.contains(&ip))
    }

    /// Every router that advertised itself, in the order of their addresses.
    pub fn routers(&self) -> impl Iterator<Item = &Router> {
        self.routers.values()
    }

    /// More routers were heard than any segment has; the rest was not kept.
    pub fn flooded(&self) -> bool {
        self.flooded
    }

    /// How neighbours and routers were asked.
    pub fn asked(&self) -> Asked6 {
        self.asked
    }
}
