//! A virtual address: several routers or servers share it on purpose, behind a virtual card.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::contests;
use super::duplicate_address::evidence;
use super::holder::join;
use super::{Problem, clear_or_gap_of_both};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// The protocol whose range a virtual card's address is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "family", rename_all = "lowercase")]
pub enum Family {
    /// VRRP (RFC 9568, 7.3: 00-00-5e-00-01-{VRID}, of IPv6 00-00-5e-00-02-{VRID}), and CARP, which uses the first of these
    /// ranges.
    Vrrp {
        /// VRRP's virtual router, CARP's virtual host.
        group: u16,
    },
    /// HSRP version 1 (RFC 2281, 6: 00-00-0c-07-ac-{group}) or 2 (Cisco: 00-00-0c-9f-f{group}).
    Hsrp {
        /// The group.
        group: u16,
    },
    /// GLBP (Cisco: 00-07-b4-{10 bits of group, 8 of forwarder}); each forwarder has a card of its own.
    Glbp {
        /// The group.
        group: u16,
    },
    /// Microsoft Network Load Balancing: 02-bf, 03-bf or 01-00-5e-7f and the cluster's address.
    Nlb {
        /// The cluster's first address, as far as the card's address holds it.
        cluster: Ipv4Addr,
    },
    /// No virtual card: an IPv6 address that several answer for and say so (anycast, or a proxy; RFC 4861, 7.2.7 and 7.2.8).
    Anycast,
}

impl Family {
    /// The family that a card's address belongs to; `None` for the address of a real card.
    pub fn of(mac: Mac) -> Option<Family> {
        match mac.0 {
            [0x00, 0x00, 0x5e, 0x00, 0x01 | 0x02, group] => Some(Family::Vrrp { group: group.into() }),
            [0x00, 0x00, 0x0c, 0x07, 0xac, group] => Some(Family::Hsrp { group: group.into() }),
            [0x00, 0x00, 0x0c, 0x9f, high, low] if high & 0xf0 == 0xf0 => {
                Some(Family::Hsrp { group: u16::from_be_bytes([high & 0x0f, low]) })
            }
            [0x00, 0x07, 0xb4, high, low, _] => Some(Family::Glbp { group: u16::from_be_bytes([high, low]) & 0x3ff }),
            [0x02 | 0x03, 0xbf, a, b, c, d] => Some(Family::Nlb { cluster: Ipv4Addr::new(a, b, c, d) }),
            [0x01, 0x00, 0x5e, 0x7f, c, d] => Some(Family::Nlb { cluster: Ipv4Addr::new(0, 0, c, d) }),
            _ => None,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Family::Vrrp { group } => write!(f, "VRRP/CARP {group}"),
            Family::Hsrp { group } => write!(f, "HSRP {group}"),
            Family::Glbp { group } => write!(f, "GLBP {group}"),
            Family::Nlb { .. } => f.write_str("NLB"),
            Family::Anycast => f.write_str("anycast"),
        }
    }
}

/// A shared address and its cards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VirtualAddress {
    /// The address.
    pub ip: IpAddr,
    /// What shares it.
    #[serde(flatten)]
    pub family: Family,
    /// The virtual cards that answer for it.
    pub macs: Vec<Mac>,
    /// Real cards that answer for it too: normally those of the routers or servers that share it.
    pub also: Vec<Mac>,
    /// The plan declares it.
    pub declared: bool,
}

/// An address that a virtual card answers for.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let findings = contests(inventory, plan).into_iter().filter_map(|(ip, contest)| {
        let declared = matches!(ip, IpAddr::V4(v4) if plan.shared(v4).is_some());
        let real: Vec<Mac> = contest.devices.into_iter().flatten().collect();
        let others = real.len().max(usize::from(contest.ours));
        let (family, macs, also) = match contest.virtual_cards.first().copied().and_then(Family::of) {
            Some(family) => (family, contest.virtual_cards, [real, contest.yielding].concat()),
            // One that answers alone is nobody's rival.
            None if contest.yielding.len() + others < 2 || contest.yielding.is_empty() => return None,
            None => (Family::Anycast, contest.yielding, real),
        };
        let evidence = evidence(inventory, ip, &macs);
        let problem = VirtualAddress { ip, family, macs, also, declared };
        Some(Finding::new(Severity::Note, Problem::VirtualAddress(problem), evidence))
    });
    Verdict::of(findings.collect(), clear_or_gap_of_both(inventory))
}

/// The verb of so many cards.
fn answer(cards: &[Mac]) -> &'static str {
    if cards.len() == 1 { "answers" } else { "answer" }
}

impl Explain for VirtualAddress {
    fn english(&self) -> Wording {
        let declared = if self.declared { ", as the plan says" } else { "" };
        let also = match self.also.as_slice() {
            [] => String::new(),
            also => format!(" {} {} for it too: normally the card of a router or server that shares it.", join(also, Language::En), answer(also)),
        };
        if self.family == Family::Anycast {
            return Wording {
                title: format!("{} is answered for by several, and they say so{declared}", self.ip),
                why: format!(
                    "{} {} for it without the override flag, as for an address of several (anycast) or in another's place (proxy): \
                     no conflict.{also}",
                    join(&self.macs, Language::En),
                    answer(&self.macs)
                ),
                remedy: vec!["Nothing to mend.".to_owned()],
            };
        }
        Wording {
            title: format!("{} is a shared address ({}){declared}", self.ip, self.family),
            why: format!("{} {} for it: an address from the range of {}, not the card of one device.{also}", join(&self.macs, Language::En), answer(&self.macs), self.family),
            remedy: vec!["Nothing to mend. Declare it in the plan under [[shared]] if it is not there.".to_owned()],
        }
    }

    fn french(&self) -> Wording {
        let declared = if self.declared { ", comme prévu au plan" } else { "" };
        let also = match self.also.as_slice() {
            [] => String::new(),
            [one] => format!(" {one} répond aussi pour elle : normalement la carte d'un routeur ou serveur qui la partage."),
            also => format!(" {} répondent aussi pour elle : normalement les cartes des routeurs ou serveurs qui la partagent.", join(also, Language::Fr)),
        };
        let verb = if self.macs.len() > 1 { "répondent" } else { "répond" };
        if self.family == Family::Anycast {
            return Wording {
                title: format!("Plusieurs répondent pour {}, et le disent{declared}", self.ip),
                why: format!(
                    "{} {verb} pour elle sans le drapeau « override », comme pour une adresse de plusieurs (anycast) ou à la place d'un \
                     autre (proxy) : pas de conflit.{also}",
                    join(&self.macs, Language::Fr)
                ),
                remedy: vec!["Rien à réparer.".to_owned()],
            };
        }
        Wording {
            title: format!("{} est une adresse partagée ({}){declared}", self.ip, self.family),
            why: format!("{} {verb} pour elle : une adresse de la plage {}, non la carte d'un seul appareil.{also}", join(&self.macs, Language::Fr), self.family),
            remedy: vec!["Rien à réparer. Déclarez-la au plan sous [[shared]] si elle n'y est pas.".to_owned()],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && (self.macs.contains(&mac) || self.also.contains(&mac))
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Virtual address",
            meaning: "Two routers, firewalls or servers share this address so that one can take over from the other. Nothing is wrong.",
            seen: "A card from a range that is kept for this: VRRP and CARP 00:00:5e:00:01:xx, of IPv6 00:00:5e:00:02:xx (RFC 9568, 7.3), HSRP 00:00:0c:07:ac:xx \
                   (RFC 2281, 6) and 00:00:0c:9f:fx:xx, GLBP 00:07:b4:xx:xx:xx, Microsoft NLB 02:bf, 03:bf and 01:00:5e:7f followed by the \
                   cluster's address. Or, of IPv6, advertisements that do not override others: an anycast address, or a router that \
                   answers in somebody's place (RFC 4861, 7.2.7 and 7.2.8).",
            lookalikes: "A PC that was given the routers' shared address by hand: two or more real cards then answer beside the \
                         virtual one and are reported as a duplicate; a single one is named in this note, to be compared with the routers'.",
            remedy: "Declare it in the plan, and compare the real cards named here with those of the routers.",
        },
        Manual {
            title: "Adresse virtuelle",
            meaning: "Deux routeurs, pare-feu ou serveurs partagent cette adresse pour que l'un relaie l'autre. Rien d'anormal.",
            seen: "Une carte d'une plage réservée à cet usage : VRRP et CARP 00:00:5e:00:01:xx, en IPv6 00:00:5e:00:02:xx (RFC 9568, 7.3), HSRP 00:00:0c:07:ac:xx \
                   (RFC 2281, 6) et 00:00:0c:9f:fx:xx, GLBP 00:07:b4:xx:xx:xx, NLB de Microsoft 02:bf, 03:bf et 01:00:5e:7f suivis de \
                   l'adresse de la grappe. Ou, en IPv6, des annonces qui ne remplacent pas les autres : une adresse anycast, ou un \
                   routeur qui répond à la place d'un autre (RFC 4861, 7.2.7 et 7.2.8).",
            lookalikes: "Un PC à qui l'on a donné à la main l'adresse partagée des routeurs : deux cartes réelles ou plus répondent \
                         alors à côté de la carte virtuelle et sont signalées en double ; une seule est nommée ici, à comparer à \
                         celles des routeurs.",
            remedy: "Déclarez-la au plan, et comparez les cartes réelles nommées ici à celles des routeurs.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene, macs};

    const VRRP: &str = "00:00:5e:00:01:07";

    fn problem(scene: &Scene) -> VirtualAddress {
        match scene.found(judge).remove(0).problem {
            Problem::VirtualAddress(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn one_virtual_card_is_noted_by_its_family() {
        for virtual_card in [VRRP, "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "02:bf:0a:00:00:fe", "03:bf:0a:00:00:fe"] {
            let scene = Scene::swept().claim("10.0.0.254", virtual_card).claim("10.0.0.7", A);
            assert_eq!(scene.codes(), ["L3-virtual-address"], "{virtual_card}");
            assert_eq!(scene.found(judge)[0].severity, Severity::Note);
        }
    }

    #[test]
    fn the_router_s_own_card_beside_it_is_no_duplicate() {
        for virtual_card in [VRRP, "00:00:0c:07:ac:01", "00:00:0c:9f:f0:01", "02:bf:0a:00:00:fe"] {
            let scene = Scene::swept().claims(&["10.0.0.254"], &[virtual_card, A]);
            assert_eq!(scene.codes(), ["L3-virtual-address"], "{virtual_card}");
            assert_eq!(problem(&scene).also, macs(&[A]));
        }
    }

    #[test]
    fn two_real_cards_beside_it_are_a_duplicate_unless_the_plan_shares_the_address() {
        let scene = Scene::swept().claims(&["10.0.0.254"], &[VRRP, A, B]);
        assert_eq!(scene.codes(), ["L3-duplicate-address", "L3-virtual-address"]);
        let planned = scene.plan("[[shared]]\naddress = \"10.0.0.254\"");
        assert_eq!(planned.codes(), ["L3-virtual-address", "L3-shared-address"]);
        assert!(problem(&planned).declared);
    }

    #[test]
    fn two_glbp_forwarders_are_one_shared_address() {
        let scene = Scene::swept().claims(&["10.0.0.254"], &["00:07:b4:00:0a:01", "00:07:b4:00:0a:02"]);
        assert_eq!(scene.codes(), ["L3-virtual-address"]);
        assert_eq!((problem(&scene).family, problem(&scene).macs.len()), (Family::Glbp { group: 10 }, 2));
    }

    #[test]
    fn real_cards_only_are_not_shared() {
        assert_eq!(Scene::swept().claim("10.0.0.254", A).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn each_family_is_known_by_its_range() {
        let cases = [
            ("00:00:5e:00:01:33", "VRRP/CARP 51"),
            ("00:00:5e:00:02:33", "VRRP/CARP 51"),
            ("00:00:0c:07:ac:0a", "HSRP 10"),
            ("00:00:0c:9f:f1:2c", "HSRP 300"),
            ("00:07:b4:00:0a:02", "GLBP 10"),
            ("02:bf:0a:00:00:32", "NLB"),
            ("03:bf:0a:00:00:32", "NLB"),
            ("01:00:5e:7f:00:32", "NLB"),
        ];
        for (mac, shown) in cases {
            let family = Family::of(mac.parse().expect("a MAC"));
            assert_eq!(family.map(|family| family.to_string()).as_deref(), Some(shown), "{mac}");
        }
        for mac in ["00:00:5e:00:03:33", "00:00:0c:9f:e1:2c", "b8:27:eb:00:00:01", "02:00:00:00:00:01"] {
            assert_eq!(Family::of(mac.parse().expect("a MAC")), None, "{mac}");
        }
    }
}
