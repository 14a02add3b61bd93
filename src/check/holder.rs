//! One owner of a contested address, as a finding tells of it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::Inferred;
use crate::language::Language;
use crate::lease::Lease;
use crate::net::{Mac, Moment};
use crate::observe::{Inventory, Name};
use crate::site::Plan;

/// A card that holds an address, with everything that tells it from the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Holder {
    /// The card.
    pub mac: Mac,
    /// Who made it, where its address tells.
    pub vendor: Option<String>,
    /// The address is administered locally: random or virtual.
    pub local: bool,
    /// What kind of device it seems to be, and what that was inferred from.
    pub kind: Option<Inferred>,
    /// What it says that it is called.
    pub names: Vec<Name>,
    /// Microseconds from request to reply, the shortest.
    pub rtt_us: Option<u32>,
    /// How many claims were heard from it.
    pub answers: u32,
    /// Whether it answered a request addressed to it alone; `null` where it was not asked so.
    #[serde(rename = "unicast")]
    pub alone: Option<bool>,
    /// When it was first heard.
    #[serde(rename = "first_ms")]
    pub first: Moment,
    /// When it was last heard.
    #[serde(rename = "last_ms")]
    pub last: Moment,
    /// The name that the plan gives to this card.
    pub planned: Option<String>,
    /// What a lease file says of the address for this card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// The port of a switch that it is plugged into, where switches were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugged: Option<PluggedIn>,
}

/// Where a device is plugged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PluggedIn {
    /// The switch, by its name, else by its address.
    pub switch: String,
    /// The port, as the switch names it.
    pub port: String,
    /// The wall outlet that leads there, by the plan.
    pub outlet: Option<String>,
}

impl PluggedIn {
    /// Where a card is plugged in; `None` where no switch that was asked has learned it.
    fn of(inventory: &Inventory, plan: &Plan, mac: Mac) -> Option<PluggedIn> {
        let plug = inventory.switchboard().plug_of(mac)?;
        let switch = plug.switch_called();
        let outlet = plan.outlet_at(&switch, plug.switch, &plug.port).map(|outlet| outlet.label.clone());
        Some(PluggedIn { switch, port: plug.port, outlet })
    }

    /// As in `port Gi1/0/12 of sw-1, outlet B15`.
    pub fn say(&self, language: Language) -> String {
        let (switch, port) = (&self.switch, &self.port);
        let outlet = self.outlet.as_ref();
        let outlet =
            outlet.map(|label| language.pick(format!(", outlet {label}"), format!(", prise {label}"))).unwrap_or_default();
        language.pick(format!("port {port} of {switch}{outlet}"), format!("port {port} de {switch}{outlet}"))
    }
}

impl Holder {
    /// What is known of a card that claims an address.
    pub fn of(inventory: &Inventory, plan: &Plan, ip: IpAddr, mac: Mac) -> Holder {
        let owner = inventory.claim(ip, mac).cloned().unwrap_or_default();
        Holder {
            mac,
            vendor: inventory.vendor(mac).name().map(str::to_owned),
            local: mac.is_local(),
            kind: inventory.kind(ip, mac),
            names: owner.names.iter().cloned().collect(),
            rtt_us: owner.rtt_us,
            answers: owner.answers,
            alone: owner.alone,
            first: owner.first,
            last: owner.last,
            planned: plan.fixed.iter().find(|fixed| fixed.mac == Some(mac)).map(|fixed| fixed.name.clone()),
            lease: inventory.lease_of(ip, mac).cloned(),
            plugged: PluggedIn::of(inventory, plan, mac),
        }
    }

    /// The device in a few words: what it is, who made it, what it is called, and its MAC.
    pub fn describe(&self, language: Language) -> String {
        let name = self.planned.as_deref().or(self.names.first().map(|name| name.name.as_str()));
        let device = describe(self.mac, self.kind.as_ref(), self.vendor.as_deref(), name, language);
        match self.plugged.as_ref().map(|plugged| plugged.say(language)) {
            Some(place) => language.pick(format!("{device} on {place}"), format!("{device} sur le {place}")),
            None => device,
        }
    }
}

/// A device in a few words: what it is, who made it, what it is called, and its MAC.
pub fn describe(mac: Mac, kind: Option<&Inferred>, vendor: Option<&str>, name: Option<&str>, language: Language) -> String {
    let what = match kind {
        Some(inferred) => inferred.kind.word(language).to_owned(),
        None => language.pick("device", "appareil").to_owned(),
    };
    let maker = match vendor {
        Some(vendor) => format!(" {vendor}"),
        None if mac.is_local() => {
            language.pick(" with a random or virtual address", " à adresse aléatoire ou virtuelle").to_owned()
        }
        None => language.pick(" of an unknown maker", " de fabricant inconnu").to_owned(),
    };
    let quoted = |name: &str| language.pick(format!(" “{name}”"), format!(" « {name} »"));
    format!("{what}{maker}{} ({mac})", name.map(quoted).unwrap_or_default())
}

/// The descriptions joined as a sentence joins them: `a, b and c`.
pub fn list(holders: &[Holder], language: Language) -> String {
    join(&holders.iter().map(|holder| holder.describe(language)).collect::<Vec<_>>(), language)
}

/// Texts joined as a sentence joins them.
pub fn join<T: ToString>(texts: &[T], language: Language) -> String {
    let texts: Vec<String> = texts.iter().map(T::to_string).collect();
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("{}{}{last}", rest.join(", "), language.pick(" and ", " et "))
        }
        _ => texts.concat(),
    }
}
