//! The switches that were asked over SNMP, and where cards are plugged in.

use std::collections::BTreeSet;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::Mac;
use crate::observe::{Inventory, Plug, RefusedValue, Unanswered, WalkCut};
use crate::site::Plan;

/// A switch that was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SwitchRow {
    /// Its address.
    pub address: IpAddr,
    /// Its name (sysName), else that of the plan.
    pub name: Option<String>,
    /// Its maker, model and software (sysDescr).
    pub description: Option<String>,
    /// Why it did not tell, where it did not.
    pub unanswered: Option<Unanswered>,
    /// Columns that were not read to their end.
    pub cut: Vec<WalkCut>,
    /// How many values were not what their table says they are.
    pub refusals: u32,
    /// The first of them.
    pub refused: Vec<RefusedValue>,
}

/// Where a card is plugged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Whereabouts {
    /// The card.
    pub mac: Mac,
    /// Who made it, where its address tells.
    pub vendor: Option<String>,
    /// It is the laptop's own.
    pub ours: bool,
    /// The port it is plugged into; `None` where none of the switches asked has learned it there.
    pub plug: Option<Plug>,
    /// Every port that has learned it, from the uplinks to the port it is plugged into.
    pub way: Vec<Plug>,
    /// The wall outlet that leads to the port, by the plan.
    pub outlet: Option<String>,
    /// The label of that outlet on the patch panel.
    pub panel: Option<String>,
}

/// The switches, by address.
pub(super) fn switch_rows(inventory: &Inventory, plan: &Plan) -> Vec<SwitchRow> {
    let seen = inventory.switches();
    let addresses: BTreeSet<IpAddr> = seen.to_ask().chain(seen.all().map(|switch| switch.address)).collect();
    let row = |address: IpAddr| {
        let switch = seen.at(address);
        let system = switch.and_then(|switch| switch.system());
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let planned = plan.switches.iter().find(|switch| switch.address.map(IpAddr::from) == Some(address));
        let tellings: Vec<_> = switch.iter().flat_map(|switch| switch.tellings()).collect();
        SwitchRow {
            address,
            name: system.and_then(|system| text(&system.name)).or_else(|| planned.map(|switch| switch.name.clone())),
            description: system.and_then(|system| text(&system.description)),
            unanswered: tellings.iter().find_map(|told| told.said.as_ref().err().cloned()),
            cut: tellings.iter().flat_map(|told| told.cut.iter().cloned()).collect(),
            refusals: tellings.iter().fold(0, |sum: u32, told| sum.saturating_add(told.refusals)),
            refused: tellings.iter().flat_map(|told| told.refused.iter().cloned()).collect(),
        }
    };
    addresses.into_iter().map(row).collect()
}

/// The cards that were looked for; where none was, our own.
pub(super) fn whereabouts(inventory: &Inventory, plan: &Plan) -> Vec<Whereabouts> {
    if inventory.switches().all().next().is_none() {
        return Vec::new();
    }
    let board = inventory.switchboard();
    let mut cards = inventory.sought_cards();
    if inventory.switches().sought().next().is_none() {
        cards.extend(inventory.card().map(|card| card.mac));
    }
    let of = |mac: Mac| {
        let (way, plug) = (board.plugs(mac), board.plug_of(mac));
        let outlet = plug.as_ref().and_then(|plug| plan.outlet_at(&plug.switch_called(), plug.switch, &plug.port));
        Whereabouts {
            mac,
            vendor: inventory.vendor(mac).name().map(str::to_owned),
            ours: inventory.is_our_card(mac),
            outlet: outlet.map(|outlet| outlet.label.clone()),
            panel: outlet.and_then(|outlet| outlet.panel.clone()),
            plug,
            way,
        }
    };
    cards.into_iter().map(of).collect()
}
