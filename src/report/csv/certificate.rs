//! The patching list: an outlet a row, what the list left blank filled in by the switch itself.

use super::{among, table, text};
use crate::certify::{Certificate, Certified, Limit, Outcome};
use crate::report::View;

/// The headings. Those of the list come first, so that one list may become the other.
const HEADINGS: [&str; 19] = [
    "label",
    "panel",
    "switch",
    "port",
    "vlan",
    "voice_vlan",
    "profile",
    "result",
    "speed_mbps",
    "duplex",
    "poe_class",
    "poe_w",
    "heard_switch",
    "heard_port",
    "heard_vlan",
    "heard_voice_vlan",
    "failed",
    "not_measured",
    "measured",
];

/// Writes every outlet.
pub(in crate::report) fn render(certificate: &Certificate, _: &View) -> String {
    table(HEADINGS, certificate.outlets.iter().map(row))
}

fn row(one: &Certified) -> [String; 19] {
    let name = |of: &Limit| super::tag(of, "what");
    let named = |wanted: fn(&Outcome) -> bool| {
        let names: Vec<String> = one.rows.iter().filter(|row| wanted(&row.outcome)).map(|row| name(&row.limit)).collect();
        among(&names)
    };
    let said = |of: Option<&str>| text(of.unwrap_or_default());
    let number = |of: Option<u32>| of.map(|number| number.to_string()).unwrap_or_default();
    let vlan = |of: Option<crate::net::VlanId>| number(of.map(|vlan| u16::from(vlan).into()));
    let neighbour = one.neighbour();
    let duplex = one.measured.as_ref().and_then(|measured| measured.card.as_ref()?.duplex.known());
    [
        text(&one.outlet.label),
        said(one.outlet.panel.as_deref()),
        said(one.switch()),
        said(one.port()),
        vlan(one.vlan()),
        vlan(one.voice_vlan()),
        text(&one.profile),
        super::tag(&one.standing, ""),
        number(one.speed_mbps()),
        duplex.map(|duplex| super::tag(duplex, "")).unwrap_or_default(),
        number(neighbour.and_then(|neighbour| neighbour.poe_class.map(u32::from))),
        neighbour.and_then(|neighbour| neighbour.poe.map(|power| power.to_string())).unwrap_or_default(),
        said(neighbour.and_then(|neighbour| neighbour.switch.as_deref())),
        said(neighbour.and_then(|neighbour| neighbour.port.as_deref())),
        vlan(neighbour.and_then(|neighbour| neighbour.vlan)),
        vlan(neighbour.and_then(|neighbour| neighbour.voice_vlan)),
        named(|outcome| *outcome == Outcome::Fail),
        named(|outcome| matches!(outcome, Outcome::NotMeasurable { .. })),
        one.at.clone().filter(|_| one.tries > 0).unwrap_or_default(),
    ]
}
