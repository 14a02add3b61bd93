//! Where a card is plugged in, from what all switches that were asked have learned.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SwitchesSeen;
use crate::mib::forwarding::Forwarding;
use crate::mib::place::{Behind as Near, Place, Places};
use crate::net::{Mac, VlanId};

/// Who is looked for on the switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sought {
    /// Our own card.
    Ours,
    /// A card.
    Card(Mac),
    /// The cards that hold an address.
    Address(Ipv4Addr),
}

/// A port of a switch on which a card was learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plug {
    /// The card.
    pub mac: Mac,
    /// The address of the switch.
    pub switch: IpAddr,
    /// Its name (sysName).
    pub switch_name: Option<String>,
    /// The port, as the switch names it (ifName); else `port 7`, as its bridge counts it.
    pub port: String,
    /// What the administrator wrote there (ifAlias).
    pub alias: Option<String>,
    /// The VLAN of frames without a tag (dot1qPvid).
    #[schemars(with = "Option<u16>")]
    pub vlan: Option<VlanId>,
    /// Cards learned on the port, this one among them.
    pub cards: u32,
    /// What lies behind the port.
    pub behind: Behind,
    /// The port has a link (ifOperStatus).
    pub up: Option<bool>,
    /// The administrator lets it work (ifAdminStatus).
    pub enabled: Option<bool>,
    /// Its speed in megabits a second (ifHighSpeed).
    pub speed_mbps: Option<u32>,
    /// Both ends send at the same time (dot3StatsDuplexStatus).
    pub full_duplex: Option<bool>,
    /// Frames that arrived broken since the switch started (ifInErrors).
    pub in_errors: Option<u32>,
    /// Frames that could not be sent (ifOutErrors).
    pub out_errors: Option<u32>,
}

/// What lies behind a port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Behind {
    /// The card alone: it is plugged in here.
    Card,
    /// Another switch.
    Switch {
        /// Its name.
        name: String,
        /// The port at its end.
        port: Option<String>,
        /// Where it can be asked.
        addresses: Vec<IpAddr>,
    },
    /// A telephone: the card is it, or is plugged into it.
    Telephone {
        /// Its name.
        name: String,
    },
    /// Several cards and nobody who says who they are: an unmanaged switch, an access point, virtual machines.
    Several,
}

impl Plug {
    /// The port leads to no other managed switch: what hangs on it is plugged in here.
    pub fn is_edge(&self) -> bool {
        !matches!(self.behind, Behind::Switch { .. })
    }

    /// The switch by its name, else by its address.
    pub fn switch_called(&self) -> String {
        self.switch_name.clone().unwrap_or_else(|| self.switch.to_string())
    }
}

/// What all switches have learned, port by port. It is made once for many questions.
pub struct Switchboard<'a> {
    switches: Vec<Board<'a>>,
    /// Whose cards are whose: a port that has learned a switch's own card leads to it.
    own: BTreeMap<Mac, IpAddr>,
}

struct Board<'a> {
    address: IpAddr,
    name: Option<&'a str>,
    forwarding: &'a Forwarding,
    places: Places<'a>,
}

impl<'a> Switchboard<'a> {
    /// Of the switches that told what they have learned.
    pub fn of(seen: &'a SwitchesSeen) -> Switchboard<'a> {
        static NO_INTERFACES: BTreeMap<u32, crate::mib::interfaces::Interface> = BTreeMap::new();
        let board = |switch: super::SwitchSeen<'a>| {
            let forwarding = switch.forwarding()?;
            let interfaces = switch.interfaces().unwrap_or(&NO_INTERFACES);
            let places = Places::new(forwarding, interfaces, switch.neighbours().unwrap_or_default());
            let name = switch.system().map(|system| system.name.as_str()).filter(|name| !name.is_empty());
            Some(Board { address: switch.address, name, forwarding, places })
        };
        let switches: Vec<Board<'_>> = seen.all().filter_map(board).collect();
        let own = switches.iter().flat_map(|board| board.forwarding.own.iter().map(|&mac| (mac, board.address))).collect();
        Switchboard { switches, own }
    }

    /// Every port that has learned a card: those that lead to another switch first, and the one with the fewest cards last, which
    /// is where it is plugged in.
    pub fn plugs(&self, mac: Mac) -> Vec<Plug> {
        let of =
            |board: &Board<'a>| board.places.of(mac).into_iter().map(|place| self.plug(board, &place, mac)).collect::<Vec<_>>();
        let mut plugs: Vec<Plug> = self.switches.iter().flat_map(of).collect();
        plugs.sort_by_key(|plug| (plug.is_edge(), std::cmp::Reverse(plug.cards)));
        plugs
    }

    /// Where a card is plugged in; `None` where no switch has learned it on a port that leads to none of the others.
    pub fn plug_of(&self, mac: Mac) -> Option<Plug> {
        self.plugs(mac).pop().filter(Plug::is_edge)
    }

    /// Cards that are alone on each of two ports or more, with these.
    pub fn alone_twice(&self) -> Vec<(Mac, Vec<Plug>)> {
        let mut alone: BTreeMap<Mac, Vec<(&Board<'a>, Place<'a>)>> = BTreeMap::new();
        for board in &self.switches {
            for (place, cards) in board.places.ports() {
                if let ([mac], Near::Card) = (cards, &place.behind) {
                    alone.entry(*mac).or_default().push((board, place));
                }
            }
        }
        let twice = alone.into_iter().filter(|(mac, at)| at.len() > 1 && !self.own.contains_key(mac));
        twice.map(|(mac, at)| (mac, at.iter().map(|(board, place)| self.plug(board, place, mac)).collect())).collect()
    }

    fn plug(&self, board: &Board<'a>, place: &Place<'a>, mac: Mac) -> Plug {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let behind = match &place.behind {
            Near::Switch(near) => {
                Behind::Switch { name: near.name.clone(), port: text(&near.their_port), addresses: near.addresses.clone() }
            }
            Near::Telephone(near) => Behind::Telephone { name: near.name.clone() },
            Near::Card | Near::Several => match self.leads_to(board, place, mac) {
                Some((name, address)) => Behind::Switch { name, port: None, addresses: vec![address] },
                None if matches!(place.behind, Near::Card) => Behind::Card,
                None => Behind::Several,
            },
        };
        let interface = place.interface.cloned().unwrap_or_default();
        Plug {
            mac,
            switch: board.address,
            switch_name: board.name.map(str::to_owned),
            port: text(&interface.name).unwrap_or_else(|| format!("port {}", place.port.number)),
            alias: text(&interface.alias),
            vlan: board.forwarding.pvids.get(&place.port.number).copied(),
            cards: u32::try_from(place.cards).unwrap_or(u32::MAX),
            behind,
            up: interface.up,
            enabled: interface.enabled,
            speed_mbps: interface.megabits,
            full_duplex: interface.full_duplex,
            in_errors: interface.in_errors,
            out_errors: interface.out_errors,
        }
    }

    /// The other switch whose own card was learned on the port, where its neighbours do not say so: it or one behind it hangs
    /// there.
    fn leads_to(&self, board: &Board<'a>, place: &Place<'a>, mac: Mac) -> Option<(String, IpAddr)> {
        let cards = board.places.cards(place.port);
        let addresses: BTreeSet<IpAddr> =
            cards.iter().filter(|card| **card != mac).filter_map(|card| self.own.get(card)).copied().collect();
        let address = addresses.into_iter().find(|address| *address != board.address)?;
        let name = self.switches.iter().find(|other| other.address == address).and_then(|other| other.name);
        Some((name.map_or_else(|| address.to_string(), str::to_owned), address))
    }
}
