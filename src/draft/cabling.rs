//! What the plan already says of switches and outlets: a draft keeps it.

use toml::Value;

use super::{Draft, string};
use crate::net::VlanId;

impl Draft<'_> {
    pub(super) fn cabling(&mut self) {
        if !self.known.switches.is_empty() || !self.known.outlets.is_empty() {
            self.heading("Switches and wall outlets.", "Commutateurs et prises murales.");
        }
        for switch in &self.known.switches {
            let address = switch.address.map(|ip| ip.to_string());
            let rows = [("name", Some(string(&switch.name))), ("address", address.map(Value::String))];
            self.known_table("switch", rows);
        }
        for outlet in &self.known.outlets {
            let text = |text: &Option<String>| text.as_deref().map(string);
            let number = |vlan: Option<VlanId>| vlan.map(|vlan| Value::Integer(u16::from(vlan).into()));
            let rows = [
                ("label", Some(string(&outlet.label))),
                ("panel", text(&outlet.panel)),
                ("switch", text(&outlet.switch)),
                ("port", text(&outlet.port)),
                ("vlan", number(outlet.vlan)),
                ("voice_vlan", number(outlet.voice_vlan)),
                ("profile", text(&outlet.profile)),
                ("power_class", outlet.power_class.map(|class| Value::Integer(class.into()))),
            ];
            self.known_table("outlet", rows);
        }
    }

    /// A table with the keys that have a value.
    pub(super) fn known_table<const N: usize>(&mut self, name: &str, rows: [(&'static str, Option<Value>); N]) {
        let rows: Vec<_> = rows.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        self.table(name, &rows, "", true);
    }
}
