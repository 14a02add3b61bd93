//! Two devices hold one address.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::contests;
use super::holder::{Holder, join, list};
use super::{Problem, clear_or_gap_of_both, leased_and_static};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Observation};
use crate::site::Plan;

/// An address and the devices that hold it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DuplicateAddress {
    /// The address.
    pub ip: IpAddr,
    /// The cards that hold it.
    pub macs: Vec<Mac>,
    /// What is known of each.
    pub owners: Vec<Holder>,
    /// The device that the plan gives the address to.
    pub rightful: Option<String>,
}

/// Two or more devices, none of them a look-alike, claim the address.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let findings = contests(inventory, plan).into_iter().filter_map(|(ip, contest)| {
        let macs = contest.rivals();
        if macs.is_empty() {
            return None;
        }
        let owners = macs.iter().map(|&mac| Holder::of(inventory, plan, ip, mac)).collect();
        let rightful = match ip {
            IpAddr::V4(ip) => plan.fixed(ip).map(|fixed| fixed.name.clone()),
            IpAddr::V6(_) => None,
        };
        let evidence = evidence(inventory, ip, &macs);
        let told_apart = leased_and_static::of(inventory, plan, ip, &macs).is_some();
        let problem = DuplicateAddress { ip, macs, owners, rightful };
        let mut finding = Finding::new(Severity::Broken, Problem::DuplicateAddress(problem), evidence);
        finding.because_of = told_apart.then(|| "L3-leased-and-static".to_owned());
        Some(finding)
    });
    Verdict::of(findings.collect(), clear_or_gap_of_both(inventory))
}

/// The earliest claims of the cards, in the order of time.
pub fn evidence(inventory: &Inventory, ip: IpAddr, macs: &[Mac]) -> Vec<Observation> {
    let mut seen: Vec<Observation> =
        macs.iter().filter_map(|&mac| inventory.claim(ip, mac)).flat_map(|owner| owner.evidence.clone()).collect();
    seen.sort();
    seen
}

impl DuplicateAddress {
    /// The cards that were asked alone and did not answer.
    fn silent(&self) -> Vec<Mac> {
        self.owners.iter().filter(|owner| owner.alone == Some(false)).map(|owner| owner.mac).collect()
    }
}

impl Explain for DuplicateAddress {
    fn english(&self) -> Wording {
        let count = self.macs.len();
        let owners = list(&self.owners, Language::En);
        let proof = match self.silent().as_slice() {
            _ if self.owners.iter().any(|owner| owner.alone.is_none()) => String::new(),
            [] => " Each of them answered again when it was asked alone.".to_owned(),
            silent => format!(" Asked alone, {} did not answer.", join(silent, Language::En)),
        };
        let right = match &self.rightful {
            Some(name) => format!("The plan gives {} to “{name}”: leave it there, and give the other another address.", self.ip),
            None => format!("Decide which of them keeps {}; give the other a free address, or set it to DHCP.", self.ip),
        };
        Wording {
            title: format!("{} is held by {count} devices", self.ip),
            why: format!(
                "{owners} answer for {}.{proof} Whoever talks to this address reaches now one and now the other: \
                 connections drop, and it looks like slowness.",
                self.ip
            ),
            remedy: vec![
                "Find both devices: by kind, maker and name above, or by their MAC in the switch's address table.".to_owned(),
                right,
                "If one of them got its address from a DHCP server, restart it, so that it asks for a new one.".to_owned(),
                format!("Scan again: {} must have one owner left.", self.ip),
            ],
        }
    }

    fn french(&self) -> Wording {
        let count = self.macs.len();
        let owners = list(&self.owners, Language::Fr);
        let proof = match self.silent().as_slice() {
            _ if self.owners.iter().any(|owner| owner.alone.is_none()) => String::new(),
            [] => " Chacun a répondu de nouveau quand il a été interrogé seul.".to_owned(),
            [one] => format!(" Interrogé seul, {one} n'a pas répondu."),
            silent => format!(" Interrogés seuls, {} n'ont pas répondu.", join(silent, Language::Fr)),
        };
        let right = match &self.rightful {
            Some(name) => format!("Le plan attribue {} à « {name} » : laissez-la-lui et donnez une autre adresse à l'autre.", self.ip),
            None => format!("Décidez lequel garde {} ; donnez à l'autre une adresse libre, ou passez-le en DHCP.", self.ip),
        };
        Wording {
            title: format!("{} est détenue par {count} appareils", self.ip),
            why: format!(
                "{owners} répondent pour {}.{proof} Qui parle à cette adresse joint tantôt l'un, tantôt l'autre : \
                 les connexions tombent, et l'on croit à une lenteur.",
                self.ip
            ),
            remedy: vec![
                "Retrouvez les deux appareils : par leur type, leur fabricant et leur nom ci-dessus, ou par leur MAC dans la table d'adresses du commutateur.".to_owned(),
                right,
                "Si l'un d'eux tient son adresse d'un serveur DHCP, redémarrez-le pour qu'il en demande une autre.".to_owned(),
                format!("Relancez l'analyse : {} ne doit plus avoir qu'un détenteur.", self.ip),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Two devices use the same number on the network: each of them is cut off at times.",
                "Give one of them another number.",
            ],
            french: [
                "Deux appareils utilisent le même numéro sur le réseau : chacun est coupé par moments.",
                "Donner un autre numéro à l'un des deux.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        ip == self.ip && self.macs.contains(&mac)
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn holders(&self) -> &[Holder] {
        &self.owners
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Duplicate address",
            meaning: "Two devices hold the same address on one segment. Each of the other devices talks to whichever \
                      answered it last, so both seem to work now and then: slow file shares, printers that vanish, calls that drop.",
            seen: "ARP (RFC 826): several cards answer for one address. Every address is asked by broadcast, answered ones are \
                   listened to for 3 more seconds because a sleepy device may answer late, then the address is asked again and \
                   each card alone, by a frame addressed to it, so that each owner is told apart (RFC 5227, 2.4, defines the conflict). \
                   Of IPv6, the addresses of those who answer or speak are solicited in the same way (RFC 4861, 7.2).",
            lookalikes: "Shared router addresses (VRRP, CARP, HSRP, GLBP), load-balanced clusters, one host with two cards on the \
                         segment, a router that answers for others (proxy ARP), one device that answers twice, an IPv6 address \
                         that several answer for and say so (anycast): each is told apart and appears as a note. A cloned PC that holds two addresses of its twin looks like one host with two \
                         cards unless their names or their echo TTL differ.",
            remedy: "Find both devices by maker, kind and name, or by MAC in the switch's table. Give one of them another address, \
                     or set it to DHCP. If one was leased its address, restart it. Then scan again.",
        },
        Manual {
            title: "Adresse IP en double",
            meaning: "Deux appareils détiennent la même adresse sur un segment. Chacun des autres parle à celui qui lui a \
                      répondu en dernier, si bien que les deux semblent marcher par moments : partages lents, imprimantes qui \
                      disparaissent, appels coupés.",
            seen: "ARP (RFC 826) : plusieurs cartes répondent pour une adresse. Toutes les adresses sont demandées en diffusion, \
                   celles qui ont répondu sont écoutées 3 secondes de plus car un appareil endormi répond tard, puis l'adresse est \
                   redemandée et chaque carte interrogée seule, par une trame qui lui est adressée, pour distinguer les détenteurs \
                   (la RFC 5227, 2.4, définit le conflit). En IPv6, les adresses de ceux qui répondent ou parlent sont sollicitées de \
                   même (RFC 4861, 7.2).",
            lookalikes: "Les adresses partagées entre routeurs (VRRP, CARP, HSRP, GLBP), les grappes à répartition de charge, un \
                         hôte à deux cartes sur le segment, un routeur qui répond pour d'autres (proxy ARP), un appareil qui répond \
                         deux fois, une adresse IPv6 pour laquelle plusieurs répondent en le disant (anycast) : chacun est \
                         reconnu et figure en remarque. Un PC cloné qui détient deux adresses de son jumeau \
                         ressemble à un hôte à deux cartes, sauf si leurs noms ou le TTL de leurs échos diffèrent.",
            remedy: "Retrouvez les deux appareils par leur fabricant, leur type et leur nom, ou par leur MAC dans la table du \
                     commutateur. Donnez à l'un une autre adresse, ou passez-le en DHCP. Si l'un tient son adresse d'un bail, \
                     redémarrez-le. Puis relancez l'analyse.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, OURS, SIBLING, Scene, macs};
    use crate::finding::Reason;
    use crate::observe::{Claim, Cut};

    fn problem(scene: &Scene) -> DuplicateAddress {
        match scene.found(judge).remove(0).problem {
            Problem::DuplicateAddress(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_cards_that_claim_one_address_are_a_duplicate() {
        let scene = Scene::swept().claim("10.0.0.9", B).claim("10.0.0.9", A).claim("10.0.0.7", C);
        assert_eq!(scene.codes(), ["L3-duplicate-address"]);
        let found = scene.found(judge).remove(0);
        assert_eq!((found.severity, found.evidence.len()), (Severity::Broken, 2));
        assert_eq!(problem(&scene).macs, macs(&[A, B]));
        assert_eq!(problem(&scene).owners.iter().map(|owner| owner.mac).collect::<Vec<_>>(), macs(&[A, B]));
    }

    #[test]
    fn one_card_by_however_many_messages_is_not() {
        let hows = [Claim::Reply, Claim::Unicast, Claim::Announcement, Claim::Request, Claim::Overheard];
        let scene = hows.into_iter().fold(Scene::swept(), |scene, how| scene.says("10.0.0.9", A, how));
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_second_owner_heard_by_any_kind_of_message_counts() {
        for how in [Claim::Unicast, Claim::Announcement, Claim::Request, Claim::Overheard, Claim::Surplus] {
            let scene = Scene::swept().claim("10.0.0.9", A).says("10.0.0.9", B, how);
            assert_eq!(problem(&scene).macs, macs(&[A, B]), "{how:?}");
        }
    }

    #[test]
    fn a_capture_in_which_nobody_asked_shows_duplicates_and_never_their_absence() {
        let scene = Scene::capture().says("10.0.0.9", A, Claim::Overheard);
        assert_eq!(scene.verdict(judge), Verdict::NotTested(Reason::NothingAsked));
        assert_eq!(scene.says("10.0.0.9", B, Claim::Announcement).codes(), ["L3-duplicate-address"]);
    }

    #[test]
    fn a_look_that_was_cut_short_is_not_clear() {
        let reason = Reason::Stopped { asked: 20, planned: 254 };
        assert_eq!(Scene::partly(20).cut(Cut::User).verdict(judge), Verdict::NotTested(reason));
    }

    #[test]
    fn of_ipv6_two_cards_are_a_duplicate_unless_one_says_that_others_may_answer() {
        let ip = "2001:db8::9";
        let scene = Scene::swept().own6(&["fe80::1/64"]).claim(ip, A);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
        assert_eq!(problem(&scene.clone().claim(ip, B)).macs, macs(&[A, B]));
        let anycast = scene.clone().says(ip, B, Claim::Yielding);
        assert_eq!(anycast.codes(), ["L3-virtual-address"]);
        assert_eq!(scene.clone().claim(ip, "00:00:5e:00:02:07").codes(), ["L3-virtual-address"]);
        // One host has as many as it likes, and two that share several are two all the same.
        let many = ["fe80::a", "2001:db8::a", "2001:db8::b", "2001:db8::c", "2001:db8::d"];
        assert!(scene.clone().claims(&many, &[A]).codes().is_empty());
        assert_eq!(scene.claims(&many[..2], &[A, B]).codes(), ["L3-duplicate-address"; 2]);
    }

    #[test]
    fn a_card_of_ipv6_only_is_judged_by_what_was_asked_of_ipv6() {
        let card = crate::observe::Fact::OurCard {
            mac: crate::check::testing::mac(OURS),
            addresses: vec![],
            siblings: vec![],
        };
        let alone = Scene::capture().fact(card);
        assert_eq!(alone.clone().own6(&["fe80::1/64"]).verdict(judge), Verdict::Clear);
        assert_eq!(alone.cut(Cut::Link).own6(&["fe80::1/64"]).verdict(judge), Verdict::NotTested(Reason::LinkLost));
    }

    #[test]
    fn an_echo_or_a_name_without_a_claim_makes_no_owner() {
        let scene = Scene::swept().claim("10.0.0.9", A).echo("10.0.0.9", B, 64).named("10.0.0.9", C, "PC");
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn our_other_card_alone_is_no_duplicate_and_beside_a_stranger_it_is() {
        let scene = Scene::swept().claim("10.0.0.2", SIBLING);
        assert!(scene.codes().is_empty());
        assert_eq!(problem(&scene.claim("10.0.0.2", A)).macs, macs(&[A, SIBLING]));
    }

    #[test]
    fn our_own_address_is_left_to_its_own_check() {
        let scene = Scene::swept().claim("10.0.0.1", A).claim("10.0.0.1", B).claim("10.0.0.1", OURS);
        assert_eq!(scene.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn the_words_say_who_answered_when_asked_alone_and_whose_the_address_is() {
        let plan = "[[fixed]]\nname = \"till\"\naddress = \"10.0.0.9\"\nmac = \"b8:27:eb:00:00:0a\"";
        let unasked = Scene::swept().plan(plan).claim("10.0.0.9", A).claim("10.0.0.9", B);
        assert!(!problem(&unasked).english().why.to_lowercase().contains("alone"));
        let asked = unasked.asked_alone("10.0.0.9", A).asked_alone("10.0.0.9", B);
        let half = asked.says("10.0.0.9", A, Claim::Unicast);
        let words = problem(&half).english();
        assert!(words.why.contains(&format!("Asked alone, {B} did not answer.")), "{}", words.why);
        assert!(words.remedy[1].contains("“till”"), "{}", words.remedy[1]);
        let both = half.says("10.0.0.9", B, Claim::Unicast);
        assert!(problem(&both).english().why.contains("Each of them answered again"));
        assert!(problem(&both).french().why.contains("Chacun a répondu"));
    }
}
