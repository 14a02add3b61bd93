//! Where a card is plugged in, as far as one switch can tell.

use std::collections::BTreeMap;

use super::forwarding::{BridgePort, Forwarding};
use super::interfaces::Interface;
use super::neighbours::Neighbour;
use crate::net::Mac;

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

/// Every port a card was learned on. More than one: it moves, it is there twice, or there is a loop.
pub fn places<'a>(
    mac: Mac,
    forwarding: &Forwarding,
    interfaces: &'a BTreeMap<u32, Interface>,
    neighbours: &'a [Neighbour],
) -> Vec<Place<'a>> {
    let ports = forwarding.learned.get(&mac).into_iter().flatten();
    ports
        .map(|&port| {
            let interface = port.interface.and_then(|number| interfaces.get(&number));
            let cards = forwarding.learned.values().filter(|ports| ports.contains(&port)).count();
            let near = |neighbour: &&Neighbour| is_at(neighbour, interface);
            let behind = match (neighbours.iter().filter(near).max_by_key(|near| near.bridge && !near.telephone), cards) {
                (Some(neighbour), _) if neighbour.telephone => Behind::Telephone(neighbour),
                (Some(neighbour), _) if neighbour.bridge => Behind::Switch(neighbour),
                (_, 1) => Behind::Card,
                _ => Behind::Several,
            };
            Place { port, interface, cards, behind }
        })
        .collect()
}

/// Whether a neighbour hangs on this port. LLDP counts ports its own way (lldpLocPortNum need not be ifIndex): only the name decides.
fn is_at(neighbour: &Neighbour, interface: Option<&Interface>) -> bool {
    let (Some(name), Some(interface)) = (&neighbour.port_name, interface) else { return false };
    !name.is_empty() && *name == interface.name
}
