//! The ladder: which checks a look has a say in, layer 1 upward, and what a broken rung takes from those above it.

use crate::check::way_out::{dns_servers, gateways};
use crate::check::{CHECKS, Check, Topic};
use crate::finding::{Reason, Verdict};
use crate::observe::{Cut, Inventory};
use crate::probe::Errand;
use crate::site::Plan;

/// Checks that find that somebody does not answer.
const SILENCES: [&str; 10] = [
    "L3-no-dhcp-server",
    "L3-gateway-silent",
    "L3-gateway-loss",
    "L3-no-route",
    "L4-host-silent",
    "L4-port-silent",
    "L4-ping-threshold",
    "L7-dns-silent",
    "L7-name-unresolved",
    "L7-no-answer",
];

/// What every check says that concerns a look, from the link up.
pub fn climb(errand: Errand, inventory: &Inventory, plan: &Plan) -> Vec<(&'static Check, Verdict)> {
    // With the pool of a server, the addresses are asked for too.
    let swept = inventory.coverage().planned > 0;
    let dhcp_heard = !inventory.dhcp_servers().is_empty();
    let neighbour_heard = inventory.neighbours().present().next().is_some();
    let router_heard = inventory.ipv6().routers().next().is_some();
    let no_link = errand == Errand::Diagnose && inventory.path().link().is_some_and(|link| !link.carrier);
    let link_lost = inventory.coverage().cut.contains(&Cut::Link);
    let card_told = inventory.driver().state().is_some();
    let heard = Heard { dhcp: dhcp_heard, neighbour: neighbour_heard, router: router_heard, card: card_told };
    let asked = CHECKS.iter().filter(|check| concerns(errand, check.topic, swept, heard));
    let say = |check: &'static Check| {
        let verdict = match (check.judge)(inventory, plan) {
            // A check that the user did not ask for is no rung of this ladder, with or without a link.
            Verdict::NotTested(reason) if reason.is_unasked() => Verdict::NotTested(reason),
            // Nothing was asked, so nothing above the link can be well, nor broken by itself; what files say stands.
            _ if no_link && !matches!(check.topic, Topic::Link | Topic::Cable | Topic::Pools) => {
                Verdict::NotTested(Reason::NoLink)
            }
            // Who is not heard without a link is not silent.
            Verdict::Found(_) if link_lost && SILENCES.contains(&check.code) => Verdict::NotTested(Reason::LinkLost),
            verdict => verdict,
        };
        (check, verdict)
    };
    // Where nobody serves, or who serves gives neither router nor DNS server, there is none to ask.
    let nobody = errand == Errand::Dhcp && gateways(inventory, plan).is_empty() && dns_servers(inventory, plan).is_empty();
    let none = |verdict: &Verdict| matches!(verdict, Verdict::NotTested(Reason::NoGateway | Reason::NoDnsServer));
    let left_out =
        |check: &Check, verdict: &Verdict| errand == Errand::Dhcp && none(verdict) || nobody && check.topic == Topic::WayOut;
    asked.map(say).filter(|(check, verdict)| !left_out(check, verdict)).collect()
}

/// What was heard, so that it is judged whatever was asked.
#[derive(Clone, Copy)]
struct Heard {
    dhcp: bool,
    neighbour: bool,
    router: bool,
    /// Our card told of its link: in a deep look it is asked, as by trousse link.
    card: bool,
}

/// Whether a look was at what a check is about. A capture shows DHCP where it was heard in it.
fn concerns(errand: Errand, topic: Topic, swept: bool, heard: Heard) -> bool {
    match topic {
        Topic::Link => matches!(errand, Errand::Diagnose | Errand::Link),
        Topic::Cable => errand == Errand::Link || errand == Errand::Diagnose && heard.card,
        Topic::Switch => matches!(errand, Errand::Diagnose | Errand::Link | Errand::Locate),
        Topic::WayOut => matches!(errand, Errand::Dhcp | Errand::Diagnose),
        Topic::Neighbour => errand == Errand::Link || heard.neighbour,
        Topic::Watch => !matches!(errand, Errand::Capture | Errand::Locate | Errand::Power),
        Topic::Switching => !matches!(errand, Errand::Locate | Errand::Power),
        Topic::Planned => matches!(errand, Errand::Scan | Errand::Diagnose),
        Topic::Services | Topic::Elsewhere => errand == Errand::Diagnose,
        Topic::Power => matches!(errand, Errand::Diagnose | Errand::Power),
        Topic::Pools => !matches!(errand, Errand::Link | Errand::Locate | Errand::Power),
        Topic::Addresses => !matches!(errand, Errand::Link | Errand::Locate | Errand::Power) && (errand != Errand::Dhcp || swept),
        Topic::Dhcp => matches!(errand, Errand::Dhcp | Errand::Diagnose) || heard.dhcp,
        Topic::Ipv6 => matches!(errand, Errand::Scan | Errand::Dhcp | Errand::Diagnose) || heard.router,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene};
    use crate::observe::{Fact, LinkState};

    fn climbed(scene: &Scene) -> Vec<(&'static Check, Verdict)> {
        let (inventory, plan) = scene.seen();
        climb(Errand::Diagnose, &inventory, plan)
    }

    #[test]
    fn the_rungs_stand_from_the_link_up_and_every_check_is_on_one() {
        let ladder = climbed(&Scene::swept());
        // The checks of the cable are rungs of trousse link and of a deep look, which ask the card, as are those of a neighbour
        // until one is heard.
        let scene = Scene::default();
        let (inventory, plan) = scene.seen();
        let of_link = climb(Errand::Link, &inventory, plan);
        assert!(of_link.iter().all(|(check, _)| {
            matches!(check.topic, Topic::Link | Topic::Cable | Topic::Switching | Topic::Watch | Topic::Neighbour | Topic::Switch)
        }));
        assert_eq!(
            ladder.len() + of_link.iter().filter(|(check, _)| matches!(check.topic, Topic::Cable | Topic::Neighbour)).count(),
            CHECKS.len()
        );
        assert!(ladder.is_sorted_by_key(|(check, _)| check.layer));
    }

    #[test]
    fn without_a_link_everything_above_is_not_tested() {
        let plan = "[[network]]\nprefix = \"10.0.0.0/24\"\n[[fixed]]\nname = \"nas\"\naddress = \"10.0.0.9\"";
        let link = LinkState { carrier: false, speed_mbps: None, full_duplex: None };
        let scene = Scene::swept().fact(Fact::LinkIs(link)).claim("10.0.0.7", A).claim("10.0.0.7", B).plan(plan);
        let ladder = climbed(&scene);
        let (found, above) = ladder.split_first().expect("rungs");
        assert_eq!((found.0.code, matches!(found.1, Verdict::Found(_))), ("L1-no-carrier", true));
        let (unasked, asked): (Vec<_>, Vec<_>) =
            above.iter().partition(|(_, verdict)| matches!(verdict, Verdict::NotTested(reason) if reason.is_unasked()));
        assert!(asked.iter().all(|(_, verdict)| *verdict == Verdict::NotTested(Reason::NoLink)));
        assert!(asked.iter().any(|(check, _)| check.code == "L3-duplicate-address") && !unasked.is_empty());
    }

    #[test]
    fn a_card_that_told_of_itself_has_its_rungs_even_where_there_is_no_link() {
        use crate::check::cabling::testing::card;
        use crate::observe::{CableTested, CardState, MeasuredFrom, PairTested};
        use crate::wire::ethtool::{Pair, PairResult};
        let link = LinkState { carrier: false, speed_mbps: None, full_duplex: None };
        let state = CardState { carrier: false, ..card() };
        let cut = PairTested { pair: Pair::A, result: PairResult::Open, length_cm: Some(1250), from: MeasuredFrom::Laptop };
        let scene = Scene::swept().fact(Fact::LinkIs(link)).fact(Fact::CardIs(Box::new(state)));
        let scene = scene.fact(Fact::CableTested(CableTested::Done)).fact(Fact::PairTested(cut));
        let found: Vec<_> = climbed(&scene).into_iter().filter(|(_, verdict)| matches!(verdict, Verdict::Found(_))).collect();
        assert_eq!(found.iter().map(|(check, _)| check.code).collect::<Vec<_>>(), ["L1-no-carrier", "L1-pair-open"]);
        assert!(!climbed(&Scene::swept()).iter().any(|(check, _)| check.topic == Topic::Cable));
    }

    #[test]
    fn each_errand_has_its_rungs() {
        let codes = |errand, scene: &Scene| {
            let (inventory, plan) = scene.seen();
            climb(errand, &inventory, plan).into_iter().map(|(check, _)| check.code).collect::<Vec<_>>()
        };
        let (swept, unswept) = (Scene::swept(), Scene::capture());
        let scan = codes(Errand::Scan, &swept);
        assert!(!scan.contains(&"L3-no-dhcp-server") && !scan.contains(&"L1-no-carrier"));
        let dhcp = codes(Errand::Dhcp, &unswept);
        assert!(!dhcp.contains(&"L3-duplicate-address") && dhcp.contains(&"L3-no-dhcp-server"));
        assert!(codes(Errand::Dhcp, &swept).contains(&"L3-duplicate-address"));
    }
}
