//! What the other end of the cable says of itself: which switch, which port, which VLAN, how much power.

mod seen;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::{Mac, VlanId, Watts};
use crate::poe::{Class, End};
use crate::wire::Malformed;
use crate::wire::cdp::Cdp;
use crate::wire::edp::Edp;
use crate::wire::fdp::Fdp;
use crate::wire::lldp::{Lldp, dot3, med};
pub use seen::{Neighbour, NeighboursSeen};

/// By which protocol a neighbour speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Discovery {
    /// IEEE 802.1AB.
    Lldp,
    /// Cisco's.
    Cdp,
    /// Extreme's.
    Edp,
    /// Foundry's.
    Fdp,
}

impl fmt::Display for Discovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Discovery::Lldp => "LLDP",
            Discovery::Cdp => "CDP",
            Discovery::Edp => "EDP",
            Discovery::Fdp => "FDP",
        })
    }
}

/// What a neighbour says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A switch.
    Bridge,
    /// A router.
    Router,
    /// A telephone.
    Telephone,
    /// An access point.
    AccessPoint,
    /// Anything that only uses the network.
    Station,
}

/// What an application of the device shall use, for telephones first (ANSI/TIA-1057, 10.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// 1 voice, 2 voice signalling, 3 guest voice, 4 guest signalling, 5 softphone, 6 conference, 7 video, 8 video signalling.
    pub application: u8,
    /// It sends with a VLAN tag.
    pub tagged: bool,
    /// The VLAN.
    pub vlan: Option<VlanId>,
    /// The 802.1p priority, 0 to 7; `None` where the protocol has none.
    pub priority: Option<u8>,
    /// The DSCP, 0 to 63; likewise.
    pub dscp: Option<u8>,
}

/// What a neighbour says of power over Ethernet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct PowerTold {
    /// How much the message tells: 0 a class or watts alone, 1 as 802.3at has it, 2 as 802.3bt has it.
    pub detail: u8,
    /// It feeds; else it is fed.
    pub feeds: bool,
    /// The port may feed and is switched on; `None` where this is not told.
    pub enabled: Option<bool>,
    /// Type 1 (802.3af), 2 (802.3at), 3 or 4 (802.3bt).
    pub power_type: Option<u8>,
    /// The class of the device, 0 to 8.
    pub class: Option<u8>,
    /// 1 critical, 2 high, 3 low.
    pub priority: Option<u8>,
    /// What the device asks for, in milliwatts at the device.
    #[serde(rename = "requested_mw")]
    pub requested: Option<Watts>,
    /// What the port grants, in milliwatts at the device.
    #[serde(rename = "allocated_mw")]
    pub allocated: Option<Watts>,
    /// The most that the port can give, in milliwatts.
    #[serde(rename = "available_mw")]
    pub available: Option<Watts>,
}

impl PowerTold {
    /// The most that the port can give as far as it tells: a figure, else what its type gives at the port.
    pub fn most(&self) -> Option<Watts> {
        let of_type = |number| match number {
            1 => Class::new(3),
            2 => Class::new(4),
            3 => Class::new(6),
            4 => Class::new(8),
            _ => None,
        };
        let known = self.available.filter(|watts| watts.milliwatts() > 0);
        known.or_else(|| Some(of_type(self.power_type?)?.watts(End::Pse)))
    }

    fn of_dot3(told: &dot3::Power) -> PowerTold {
        let feeds = told.at.map_or(told.feeds, |at| !at.is_pd);
        PowerTold {
            detail: told.detail(),
            feeds,
            enabled: feeds.then_some(told.supported && told.enabled),
            power_type: told.best_type(),
            class: told.best_class().map(Class::number),
            priority: told.at.map(|at| at.priority).filter(|priority| *priority > 0),
            requested: told.at.map(|at| at.requested),
            allocated: told.at.map(|at| at.allocated),
            available: told.bt.map(|bt| bt.max_available),
        }
    }

    fn of_med(told: &med::Power) -> PowerTold {
        let watts = Some(told.watts);
        PowerTold {
            feeds: !told.is_pd,
            priority: Some(told.priority).filter(|priority| *priority > 0),
            requested: watts.filter(|_| told.is_pd),
            available: watts.filter(|_| !told.is_pd),
            ..PowerTold::default()
        }
    }

    fn of_cdp(told: &Cdp) -> Option<PowerTold> {
        let available = told.available.iter().flatten().max().copied();
        let feeds = !told.available.is_empty();
        let asked = told.requested.first().copied().or(told.consumption);
        (feeds || asked.is_some()).then(|| PowerTold {
            feeds,
            available: available.filter(|_| feeds),
            requested: asked.filter(|_| !feeds),
            ..PowerTold::default()
        })
    }
}

/// One message of a neighbour, as far as the kit has a use for it. Texts are as sent: whoever shows them cleans them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Advertised {
    /// By which protocol.
    pub protocol: Discovery,
    /// The card that sent it.
    pub source: Mac,
    /// For how many seconds it holds; 0 takes back what was said before.
    pub ttl_s: u16,
    /// Which device: an address, a serial number, a name.
    pub chassis: String,
    /// Which port of it, in its own words.
    pub port: String,
    /// The port, described by whoever set the device up.
    pub port_description: Option<String>,
    /// The device's name.
    pub name: Option<String>,
    /// Its hardware and software.
    pub description: Option<String>,
    /// What it is.
    pub roles: BTreeSet<Role>,
    /// Where it is managed.
    pub addresses: BTreeSet<IpAddr>,
    /// The VLAN of frames without a tag.
    #[schemars(with = "Option<u16>")]
    pub vlan: Option<VlanId>,
    /// What applications shall use.
    pub policies: Vec<Policy>,
    /// Its end sends and receives at the same time.
    pub full_duplex: Option<bool>,
    /// The speed of its end, in megabits a second.
    pub speed_mbps: Option<u32>,
    /// The longest frame that it takes, in bytes.
    pub max_frame: Option<u16>,
    /// What it says of power: where it says several things, the one that tells most.
    pub power: Option<PowerTold>,
    /// What of the message could not be read, one line each.
    pub faults: Vec<String>,
}

/// By `dot3MauType` (IANA-MAU-MIB): megabits a second, and full duplex, of the copper types that a laptop meets.
const MAU_TYPES: [(u16, u32, bool); 7] =
    [(10, 10, false), (11, 10, true), (15, 100, false), (16, 100, true), (29, 1000, false), (30, 1000, true), (54, 10_000, true)];

/// For how long what EDP says holds: it does not tell (ExtremeXOS, `configure edp timeout`: 180 s).
const EDP_TIMEOUT_S: u16 = 180;

impl Advertised {
    /// What a frame of LLDP says.
    pub fn of_lldp(source: Mac, told: &Lldp) -> Advertised {
        let enabled = told.capabilities.map_or(0, |told| told.enabled);
        let roles = [(2, Role::Bridge), (3, Role::AccessPoint), (4, Role::Router), (5, Role::Telephone), (7, Role::Station)];
        let policy = |told: &med::Policy| Policy {
            application: told.application,
            tagged: told.tagged,
            vlan: told.vlan,
            priority: Some(told.priority),
            dscp: Some(told.dscp),
        };
        let mau = told.mac_phy.and_then(|told| MAU_TYPES.iter().find(|(mau, ..)| *mau == told.mau));
        Advertised {
            protocol: Discovery::Lldp,
            source,
            ttl_s: told.ttl,
            chassis: told.chassis.to_string(),
            port: told.port.to_string(),
            port_description: told.port_description.clone(),
            name: told.system_name.clone(),
            description: told.system_description.clone(),
            roles: roles.into_iter().filter(|(bit, _)| enabled >> bit & 1 != 0).map(|(_, role)| role).collect(),
            addresses: told.management.iter().map(|told| told.address).collect(),
            vlan: told.port_vlan,
            policies: told.med.policies.iter().filter(|told| !told.unknown).map(policy).collect(),
            full_duplex: mau.map(|(_, _, full)| *full),
            speed_mbps: mau.map(|(_, mbps, _)| *mbps),
            max_frame: told.max_frame,
            power: told.power.as_ref().map(PowerTold::of_dot3).or_else(|| told.med.power.as_ref().map(PowerTold::of_med)),
            faults: told.faults.iter().map(ToString::to_string).collect(),
        }
    }

    /// What a frame of CDP says.
    pub fn of_cdp(source: Mac, told: &Cdp) -> Advertised {
        let roles = [(0, Role::Router), (1, Role::Bridge), (3, Role::Bridge), (4, Role::Station), (7, Role::Telephone)];
        let able = told.capabilities.unwrap_or_default();
        let voice = Policy { application: med::Policy::VOICE, tagged: true, vlan: told.voice_vlan, priority: None, dscp: None };
        let described: Vec<&str> = [&told.platform, &told.software].into_iter().flatten().map(String::as_str).collect();
        Advertised {
            ttl_s: told.ttl.into(),
            chassis: told.device.clone().unwrap_or_default(),
            port: told.port.clone().unwrap_or_default(),
            name: told.device.clone(),
            description: (!described.is_empty()).then(|| described.join(", ")),
            roles: roles.into_iter().filter(|(bit, _)| able >> bit & 1 != 0).map(|(_, role)| role).collect(),
            addresses: told.management.iter().chain(&told.addresses).copied().collect(),
            vlan: told.native_vlan,
            policies: told.voice_vlan.map(|_| voice).into_iter().collect(),
            full_duplex: told.full_duplex,
            power: PowerTold::of_cdp(told),
            ..Advertised::nothing(Discovery::Cdp, source, &told.faults)
        }
    }

    /// What a frame of EDP says that tells a port. Only a switch of Extreme's speaks it.
    pub fn of_edp(source: Mac, told: &Edp) -> Advertised {
        let version = told.version.map(|parts| parts.map(|part| part.to_string()).join("."));
        Advertised {
            ttl_s: EDP_TIMEOUT_S,
            chassis: told.machine.map(|mac| mac.to_string()).unwrap_or_default(),
            port: told.port.map(|port| port.to_string()).unwrap_or_default(),
            name: told.name.clone(),
            description: version.map(|version| format!("Extreme {version}")),
            roles: [Role::Bridge].into(),
            ..Advertised::nothing(Discovery::Edp, source, &told.faults)
        }
    }

    /// What a frame of FDP says.
    pub fn of_fdp(source: Mac, told: &Fdp) -> Advertised {
        let role = match told.capability.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("router") => Some(Role::Router),
            Some("switch" | "bridge") => Some(Role::Bridge),
            Some("host") => Some(Role::Station),
            _ => None,
        };
        let described: Vec<&str> = [&told.platform, &told.software].into_iter().flatten().map(String::as_str).collect();
        Advertised {
            ttl_s: told.ttl.into(),
            chassis: told.device.clone().unwrap_or_default(),
            port: told.port.clone().unwrap_or_default(),
            name: told.device.clone(),
            description: (!described.is_empty()).then(|| described.join(", ")),
            roles: role.into_iter().collect(),
            addresses: told.addresses.iter().copied().map(IpAddr::V4).collect(),
            vlan: told.native_vlan,
            ..Advertised::nothing(Discovery::Fdp, source, &told.faults)
        }
    }

    /// A message that says nothing yet.
    fn nothing(protocol: Discovery, source: Mac, faults: &[Malformed]) -> Advertised {
        Advertised {
            protocol,
            source,
            ttl_s: 0,
            chassis: String::new(),
            port: String::new(),
            port_description: None,
            name: None,
            description: None,
            roles: BTreeSet::new(),
            addresses: BTreeSet::new(),
            vlan: None,
            policies: Vec::new(),
            full_duplex: None,
            speed_mbps: None,
            max_frame: None,
            power: None,
            faults: faults.iter().map(ToString::to_string).collect(),
        }
    }

    /// What it is called: its name, else what it is known by.
    pub fn called(&self) -> &str {
        self.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.chassis)
    }

    /// It sends on what others send to it.
    pub fn is_switch(&self) -> bool {
        (self.roles.contains(&Role::Bridge) || self.roles.contains(&Role::Router)) && !self.roles.contains(&Role::Telephone)
    }

    /// The VLAN of telephones.
    pub fn voice_vlan(&self) -> Option<VlanId> {
        self.policies
            .iter()
            .find(|policy| policy.application == med::Policy::VOICE && policy.tagged)
            .and_then(|policy| policy.vlan)
    }

    /// Who speaks, and from which port.
    fn place(&self) -> Place {
        (self.protocol, self.chassis.clone(), self.port.clone())
    }
}

/// A protocol, a device and its port.
type Place = (Discovery, String, String);
