//! The tables of four makers, and which socket a PSE port is.

use super::*;
use crate::mib::power_ethernet::{Detection, SupplyState};
use crate::mib::tests::{recording, walk};

fn told(lines: &str) -> Feeding {
    let mut refused = Refusals::default();
    let feeding = feeding(&walk(lines), &mut refused);
    assert_eq!(refused.count, 0, "{:?}", refused.first);
    feeding
}

fn milliwatts(count: u32) -> Option<Watts> {
    Some(Watts::from_milliwatts(count))
}

/// Two ports that the standard's table tells of, as numbers of group 1.
const TWO: &str = "\
1.3.6.1.2.1.105.1.1.1.6.1.3|2|3
1.3.6.1.2.1.105.1.1.1.6.1.4|2|2
";

#[test]
fn a_catalyst_tells_watts_by_port_what_it_denies_and_which_socket_it_is() {
    let feeding = told(&format!(
        "{TWO}\
1.3.6.1.2.1.2.2.1.3.3|2|53
1.3.6.1.2.1.2.2.1.8.10103|2|1
1.3.6.1.2.1.31.1.1.1.1.10103|4|Gi1/0/3
1.3.6.1.2.1.31.1.1.1.18.10103|4|reception
1.3.6.1.2.1.47.1.3.2.1.2.1012.0|6|1.3.6.1.2.1.2.2.1.1.10103
1.3.6.1.2.1.47.1.3.2.1.2.1013.0|6|1.3.6.1.2.1.2.2.1.1.10104
1.3.6.1.2.1.47.1.3.2.1.2.1013.7|6|1.3.6.1.2.1.2.2.1.1.99
1.3.6.1.4.1.9.9.402.1.2.1.5.1.3|4x|00
1.3.6.1.4.1.9.9.402.1.2.1.5.1.4|4x|80
1.3.6.1.4.1.9.9.402.1.2.1.6.1.3|66|30000
1.3.6.1.4.1.9.9.402.1.2.1.7.1.3|66|16800
1.3.6.1.4.1.9.9.402.1.2.1.9.1.3|66|6952
1.3.6.1.4.1.9.9.402.1.2.1.11.1.3|2|1012
1.3.6.1.4.1.9.9.402.1.2.1.11.1.4|2|1013"
    ));
    let [three, four] = &feeding.ports[..] else { panic!("two ports: {feeding:?}") };
    assert_eq!((three.limit, three.allocated, three.measured), (milliwatts(30_000), milliwatts(16_800), milliwatts(6_952)));
    assert_eq!((three.interface, three.trouble, three.told.detection), (Some(10_103), None, Some(Detection::Delivering)));
    assert_eq!((three.name.as_deref(), three.alias.as_deref(), three.up), (Some("Gi1/0/3"), Some("reception"), Some(true)));
    assert_eq!((four.interface, four.trouble, four.measured), (Some(10_104), Some(Trouble::Denied), None));
}

#[test]
fn a_procurve_tells_what_is_drawn_and_what_was_configured_where_that_counts() {
    let feeding = told(&format!(
        "{TWO}\
1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.4.1.3|2|3
1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.4.1.4|2|1
1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.7.1.3|2|20
1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.7.1.4|2|17
1.3.6.1.4.1.11.2.14.11.1.9.1.1.1.8.1.3|2|5400"
    ));
    let told: Vec<_> = feeding.ports.iter().map(|port| (port.measured, port.limit)).collect();
    assert_eq!(told, [(milliwatts(5_400), milliwatts(20_000)), (None, None)]);
}

#[test]
fn a_tp_link_has_no_table_of_the_standard_and_counts_tenths_of_a_watt() {
    let feeding = told(
        "\
1.3.6.1.4.1.11863.6.56.1.1.1.1.0|2|1920
1.3.6.1.4.1.11863.6.56.1.1.1.3.0|2|63
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.2.1|2|1
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.2.2|2|1
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.2.3|2|0
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.4.1|2|300
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.7.1|2|63
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.10.1|2|4
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.10.2|2|7
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.11.1|2|2
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.11.2|2|3
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.11.3|2|0",
    );
    let ports: Vec<_> = feeding.ports.iter().map(|port| (port.told.detection, port.told.class, port.trouble)).collect();
    let expected = [
        (Some(Detection::Delivering), Some(4), None),
        (Some(Detection::OtherFault), None, Some(Trouble::Overload)),
        (Some(Detection::Disabled), None, None),
    ];
    assert_eq!(ports, expected);
    assert_eq!((feeding.ports[0].measured, feeding.ports[0].limit), (milliwatts(6_300), milliwatts(30_000)));
    let [supply] = &feeding.supplies[..] else { panic!("one supply: {feeding:?}") };
    assert_eq!((supply.supply.nominal, supply.supply.drawn), (milliwatts(192_000), milliwatts(6_300)));
}

/// The ifIndex of each port of [`TWO`].
fn mapped(more: &str) -> Vec<Option<u32>> {
    told(&format!("{TWO}{more}")).ports.iter().map(|port| port.interface).collect()
}

#[test]
fn a_port_is_a_socket_only_where_a_convention_fits_every_port() {
    const SOCKETS: &str = "1.3.6.1.2.1.2.2.1.3.3|2|6\n1.3.6.1.2.1.2.2.1.3.4|2|6\n";
    const BRIDGE: &str = "1.3.6.1.2.1.17.1.4.1.2.3|2|103\n1.3.6.1.2.1.17.1.4.1.2.4|2|104\n";
    assert_eq!(mapped(SOCKETS), [Some(3), Some(4)]);
    assert_eq!(mapped(BRIDGE), [Some(103), Some(104)]);
    // Both fit and contradict each other; the second is no socket; nothing is told; one port has no bridge port.
    assert_eq!(mapped(&format!("{SOCKETS}{BRIDGE}")), [None, None]);
    assert_eq!(mapped("1.3.6.1.2.1.2.2.1.3.3|2|6\n1.3.6.1.2.1.2.2.1.3.4|2|53\n"), [None, None]);
    assert_eq!(mapped(""), [None, None]);
    assert_eq!(mapped("1.3.6.1.2.1.17.1.4.1.2.3|2|103\n"), [None, None]);
    // Two boxes that both have a port 3: the number alone says nothing.
    assert_eq!(mapped(&format!("{SOCKETS}1.3.6.1.2.1.105.1.1.1.6.2.3|2|2\n")), [None, None, None]);
}

#[test]
fn a_supply_tells_its_state_and_from_where_it_is_alarmed() {
    let feeding = told(
        "\
1.3.6.1.2.1.105.1.3.1.1.2.1|66|370
1.3.6.1.2.1.105.1.3.1.1.3.1|2|3
1.3.6.1.2.1.105.1.3.1.1.5.1|2|80
1.3.6.1.2.1.105.1.3.1.1.5.2|2|0",
    );
    let told: Vec<_> = feeding.supplies.iter().map(|supply| (supply.supply.state, supply.supply.threshold)).collect();
    assert_eq!(told, [(Some(SupplyState::Faulty), Some(80)), (None, None)]);
}

#[test]
fn a_hostile_table_is_refused_value_by_value_and_keeps_no_more_than_its_share() {
    let lines: String = (1..=2_000).map(|port| format!("1.3.6.1.2.1.105.1.1.1.6.1.{port}|2|2\n")).collect();
    assert_eq!(told(&lines).ports.len(), MOST_PORTS);
    let mut refused = Refusals::default();
    let hostile = "\
1.3.6.1.2.1.105.1.3.1.1.2.1|66|4294967295
1.3.6.1.2.1.105.1.3.1.1.5.1|2|250
1.3.6.1.4.1.9.9.402.1.2.1.7.1.3|2|-1
1.3.6.1.2.1.47.1.3.2.1.2.5.0|4|eth0
1.3.6.1.4.1.11863.6.56.1.1.2.1.1.11.1|2|10";
    assert_eq!(feeding(&walk(hostile), &mut refused), Feeding::default());
    assert_eq!(refused.count, 5);
}

#[test]
fn a_real_stack_of_catalysts_tells_watts_by_port_and_each_is_found() {
    let Some(walk) = recording("ios_2960x.snmprec") else { return };
    let mut refused = Refusals::default();
    let stack = feeding(&walk, &mut refused);
    assert_eq!((stack.ports.len(), refused.count), (120, 0), "{:?}", refused.first);
    let third = stack.ports.iter().find(|port| (port.group, port.number) == (3, 3)).expect("it is told");
    assert_eq!((third.interface, third.allocated, third.measured), (Some(11_103), milliwatts(16_800), milliwatts(6_704)));
    assert_eq!(stack.supplies[0].supply.nominal, milliwatts(370_000));
}

#[test]
fn a_real_linksys_counts_its_ports_as_its_sockets() {
    let Some(walk) = recording("linksys-ss_lgs318p.snmprec") else { return };
    let mut refused = Refusals::default();
    let switch = feeding(&walk, &mut refused);
    assert_eq!(switch.ports.iter().filter(|port| port.interface == Some(port.number)).count(), 18);
    assert_eq!((switch.ports[13].measured, switch.ports[13].limit), (milliwatts(4_500), milliwatts(30_000)));
    assert_eq!(refused.count, 0, "{:?}", refused.first);
}
