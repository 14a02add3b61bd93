//! Where a card is plugged in, as far as one switch can tell.

use std::collections::BTreeMap;

use super::forwarding::{BridgePort, Forwarding};
use super::interfaces::Interface;
use super::neighbours::Neighbour;
use crate::net::Mac;

/// What a switch has learned, port by port.
#[derive(Clone, Debug)]
pub struct Places<'a> {
    forwarding: &'a Forwarding,
    interfaces: &'a BTreeMap<u32, Interface>,
    /// Who hangs on each port, by its ifIndex, and on the aggregate that it is a member of.
    near: BTreeMap<u32, &'a Neighbour>,
    /// The cards that were learned on each port.
    cards: BTreeMap<BridgePort, Vec<Mac>>,
}

/// A card and the port of this switch it was learned on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The port as the bridge counts it.
    pub port: BridgePort,
    /// What the switch tells of it.
    pub interface: Option<&'a Interface>,
    /// Cards learned on this port, this one among them.
    pub cards: usize,
    /// What lies behind it.
    pub behind: Behind<'a>,
}

/// What lies behind a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Behind<'a> {
    /// The card alone: it is plugged in here.
    Card,
    /// Another switch that says who it is: it is the next to ask.
    Switch(&'a Neighbour),
    /// A telephone: the card is it, or is plugged into it.
    Telephone(&'a Neighbour),
    /// Several cards and nobody who says who they are: an unmanaged switch, an access point, virtual machines.
    Several,
}

impl<'a> Places<'a> {
    /// Of what the tables of one switch tell.
    pub fn new(forwarding: &'a Forwarding, interfaces: &'a BTreeMap<u32, Interface>, neighbours: &'a [Neighbour]) -> Places<'a> {
        // LLDP counts ports its own way (lldpLocPortNum need not be ifIndex): the name decides.
        let named = interfaces.iter().filter(|(_, interface)| !interface.name.is_empty());
        let named: BTreeMap<&str, u32> = named.map(|(&number, interface)| (interface.name.as_str(), number)).collect();
        let mut near: BTreeMap<u32, &Neighbour> = BTreeMap::new();
        for neighbour in neighbours {
            let by_name = || named.get(neighbour.port_name.as_deref()?).copied();
            let Some(port) = neighbour.interface.or_else(by_name) else { continue };
            let weight = |near: &Neighbour| near.bridge && !near.telephone;
            let carries = interfaces.get(&port).into_iter().flat_map(|interface| interface.carries.iter().copied());
            for at in carries.chain([port]) {
                let kept = near.entry(at).or_insert(neighbour);
                if weight(neighbour) >= weight(kept) {
                    *kept = neighbour;
                }
            }
        }
        let mut cards: BTreeMap<BridgePort, Vec<Mac>> = BTreeMap::new();
        for (&mac, ports) in &forwarding.learned {
            ports.iter().for_each(|&port| cards.entry(port).or_default().push(mac));
        }
        Places { forwarding, interfaces, near, cards }
    }

    /// Every port a card was learned on. More than one: it moves, it is there twice, or there is a loop.
    pub fn of(&self, mac: Mac) -> Vec<Place<'a>> {
        self.forwarding.learned.get(&mac).into_iter().flatten().map(|&port| self.at(port)).collect()
    }

    /// Every port on which a card was learned, with these cards.
    pub fn ports(&self) -> impl Iterator<Item = (Place<'a>, &[Mac])> {
        self.cards.iter().map(|(&port, cards)| (self.at(port), cards.as_slice()))
    }

    /// The cards that were learned on a port.
    pub fn cards(&self, port: BridgePort) -> &[Mac] {
        self.cards.get(&port).map_or(&[], Vec::as_slice)
    }

    fn at(&self, port: BridgePort) -> Place<'a> {
        let interface = port.interface.and_then(|number| self.interfaces.get(&number));
        let cards = self.cards(port).len();
        let neighbour = port.interface.and_then(|number| self.near.get(&number).copied());
        let behind = match (neighbour, cards) {
            (Some(neighbour), _) if neighbour.telephone => Behind::Telephone(neighbour),
            (Some(neighbour), _) if neighbour.bridge => Behind::Switch(neighbour),
            (_, 1) => Behind::Card,
            _ => Behind::Several,
        };
        Place { port, interface, cards, behind }
    }
}
