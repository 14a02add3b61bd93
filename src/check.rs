//! The table of checks. Each is one file: the rule, both languages, its manual page and its tests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Explain, Layer, Manual, Reason, Verdict};
use crate::language::Language;
use crate::observe::{Cut, Inventory, Part};
use crate::site::Plan;

pub mod advertising;
pub mod cabling;
pub mod contest;
pub mod held;
pub mod holder;
pub mod neighbouring;
pub mod planned;
pub mod pool;
pub mod powering;
pub mod served;
pub mod serviced;
pub mod switches;
pub mod way_out;

/// What a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Who holds which address.
    Addresses,
    /// Who serves addresses.
    Dhcp,
    /// The cable.
    Link,
    /// What our card tells of the link and of the cable.
    Cable,
    /// Gateways and DNS servers.
    WayOut,
    /// The networks of the plan that are elsewhere and must be reached.
    Elsewhere,
    /// What the other end of the cable says of itself.
    Neighbour,
    /// Whether the link stayed up while we looked.
    Watch,
    /// Loops, storms and spanning tree.
    Switching,
    /// Power over Ethernet, as switches tell of it.
    Power,
    /// What switches told over SNMP.
    Switch,
    /// The services of the plan.
    Services,
    /// IPv6 routers.
    Ipv6,
    /// The devices of the plan: who is missing, elsewhere, or not in it.
    Planned,
    /// What the files of those who serve addresses say, whatever was asked on the network.
    Pools,
}

#[cfg(test)]
mod any_order;
#[cfg(test)]
pub(crate) mod testing;

/// One row of the table.
#[derive(Clone, Copy)]
pub struct Check {
    /// The code that reports and scripts name it by.
    pub code: &'static str,
    /// The rung of the ladder that it stands on.
    pub layer: Layer,
    /// What a visit must have looked at for it to have a say.
    pub topic: Topic,
    /// The rule: pure, of what was seen and what was planned.
    pub judge: fn(&Inventory, &Plan) -> Verdict,
    /// Its page for `trousse explain`.
    pub manual: fn(Language) -> Manual,
}

macro_rules! checks {
    ($($code:literal $layer:ident $module:ident::$problem:ident $(of $topic:ident)?)*) => {
        $(pub mod $module;)*

        /// What a finding is about. The code is its tag in a record; the words are made when it is shown.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "code", content = "problem")]
        pub enum Problem {
            $(
                #[doc = concat!("`", $code, "`.")]
                #[serde(rename = $code)]
                $problem($module::$problem),
            )*
        }

        impl Problem {
            /// The code of the check that found it.
            pub fn code(&self) -> &'static str {
                match self { $(Problem::$problem(_) => $code,)* }
            }

            /// The rung of the ladder.
            pub fn layer(&self) -> Layer {
                match self { $(Problem::$problem(_) => Layer::$layer,)* }
            }

            /// What explains it.
            pub fn explain(&self) -> &dyn Explain {
                match self { $(Problem::$problem(problem) => problem,)* }
            }
        }

        /// Every check, in the order in which the ladder prints them.
        pub const CHECKS: &[Check] = &[
            $(Check {
                code: $code,
                layer: Layer::$layer,
                topic: [$(Topic::$topic,)? Topic::Addresses][0],
                judge: $module::judge,
                manual: $module::manual,
            },)*
        ];
    };
}

checks! {
    "L1-no-carrier"        Link no_carrier::NoCarrier of Link
    "L1-flapping"          Link flapping::Flapping of Watch
    "L1-speed-downgrade"   Link speed_downgrade::SpeedDowngrade of Cable
    "L1-half-duplex"       Link half_duplex::HalfDuplex of Cable
    "L1-receive-errors"    Link receive_errors::ReceiveErrors of Cable
    "L1-pair-open"         Link pair_open::PairOpen of Cable
    "L1-pair-short"        Link pair_short::PairShort of Cable
    "L1-pair-impedance"    Link pair_impedance::PairImpedance of Cable
    "L1-duplex-mismatch"   Link duplex_mismatch::DuplexMismatch of Neighbour
    "L1-poe-class-too-low" Link poe_class_too_low::PoeClassTooLow of Neighbour
    "L1-too-long"          Link too_long::TooLong of Cable
    "L1-poe-denied"        Link poe_denied::PoeDenied of Power
    "L1-poe-fault"         Link poe_fault::PoeFault of Power
    "L1-poe-budget"        Link poe_budget::PoeBudget of Power
    "L2-wrong-vlan"        Switching wrong_vlan::WrongVlan of Neighbour
    "L2-neighbour-not-planned" Switching neighbour_not_planned::NeighbourNotPlanned of Neighbour
    "L2-loop"              Switching switching_loop::SwitchingLoop of Switching
    "L2-spanning-tree-change" Switching spanning_tree_change::SpanningTreeChange of Switching
    "L2-mac-on-two-ports"  Switching mac_on_two_ports::MacOnTwoPorts of Switch
    "L2-witnesses-disagree" Switching witnesses_disagree::WitnessesDisagree of Cable
    "L3-own-address-taken" Addressing own_address_taken::OwnAddressTaken
    "L3-duplicate-address" Addressing duplicate_address::DuplicateAddress
    "L3-leased-and-static" Addressing leased_and_static::LeasedAndStatic
    "L3-stale-lease"       Addressing stale_lease::StaleLease
    "L3-static-in-pool"    Addressing static_in_pool::StaticInPool
    "L3-virtual-address"   Addressing virtual_address::VirtualAddress
    "L3-shared-address"    Addressing shared_address::SharedAddress
    "L3-two-cards"         Addressing two_cards::TwoCards
    "L3-proxy-arp"         Addressing proxy_arp::ProxyArp
    "L3-repeated-answer"   Addressing repeated_answer::RepeatedAnswer
    "L3-no-dhcp-server"     Addressing no_dhcp_server::NoDhcpServer of Dhcp
    "L3-second-dhcp-server" Addressing second_dhcp_server::SecondDhcpServer of Dhcp
    "L3-dhcp-wrong-option"  Addressing dhcp_wrong_option::DhcpWrongOption of Dhcp
    "L3-pool-exhausted"    Addressing pool_exhausted::PoolExhausted of Pools
    "L3-pool-overlaps-static-range" Addressing pool_overlaps_static_range::PoolOverlapsStaticRange of Pools
    "L3-boot-server"        Addressing boot_server::BootServer of Dhcp
    "L3-server-offers-occupied-address" Addressing server_offers_occupied_address::ServerOffersOccupiedAddress of Dhcp
    "L3-link-local-address" Addressing link_local_address::LinkLocalAddress
    "L3-wrong-subnet"       Addressing wrong_subnet::WrongSubnet
    "L3-planned-missing"    Addressing planned_missing::PlannedMissing of Planned
    "L3-wrong-address"      Addressing wrong_address::WrongAddress of Planned
    "L3-another-card"       Addressing another_card::AnotherCard of Planned
    "L3-not-planned"        Addressing not_planned::NotPlanned of Planned
    "L3-second-router"      Addressing second_router::SecondRouter of Ipv6
    "L3-router-lifetime"    Addressing router_lifetime::RouterLifetime of Ipv6
    "L3-gateway-silent"     Addressing gateway_silent::GatewaySilent of WayOut
    "L3-gateway-loss"       Addressing gateway_loss::GatewayLoss of WayOut
    "L3-no-route"           Addressing no_route::NoRoute of Elsewhere
    "L4-path-mtu"           Transport path_mtu::PathMtu of WayOut
    "L4-host-silent"        Transport host_silent::HostSilent of Services
    "L4-port-closed"        Transport port_closed::PortClosed of Services
    "L4-port-silent"        Transport port_silent::PortSilent of Services
    "L4-ping-threshold"     Transport ping_threshold::PingThreshold of Services
    "L4-low-throughput"     Transport low_throughput::LowThroughput of Services
    "L4-reaches-forbidden"  Transport reaches_forbidden::ReachesForbidden of Services
    "L7-dns-silent"         Services dns_silent::DnsSilent of WayOut
    "L7-name-unresolved"    Services name_unresolved::NameUnresolved of Services
    "L7-no-answer"          Services no_answer::NoAnswer of Services
    "L7-tls-certificate"    Services tls_certificate::TlsCertificate of Services
    "L7-http-unexpected"    Services http_unexpected::HttpUnexpected of Services
    "L7-dns-wrong-answer"   Services dns_wrong_answer::DnsWrongAnswer of Services
    "L7-clock-wrong"        Services clock_wrong::ClockWrong of Services
}

/// What keeps a check of addresses from saying "clear": it was not asked, or not fully.
pub fn gap(inventory: &Inventory) -> Option<Reason> {
    let coverage = inventory.coverage();
    let (asked, planned) = (coverage.asked, coverage.planned);
    if let Some(cut) = coverage.cut_of(Part::Addresses) {
        return Some(Reason::of_cut(cut, asked, planned));
    }
    if coverage.flooded {
        return Some(Reason::Flooded);
    }
    if coverage.frames_lost > 0 {
        return Some(Reason::FramesLost { count: coverage.frames_lost });
    }
    let card_only6 = inventory.ipv6().is_here() && inventory.card().is_some_and(|card| card.addresses.is_empty());
    let bare = inventory.card().is_some_and(|card| card.addresses.iter().all(|net| net.addr().is_link_local()));
    (coverage.requests == 0).then_some(match (card_only6, bare) {
        (true, _) => Reason::NoIpv4Here,
        (_, true) => Reason::NoAddressOfOurs,
        _ => Reason::NothingAsked,
    })
}

/// The same of IPv6.
pub fn gap6(inventory: &Inventory) -> Option<Reason> {
    gap6_unless(inventory, inventory.ipv6().asked().to_all > 0)
}

/// The same, where it is told whether those who matter were asked.
fn gap6_unless(inventory: &Inventory, asked: bool) -> Option<Reason> {
    let coverage = inventory.coverage();
    if !inventory.ipv6().is_here() {
        return Some(if inventory.card().is_some() { Reason::NoIpv6Here } else { Reason::NothingAsked });
    }
    if let Some(cut) = coverage.cut_of(Part::Ipv6) {
        return Some(Reason::of_cut(cut, coverage.asked, coverage.planned));
    }
    if coverage.flooded || inventory.ipv6().flooded() {
        return Some(Reason::Flooded);
    }
    if coverage.frames_lost > 0 {
        return Some(Reason::FramesLost { count: coverage.frames_lost });
    }
    if inventory.ipv6().asked().overfull {
        return Some(Reason::Flooded);
    }
    (!asked).then_some(Reason::NothingAsked)
}

/// What keeps a check of IPv6 routers from saying "clear": they were not solicited, or not waited for.
pub fn routers_gap(inventory: &Inventory) -> Option<Reason> {
    gap6_unless(inventory, inventory.ipv6().asked().routers > 0).map(|reason| match reason {
        Reason::Stopped { .. } | Reason::InterfaceLost { .. } => Reason::RoutersNotAwaited,
        reason => reason,
    })
}

/// What keeps a check of addresses of both kinds from saying "clear": a card without one kind is looked at by the other.
pub fn gap_of_both(inventory: &Inventory) -> Option<Reason> {
    match gap(inventory) {
        Some(Reason::NoIpv4Here) => gap6(inventory),
        Some(reason) => Some(reason),
        // Where a server's ranges are asked through, it is IPv4 that is looked at.
        None if inventory.ipv6().asked().to_all == 0 => None,
        None => gap6(inventory),
    }
}

/// "Clear" where everything was looked at by IPv4 and by IPv6, else why not.
pub fn clear_or_gap_of_both(inventory: &Inventory) -> Verdict {
    gap_of_both(inventory).map_or(Verdict::Clear, Verdict::NotTested)
}

/// "Clear" where everything was looked at, else why not.
pub fn clear_or_gap(inventory: &Inventory) -> Verdict {
    gap(inventory).map_or(Verdict::Clear, Verdict::NotTested)
}

/// What keeps a check of DHCP servers from saying "clear": nobody was asked, or slow servers were not waited for.
pub fn dhcp_gap(inventory: &Inventory) -> Option<Reason> {
    let coverage = inventory.coverage();
    match coverage.cut_of(Part::Dhcp) {
        Some(Cut::User | Cut::Interface) => return Some(Reason::NotListenedOut),
        Some(cut) => return Some(Reason::of_cut(cut, coverage.asked, coverage.planned)),
        None => {}
    }
    if coverage.frames_lost > 0 {
        return Some(Reason::FramesLost { count: coverage.frames_lost });
    }
    (inventory.dhcp().coverage().discovers == 0).then_some(Reason::DhcpNotAsked)
}

/// "Clear" where DHCP servers were asked and waited for, else why not.
pub fn dhcp_clear_or_gap(inventory: &Inventory) -> Verdict {
    dhcp_gap(inventory).map_or(Verdict::Clear, Verdict::NotTested)
}

#[cfg(test)]
mod tests {
    use super::testing::Scene;
    use super::*;

    #[test]
    fn codes_are_named_for_their_layer_and_none_is_used_twice() {
        let mut codes: Vec<&str> = CHECKS.iter().map(|check| check.code).collect();
        assert!(CHECKS.iter().all(|check| check.code.starts_with(&format!("L{}-", u8::from(check.layer)))));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CHECKS.len());
    }

    #[test]
    fn a_whole_look_at_a_sound_network_is_clear_in_every_check() {
        let sound = Scene::swept().claim("10.0.0.7", testing::A).claim("10.0.0.8", testing::B);
        let sound = sound.plan("[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n").leases("");
        assert!(
            CHECKS
                .iter()
                .filter(|check| check.topic == Topic::Addresses)
                .all(|check| sound.verdict(check.judge) == Verdict::Clear)
        );
    }

    #[test]
    fn a_partial_look_is_clear_in_no_check_of_others() {
        let (asked, planned) = (100, 254);
        let cases = [
            (Scene::partly(100).cut(Cut::User), Reason::Stopped { asked, planned }),
            (Scene::partly(100).out_of_time(&[Part::Addresses, Part::Ipv6]), Reason::OutOfTime { asked, planned }),
            (Scene::partly(100).cut(Cut::Interface), Reason::InterfaceLost { asked, planned }),
            (Scene::swept().cut(Cut::Capture), Reason::CaptureCut),
            (Scene::swept().fact(crate::observe::Fact::FramesLost { count: 3 }), Reason::FramesLost { count: 3 }),
            (Scene::capture(), Reason::NothingAsked),
        ];
        for (scene, reason) in cases {
            let scene = scene.plan("[[dhcp]]\nserver = \"10.0.0.2\"\nranges = [\"10.0.0.100-10.0.0.150\"]\n").leases("");
            for check in CHECKS.iter().filter(|check| check.topic == Topic::Addresses && check.code != "L3-own-address-taken") {
                assert_eq!(scene.verdict(check.judge), Verdict::NotTested(reason.clone()), "{}", check.code);
            }
        }
    }

    /// A check that finds more than notes has words for whoever pays for the network, and they are none of the trade's.
    #[test]
    fn whatever_is_more_than_a_note_is_told_in_plain_words() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check");
        let trade: Vec<&str> = include_str!("../tests/trade-words.txt").lines().collect();
        let mut plain = 0;
        for file in
            std::fs::read_dir(folder).expect("the checks").map(|file| file.expect("a file").path()).filter(|path| path.is_file())
        {
            let text = std::fs::read_to_string(&file).expect("a source");
            let rule = text.split("#[cfg(test)]").next().unwrap_or_default();
            let is_fault = ["Broken", "Degraded", "Risk"].iter().any(|severity| rule.contains(&format!("Severity::{severity}")));
            if !rule.contains("impl Explain for") || !is_fault {
                continue;
            }
            let words = rule.split_once("fn plain(").and_then(|(_, after)| after.split_once("\n    }\n"));
            let (words, _) = words.unwrap_or_else(|| panic!("{}: no plain words", file.display()));
            let said: Vec<&str> = words.split('"').skip(1).step_by(2).collect();
            assert!(said.len() >= 4 && said.iter().all(|text| text.ends_with('.')), "{}: {said:?}", file.display());
            let known = said.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).find(|word| trade.contains(word));
            assert_eq!(known, None, "{}", file.display());
            plain += 1;
        }
        assert!(plain > 30, "{plain}");
    }

    #[test]
    fn what_was_found_in_a_partial_look_is_found() {
        let scene = Scene::partly(100).cut(Cut::User).claim("10.0.0.9", testing::A).claim("10.0.0.9", testing::B);
        assert_eq!(scene.codes(), ["L3-duplicate-address"]);
    }
}
