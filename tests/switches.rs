//! Recordings of real switches, from the walk to the port that a card is plugged into.

use std::io::{self, Write};
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use trousse::mib::{Refusals, Tables, Value, Varbind};
use trousse::net::{Mac, Moment};
use trousse::observe::{Behind, Fact, Inventory, Observation, Plug, SwitchTold};
use trousse::oui::Vendors;

const SWITCH: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// A walk in snmpsim's own format, `OID|type|value`. They are not ours to give away: they lie in the folder that `TROUSSE_FIXTURES`
/// names, else beside this repository.
fn recorded(name: &str) -> Option<Vec<Varbind>> {
    let folder = std::env::var_os("TROUSSE_FIXTURES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"));
    let Ok(bytes) = std::fs::read(folder.join("snmp").join(name)) else {
        // Not by eprintln!, which the test harness keeps to itself when a test passes.
        let said = writeln!(io::stderr(), "not run: needs the recording snmp/{name} (TROUSSE_FIXTURES names the folder)");
        said.expect("standard error is open");
        return None;
    };
    let hexadecimal = |text: &str| {
        let octet = |at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        (0..text.len()).step_by(2).map(octet).collect::<Option<Box<[u8]>>>()
    };
    let varbind = |line: &str| {
        let mut fields = line.splitn(3, '|');
        let oid: Vec<u32> = fields.next()?.split('.').map(|arc| arc.parse().ok()).collect::<Option<_>>()?;
        let (kind, text) = (fields.next()?, fields.next()?);
        let value = match kind {
            "2" | "65" | "66" | "67" | "70" => Value::Number(text.parse().ok()?),
            "4" => Value::Octets(text.as_bytes().into()),
            "4x" => Value::Octets(hexadecimal(text)?),
            _ => Value::Other,
        };
        Some(Varbind::new(oid, value))
    };
    Some(String::from_utf8_lossy(&bytes).lines().filter_map(varbind).collect())
}

fn inventory(walk: &[Varbind]) -> Inventory {
    let mut inventory = Inventory::new(Vendors::builtin());
    for tables in Tables::ALL {
        let mut refused = Refusals::default();
        let said = tables.read(walk, &mut refused);
        let fact = Fact::SwitchTold(Box::new(SwitchTold::answered(SWITCH, tables, said, &refused, Vec::new())));
        inventory.fold(&Observation { at: Moment::default(), frame: None, fact });
    }
    inventory
}

fn plug(inventory: &Inventory, mac: &str) -> Plug {
    let mac: Mac = mac.parse().expect("a MAC");
    inventory.switchboard().plugs(mac).pop().unwrap_or_else(|| panic!("{mac} is not learned"))
}

#[test]
fn an_aggregate_of_links_to_a_switch_that_speaks_cdp_is_an_uplink() {
    let Some(walk) = recorded("ios_2960x.snmprec") else { return };
    let inventory = inventory(&walk);
    let uplink = plug(&inventory, "04:62:73:20:de:14");
    assert_eq!(uplink.port, "Po1");
    let Behind::Switch { name, addresses, .. } = &uplink.behind else { panic!("{uplink:?}") };
    assert_eq!((name.as_str(), &addresses[..]), ("acme-fr-s-001", &[IpAddr::from([10, 54, 64, 5])][..]));
    // An access point is no switch to ask: its own card is the only one there in this VLAN.
    let access_point = plug(&inventory, "64:f6:9d:b1:db:0c");
    assert_eq!((access_point.port.as_str(), access_point.cards, access_point.is_edge()), ("Gi1/0/5", 1, true));
    assert_eq!((access_point.up, access_point.full_duplex), (Some(true), Some(true)));
}

#[test]
fn a_small_switch_tells_port_vlan_and_how_many_cards_are_behind_it() {
    let Some(walk) = recorded("linksys-ss_lgs318p.snmprec") else { return };
    let inventory = inventory(&walk);
    let alone = plug(&inventory, "00:62:6e:85:f0:bb");
    assert_eq!((alone.port.as_str(), alone.vlan.map(u16::from), alone.cards), ("gi8", Some(20), 1));
    assert_eq!(alone.behind, Behind::Card);
    let several = plug(&inventory, "00:16:3e:1c:5d:33");
    assert_eq!((several.port.as_str(), several.cards, several.behind), ("gi10", 4, Behind::Several));
    // 184.39.235.89.150.43 is on port 49 in two VLANs: one port, told once.
    let twice = "b8:27:eb:59:96:2b".parse().expect("a MAC");
    assert_eq!(inventory.switchboard().plugs(twice).len(), 1);
    assert_eq!(inventory.switchboard().alone_twice(), []);
}
