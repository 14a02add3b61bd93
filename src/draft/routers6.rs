//! The IPv6 routers: those of the plan, and those that were heard.

use toml::Value;

use super::{Draft, listed, string, strings};
use crate::report::Router6Row;

impl Draft<'_> {
    pub(super) fn routers6(&mut self) {
        let known = &self.known.routers6;
        let offers = |row: &&Router6Row| row.told.lifetime_s > 0 && row.planned != Some(true);
        let new: Vec<&Router6Row> = self.report.routers6.iter().filter(offers).collect();
        if known.is_empty() && new.is_empty() {
            return;
        }
        self.heading(
            "IPv6 routers: any other that offers itself is reported.",
            "Routeurs IPv6 : tout autre qui se propose est signalé.",
        );
        for router in known {
            let prefixes = (!router.prefixes.is_empty()).then(|| strings(router.prefixes.iter().map(ToString::to_string)));
            let rows = [
                ("name", router.name.as_deref().map(string)),
                ("address", router.address.map(|ip| Value::String(ip.to_string()))),
                ("mac", router.mac.map(|mac| Value::String(mac.to_string()))),
                ("prefixes", prefixes),
            ];
            self.known_table("router6", rows);
        }
        // Of several that nobody planned, a person must say which one should be there.
        let alone = known.is_empty() && new.len() == 1;
        for row in new {
            let rows = [
                ("address", Value::String(row.ip.to_string())),
                ("mac", Value::String(row.mac.to_string())),
                ("prefixes", strings(row.told.prefixes.iter().map(|told| told.prefix.to_string()))),
            ];
            let doubt = if alone { "" } else { self.language.pick("should it be here?", "a-t-il sa place ici ?") };
            let rows: Vec<_> =
                rows.into_iter().filter(|(_, value)| value.as_array().is_none_or(|list| !list.is_empty())).collect();
            self.table("router6", &rows, &listed(&[row.vendor.as_deref().unwrap_or_default(), doubt]), alone);
        }
    }
}
