//! The power over Ethernet of the switches in a report.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mib::pse::FeedingPort;
use crate::observe::{Inventory, PortReadings, PowerOf, Unanswered};
use crate::poe::Class;
use crate::poe::budget::{Budget, budgets};
use crate::poe::fit::{Fit, fit};

/// One switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SwitchPower {
    /// Its address.
    pub switch: IpAddr,
    /// Why it told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<Unanswered>,
    /// From the first reading to the last, in milliseconds; 0 where there is one only.
    pub watched_ms: u64,
    /// Its ports that can give power.
    pub ports: Vec<PortRow>,
    /// What its supplies give.
    pub budgets: Vec<Budget>,
    /// Whether the devices that were asked about fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub will_fit: Option<Fit>,
}

/// One port, as told last, and by how much its counters grew meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PortRow {
    /// What was told.
    #[serde(flatten)]
    pub port: FeedingPort,
    /// Refusals since the first reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied_grew: Option<u32>,
    /// Overloads since the first reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overloads_grew: Option<u32>,
    /// Short circuits since the first reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shorts_grew: Option<u32>,
}

impl PortRow {
    fn of(readings: &PortReadings<'_>) -> PortRow {
        PortRow {
            port: readings.last.clone(),
            denied_grew: readings.grew(|port| port.told.denied),
            overloads_grew: readings.grew(|port| port.told.overloads),
            shorts_grew: readings.grew(|port| port.told.shorts),
        }
    }
}

/// A row for each switch that was asked; `will_fit` are the classes of devices that are to be plugged in.
pub(super) fn rows(inventory: &Inventory, will_fit: &[u8]) -> Vec<SwitchPower> {
    let classes: Vec<Class> = will_fit.iter().filter_map(|&class| Class::new(class)).collect();
    let row = |told: PowerOf<'_>| SwitchPower {
        switch: told.switch,
        unanswered: told.unanswered().cloned(),
        watched_ms: told.watched_ms(),
        ports: told.ports().map(|port| PortRow::of(&port)).collect(),
        budgets: told.feeding().map(budgets).unwrap_or_default(),
        will_fit: told.feeding().filter(|_| !classes.is_empty()).map(|feeding| fit(feeding, &classes)),
    };
    inventory.power().switches().map(row).collect()
}
