//! What was measured at an outlet: what our card, the neighbour at the other end, DHCP servers and the gateway told.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::neighbouring::one_switch;
use crate::net::{VlanId, Watts};
use crate::observe::{Advertised, CardState, ErrorsGrew, Inventory, Observation};
use crate::poe::{Class, End};

/// What was measured at an outlet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// What our card told.
    pub card: Option<CardState>,
    /// What it counted; `None` where its counters cannot be read or there was no link.
    pub errors: Option<ErrorsGrew>,
    /// For how long neighbours were listened for, in milliseconds; `None` where they were not.
    pub listened_ms: Option<u32>,
    /// Who was heard at the other end.
    pub neighbour: Option<Neighbour>,
    /// The DHCP servers that offered an address; `None` where none was asked.
    pub dhcp: Option<BTreeSet<Ipv4Addr>>,
    /// The gateways that were pinged, with the echo requests that were sent and those that came back.
    pub gateways: Vec<Pinged>,
    /// How often the link was lost while it was measured.
    pub lost: u32,
}

/// What the neighbour at the other end says of itself and of its port.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Neighbour {
    /// By which protocol: `lldp`, `cdp` …
    pub protocol: String,
    /// What it calls itself, not cleaned; else its identifier.
    pub switch: Option<String>,
    /// The port, as it names it; not cleaned.
    pub port: Option<String>,
    /// The VLAN of frames without a tag.
    pub vlan: Option<VlanId>,
    /// The VLAN of telephones.
    pub voice_vlan: Option<VlanId>,
    /// The class of PoE that the port gives.
    pub poe_class: Option<u8>,
    /// The power that a device may draw, at the device.
    #[schemars(with = "Option<u32>")]
    pub poe: Option<Watts>,
}

/// A gateway that was pinged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pinged {
    /// Its address.
    pub ip: IpAddr,
    /// Echo requests that were sent.
    pub sent: u32,
    /// Those that were not answered.
    pub lost: u32,
}

impl Neighbour {
    /// What a switch says; where it speaks two protocols, what the first does not tell is the second's.
    fn of(told: &[(Advertised, &Observation)]) -> Option<Neighbour> {
        let (first, _) = told.first()?;
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        // Of power, whoever tells more.
        let power = told.iter().filter_map(|(told, _)| told.power).max_by_key(|power| power.detail);
        let feeding = power.filter(|power| power.feeds && power.enabled != Some(false));
        let class = feeding.and_then(|power| Class::within(power.most()?));
        let nothing = power.filter(|_| feeding.is_none()).map(|_| Watts::default());
        Some(Neighbour {
            protocol: first.protocol.to_string().to_lowercase(),
            switch: text(first.called()),
            port: text(&first.port),
            vlan: told.iter().find_map(|(told, _)| told.vlan),
            voice_vlan: told.iter().find_map(|(told, _)| told.voice_vlan()),
            poe_class: class.map(Class::number),
            poe: class.map(|class| class.watts(End::Pd)).or(nothing),
        })
    }
}

impl Measured {
    /// Adds what a look at the link told.
    pub fn link(&mut self, inventory: &Inventory) {
        let card = inventory.driver();
        self.card = card.state().map(|(state, _)| state.clone());
        self.errors = card.errors().map(|(grew, _)| *grew);
        self.listened_ms = inventory.neighbours().listened_ms();
        self.neighbour = one_switch(inventory).ok().and_then(|told| Neighbour::of(&told));
    }

    /// Adds what a look for DHCP servers told.
    pub fn way_out(&mut self, inventory: &Inventory) {
        let offers = inventory.dhcp_servers().into_iter().filter(|server| server.offered.is_some());
        self.dhcp = Some(offers.map(|server| server.id()).collect());
        let pinged = inventory.path().pings().filter(|(_, replies)| replies.sent > 0);
        self.gateways = pinged.map(|(ip, replies)| Pinged { ip, sent: replies.sent, lost: replies.lost() }).collect();
    }

    /// Whether there was a link.
    pub fn has_link(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.carrier)
    }
}
