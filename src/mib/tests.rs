//! The tables on walks: made ones, and recordings of real switches where they are at hand.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::forwarding::{BridgePort, forwarding};
use super::interfaces::interfaces;
use super::neighbours::neighbours;
use super::place::{Behind, Places};
use super::power_ethernet::{Detection, power};
use super::*;
use crate::net::{Mac, Watts};

fn mac(text: &str) -> Mac {
    text.parse().expect("a MAC")
}

/// A walk in snmpsim's own format, `OID|type|value`: the types 2, 65 to 67 and 70 are numbers, 4 text, 4x hexadecimal, 6 an
/// object.
pub(super) fn walk(lines: &str) -> Vec<Varbind> {
    let varbind = |line: &str| {
        let mut fields = line.splitn(3, '|');
        let oid: Vec<u32> = fields.next()?.split('.').map(|arc| arc.parse().ok()).collect::<Option<_>>()?;
        let (kind, text) = (fields.next()?, fields.next()?);
        let value = match kind {
            "2" | "65" | "66" | "67" | "70" => Value::Number(text.parse().ok()?),
            "4" => Value::Octets(text.as_bytes().into()),
            "4x" => Value::Octets(
                (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect::<Option<_>>()?,
            ),
            "6" => Value::Object(text.split('.').map(|arc| arc.parse().ok()).collect::<Option<_>>()?),
            _ => Value::Other,
        };
        Some(Varbind::new(oid, value))
    };
    lines.lines().filter_map(varbind).collect()
}

/// A recording of a real switch. They are not ours to give away: they lie in the folder that `TROUSSE_FIXTURES` names, else
/// beside this repository.
pub(super) fn recording(name: &str) -> Option<Vec<Varbind>> {
    let folder = std::env::var_os("TROUSSE_FIXTURES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"));
    let path = folder.join("snmp").join(name);
    if !path.is_file() {
        let said = writeln!(std::io::stderr(), "not run: needs the recording snmp/{name} (TROUSSE_FIXTURES names the folder)");
        said.expect("standard error is open");
        return None;
    }
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(walk(&String::from_utf8_lossy(&bytes)))
}

const SWITCH: &str = "\
1.0.8802.1.1.2.1.3.7.1.3.49|4|gi1
1.0.8802.1.1.2.1.3.7.1.3.52|4|gi4
1.0.8802.1.1.2.1.4.1.1.7.0.49.1|4|g24
1.0.8802.1.1.2.1.4.1.1.7.0.52.2|4|port 1
1.0.8802.1.1.2.1.4.1.1.9.0.49.1|4|core
1.0.8802.1.1.2.1.4.1.1.9.0.52.2|4|telephone
1.0.8802.1.1.2.1.4.1.1.12.0.49.1|4x|2800
1.0.8802.1.1.2.1.4.1.1.12.0.52.2|4x|2400
1.0.8802.1.1.2.1.4.2.1.3.0.49.1.1.4.10.0.0.2|2|2
1.3.6.1.2.1.2.2.1.8.101|2|1
1.3.6.1.2.1.2.2.1.8.102|2|2
1.3.6.1.2.1.17.1.4.1.2.1|2|101
1.3.6.1.2.1.17.1.4.1.2.2|2|102
1.3.6.1.2.1.17.1.4.1.2.3|2|103
1.3.6.1.2.1.17.1.4.1.2.4|2|104
1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.1|2|1
1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.2|2|2
1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.3|2|3
1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.4|2|3
1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.5|2|4
1.3.6.1.2.1.17.7.1.2.2.1.2.10.2.0.0.0.0.9|2|2
1.3.6.1.2.1.17.7.1.2.2.1.2.20.2.0.0.0.0.9|2|3
1.3.6.1.2.1.17.7.1.2.2.1.3.10.2.0.0.0.0.255|2|4
1.3.6.1.2.1.31.1.1.1.1.101|4|gi1
1.3.6.1.2.1.31.1.1.1.1.102|4|gi2
1.3.6.1.2.1.31.1.1.1.1.103|4|gi3
1.3.6.1.2.1.31.1.1.1.1.104|4|gi4
1.3.6.1.2.1.31.1.1.1.18.102|4|desk 2";

/// What lies behind each port a card was learned on, in words.
fn told(card: &str) -> Vec<(u16, usize, String)> {
    let (walk, mut refused) = (walk(SWITCH), Refusals::default());
    let (forwarding, ports, near) =
        (forwarding(&walk, &mut refused), interfaces(&walk, &mut refused), neighbours(&walk, &mut refused));
    assert_eq!(refused, Refusals::default());
    let behind = |behind: &Behind<'_>| match behind {
        Behind::Card => "card".to_owned(),
        Behind::Switch(near) => format!("{} {} {:?}", near.name, near.their_port, near.addresses),
        Behind::Telephone(near) => near.name.clone(),
        Behind::Several => "several".to_owned(),
    };
    let places = Places::new(&forwarding, &ports, &near).of(mac(card));
    places.iter().map(|place| (place.port.number, place.cards, behind(&place.behind))).collect()
}

#[test]
fn an_uplink_is_told_from_a_port_a_card_is_plugged_into() {
    assert_eq!(told("02:00:00:00:00:01"), [(1, 1, "core g24 [10.0.0.2]".to_owned())]);
    assert_eq!(told("02:00:00:00:00:03"), [(3, 3, "several".to_owned())]);
    assert_eq!(told("02:00:00:00:00:05"), [(4, 1, "telephone".to_owned())]);
    assert_eq!(told("02:00:00:00:00:aa"), []);
}

#[test]
fn a_card_on_two_ports_is_told_with_both() {
    let ports: Vec<u16> = told("02:00:00:00:00:09").iter().map(|place| place.0).collect();
    assert_eq!(ports, [2, 3]);
}

#[test]
fn a_card_alone_on_its_port_is_plugged_in_there() {
    let alone = SWITCH.replace("10.2.0.0.0.0.9|2|2", "10.2.0.0.0.0.9|2|3");
    let (walk, mut refused) = (walk(&alone), Refusals::default());
    let (forwarding, ports) = (forwarding(&walk, &mut refused), interfaces(&walk, &mut refused));
    let found = Places::new(&forwarding, &ports, &[]).of(mac("02:00:00:00:00:02"));
    let [place] = &found[..] else { panic!("one port: {found:?}") };
    assert_eq!((place.behind.clone(), place.port), (Behind::Card, BridgePort { number: 2, interface: Some(102) }));
    let port = place.interface.expect("the switch names it");
    assert_eq!((port.name.as_str(), port.alias.as_str(), port.up), ("gi2", "desk 2", Some(false)));
}

#[test]
fn a_value_that_is_not_what_it_should_be_is_one_refusal_and_the_rest_is_read() {
    let hostile = "\
1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.1|4|seven
1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.256|2|7
1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.1|2|7
1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.2|2|-1
1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.3|2|0
1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.4|2|7";
    let mut refused = Refusals::default();
    let table = forwarding(&walk(hostile), &mut refused);
    assert_eq!(table.learned.into_keys().collect::<Vec<_>>(), [mac("02:00:00:00:00:04")]);
    assert_eq!(refused.count, 4);
    assert!(refused.first.iter().all(|refused| refused.object == "dot1dTpFdbPort"));
}

#[test]
fn refusals_are_counted_and_only_the_first_are_kept() {
    let hostile: Vec<Varbind> =
        (0..1_000).map(|row| Varbind::new([1, 3, 6, 1, 2, 1, 105, 1, 1, 1, 6, 1, row], Value::Number(99))).collect();
    let mut refused = Refusals::default();
    assert_eq!(power(&hostile, &mut refused).ports.len(), 0);
    assert_eq!((refused.count, refused.first.len()), (1_000, MOST_REFUSED));
}

#[test]
fn what_a_pse_port_does_is_read_with_its_class_and_its_counters() {
    let table = "\
1.3.6.1.2.1.105.1.1.1.3.1.4|2|1
1.3.6.1.2.1.105.1.1.1.6.1.4|2|3
1.3.6.1.2.1.105.1.1.1.10.1.4|2|5
1.3.6.1.2.1.105.1.1.1.12.1.4|65|7
1.3.6.1.2.1.105.1.1.1.14.1.4|65|1
1.3.6.1.2.1.105.1.3.1.1.2.1|66|62
1.3.6.1.2.1.105.1.3.1.1.4.1|66|55";
    let mut refused = Refusals::default();
    let power = power(&walk(table), &mut refused);
    let port = &power.ports[&(1, 4)];
    assert_eq!((port.enabled, port.detection, port.class), (Some(true), Some(Detection::Delivering), Some(4)));
    assert_eq!((port.denied, port.overloads, port.shorts), (Some(7), None, Some(1)));
    assert_eq!(power.supplies[&1].nominal, Some(Watts::from_milliwatts(62_000)));
    assert_eq!(power.supplies[&1].drawn, Some(Watts::from_milliwatts(55_000)));
    assert_eq!(refused.count, 0);
}
