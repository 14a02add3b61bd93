//! A floor of outlets: one good, one that fails in several ways, one of which little is known, one without a link, one left out,
//! one not yet gone to, and one with a hostile name.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trousse::certify::journal::{self, Entry, Opened};
use trousse::certify::judge::judge;
use trousse::certify::{Certificate, Measured, Profile, list};
use trousse::site::Outlet;

const LIST: &str = "label;panel;switch;port;vlan;voice_vlan;profile\n\
    A1;P1-01;sw-etage-1;Gi1/0/1;20;;\n\
    A2;P1-02;sw-etage-1;Gi1/0/2;20;30;telephone\n\
    A3;P1-03;;;;;poe-access-point\n\
    A4;P1-04;;;;;\n\
    A5;P1-05;sw-etage-1;Gi1/0/5;;;\n\
    A6;;;;;;\n\
    =A7<b>;\"@x,\";;;;;\n";

fn card(carrier: bool, mbps: Option<u32>) -> Value {
    let silent = json!({"not-measurable": "nothing-told"});
    let told = |value: Option<Value>| value.map_or(silent.clone(), |value| json!({"is": value}));
    json!({
        "carrier": carrier, "why_down": told((!carrier).then(|| json!({"state": 4, "substate": null}))),
        "speed_mbps": told(mbps.map(Value::from)), "duplex": told(mbps.map(|_| json!("full"))), "negotiates": silent,
        "ours": silent, "theirs": silent, "mdix": silent, "quality": silent, "eee": silent, "power": silent, "driver": silent,
    })
}

fn measured(mbps: u32, port: &str, more: Value) -> Measured {
    let mut all = json!({
        "card": card(true, Some(mbps)),
        "errors": {"watched_ms": 4001, "received": 7, "receive_errors": 0, "crc_errors": 0, "alignment_errors": 0, "send_errors": 0, "collisions": 0},
        "listened_ms": 4001,
        "neighbour": {"protocol": "lldp", "switch": "sw-etage-1", "port": port, "vlan": 20, "voice_vlan": null, "poe_class": 4, "poe": 25_500},
        "dhcp": ["10.0.20.1"],
        "gateways": [{"ip": "10.0.20.1", "sent": 20, "lost": 0}],
        "lost": 0,
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    serde_json::from_value(all).expect("what was measured")
}

/// The certificate.
pub(crate) fn floor() -> Certificate {
    Certificate::of(&walk())
}

/// The journal that it is made from.
pub(crate) fn walk() -> Vec<Entry> {
    let outlets = list::parse(LIST).expect("a list");
    let names = ["gigabit-office", "telephone", "poe-access-point"];
    let profiles: BTreeMap<String, Profile> =
        names.map(|name| (name.to_owned(), Profile::find(name).expect("a profile"))).into_iter().collect();
    let opened = Opened {
        schema: journal::SCHEMA.to_owned(),
        version: "0.1.0".to_owned(),
        at: "2026-11-21T09:00:00.000Z".to_owned(),
        site: Some("Hôtel des Tilleuls".to_owned()),
        interface: "eth0".to_owned(),
        profile: "gigabit-office".to_owned(),
        profiles: profiles.clone(),
        outlets: outlets.clone(),
    };
    let mut walk = vec![Entry::Opened(Box::new(opened))];
    let nothing = json!({"neighbour": null, "listened_ms": 30_000, "errors": null, "dhcp": [], "gateways": []});
    let hostile = json!({"neighbour": {"protocol": "lldp", "switch": "=cmd|' /C calc'!A0\u{1b}[2J", "port": "<script>\u{202e}", "vlan": null,
                                       "voice_vlan": null, "poe_class": null, "poe": null}});
    let down = Measured { card: serde_json::from_value(card(false, None)).ok(), ..Measured::default() };
    let results: [(&Outlet, Measured); 5] = [
        (&outlets[0], measured(1000, "GigabitEthernet1/0/1", json!({}))),
        (&outlets[1], measured(100, "GigabitEthernet1/0/12", json!({"gateways": [{"ip": "10.0.20.1", "sent": 20, "lost": 3}]}))),
        (&outlets[2], measured(1000, "GigabitEthernet1/0/3", nothing)),
        (&outlets[3], down),
        (&outlets[6], measured(1000, "x", hostile)),
    ];
    for (minute, (outlet, measured)) in (1..).zip(results) {
        let profile = outlet.profile.clone().unwrap_or_else(|| "gigabit-office".to_owned());
        let rows = judge(outlet, &profiles[&profile], &measured, Certificate::of(&walk).also_at(&outlet.label, &measured));
        let (at, label) = (format!("2026-11-21T09:0{minute}:00.000Z"), outlet.label.clone());
        walk.push(Entry::Measured(Box::new(journal::Result { at, label, profile, measured, rows })));
    }
    walk.push(Entry::Skipped { at: "2026-11-21T09:08:00.000Z".to_owned(), label: "A5".to_owned() });
    walk
}
