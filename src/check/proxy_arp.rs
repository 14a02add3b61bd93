//! A router answers for addresses that are not its own (proxy ARP), some of which a live host may hold.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contest::{answers_for_many, contests};
use super::duplicate_address::evidence;
use super::holder::{Holder, join};
use super::{Problem, clear_or_gap};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// A card that answers for others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProxyArp {
    /// The card.
    pub mac: Mac,
    /// What is known of it.
    pub owner: Holder,
    /// How many addresses it answers for without holding them.
    pub addresses: u32,
    /// The lowest of them.
    pub first: IpAddr,
    /// The highest of them.
    pub last: IpAddr,
    /// Those of them that a live host holds.
    pub live: Vec<IpAddr>,
    /// It said itself that it would send a packet for one of them on.
    pub said_so: bool,
}

/// A card that said that it forwards, or that answers for many addresses and was not seen to hold them.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let mut proxied: BTreeMap<Mac, Vec<(IpAddr, bool)>> = BTreeMap::new();
    for (ip, contest) in contests(inventory, plan) {
        for mac in contest.proxies {
            proxied.entry(mac).or_default().push((ip, !contest.devices.is_empty()));
        }
    }
    let findings = proxied.into_iter().filter_map(|(mac, addresses)| {
        let (&(first, _), &(last, _)) = (addresses.first()?, addresses.last()?);
        let said_so = addresses.iter().any(|&(ip, _)| inventory.claim(ip, mac).is_some_and(|owner| owner.forwards));
        if !said_so && !answers_for_many(inventory, mac) {
            return None;
        }
        let live: Vec<IpAddr> = addresses.iter().filter(|(_, live)| *live).map(|(ip, _)| *ip).collect();
        let shown = live.first().copied().unwrap_or(first);
        let owner = Holder::of(inventory, plan, shown, mac);
        let evidence = evidence(inventory, shown, &[mac]);
        let problem = ProxyArp { mac, owner, addresses: addresses.len() as u32, first, last, live, said_so };
        Some(Finding::new(Severity::Note, Problem::ProxyArp(problem), evidence))
    });
    Verdict::of(findings.collect(), clear_or_gap(inventory))
}

impl Explain for ProxyArp {
    fn english(&self) -> Wording {
        let proof = if self.said_so {
            "Asked by an echo that may not be sent on, it said that it would have sent it on: the addresses are not its own."
        } else {
            "It answers for many addresses and for none of them as its holder would."
        };
        let live = match self.live.as_slice() {
            [] => String::new(),
            live => format!(" {} also answered for itself: no conflict, the router answers in its place too.", join(live, Language::En)),
        };
        Wording {
            title: format!("{} answers for {} addresses of others (proxy ARP)", self.mac, self.addresses),
            why: format!("{} answers for {} addresses from {} to {}. {proof}{live}", self.owner.describe(Language::En), self.addresses, self.first, self.last),
            remedy: vec![
                "If the router is meant to do so (a subnet behind it, a VPN), nothing.".to_owned(),
                "If not, turn proxy ARP off on that interface of the router: it hides wrong masks and makes free addresses look taken.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let proof = if self.said_so {
            "Interrogé par un écho qui ne peut être relayé, il a dit qu'il l'aurait relayé : ces adresses ne sont pas les siennes."
        } else {
            "Il répond pour de nombreuses adresses, et pour aucune comme le ferait son détenteur."
        };
        let live = match self.live.as_slice() {
            [] => String::new(),
            [one] => format!(" {one} a aussi répondu pour elle-même : pas de conflit, le routeur répond également à sa place."),
            live => format!(" {} ont aussi répondu pour elles-mêmes : pas de conflit, le routeur répond également à leur place.", join(live, Language::Fr)),
        };
        Wording {
            title: format!("{} répond pour {} adresses d'autrui (proxy ARP)", self.mac, self.addresses),
            why: format!("{} répond pour {} adresses, de {} à {}. {proof}{live}", self.owner.describe(Language::Fr), self.addresses, self.first, self.last),
            remedy: vec![
                "Si le routeur doit le faire (un sous-réseau derrière lui, un VPN), rien.".to_owned(),
                "Sinon, désactivez le proxy ARP sur cette interface du routeur : il masque les masques erronés et fait paraître prises des adresses libres.".to_owned(),
            ],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        mac == self.mac && (self.first..=self.last).contains(&ip)
    }

    fn subject(&self) -> Subject {
        Subject::cards(&[self.mac])
    }

    fn holders(&self) -> &[Holder] {
        std::slice::from_ref(&self.owner)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Proxy ARP",
            meaning: "A router answers ARP in the place of other hosts, so that they are reached through it. Free addresses look \
                      taken, and live hosts look doubled; nothing is in conflict.",
            seen: "One card answers for four or more addresses (RFC 1027; RFC 925). An echo request with TTL 1, addressed to that \
                   card for such an address, is answered by its holder and refused by a proxy with \"time exceeded\" (RFC 1812, 4.3.3.4 \
                   and 5.3.1): what the card says itself counts before the number.",
            lookalikes: "A server with many addresses of its own: it answers the echo, and a second owner of one of its addresses is \
                         then reported as a duplicate. Where echoes are filtered, such a server looks like a proxy.",
            remedy: "Leave it where it is meant; turn it off on the router's interface where it is not.",
        },
        Manual {
            title: "Proxy ARP",
            meaning: "Un routeur répond en ARP à la place d'autres hôtes, pour qu'on les joigne par lui. Des adresses libres \
                      paraissent prises, et des hôtes présents paraissent en double ; il n'y a pas de conflit.",
            seen: "Une carte répond pour quatre adresses ou plus (RFC 1027 ; RFC 925). À un écho de TTL 1 adressé à cette carte pour \
                   une telle adresse, le détenteur répond, et le proxy refuse par « temps dépassé » (RFC 1812, 4.3.3.4 et 5.3.1) : ce \
                   que dit la carte compte avant le nombre.",
            lookalikes: "Un serveur à nombreuses adresses propres : il répond à l'écho, et un second détenteur de l'une d'elles est \
                         alors signalé en double. Là où les échos sont filtrés, un tel serveur ressemble à un proxy.",
            remedy: "Laissez-le là où il est voulu ; désactivez-le sur l'interface du routeur là où il ne l'est pas.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, B, C, Scene, address, mac};

    const RANGE: [&str; 4] = ["10.0.0.30", "10.0.0.31", "10.0.0.32", "10.0.0.33"];

    fn problem(scene: &Scene) -> ProxyArp {
        match scene.found(judge).remove(0).problem {
            Problem::ProxyArp(problem) => problem,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_card_that_answers_for_four_addresses_is_a_proxy() {
        let scene = Scene::swept().claims(&RANGE, &[A]);
        assert_eq!(scene.codes(), ["L3-proxy-arp"]);
        let problem = problem(&scene);
        assert_eq!((problem.mac, problem.addresses, problem.said_so), (mac(A), 4, false));
        assert_eq!((problem.first, problem.last), (address(RANGE[0]), address(RANGE[3])));
        assert!(Scene::swept().claims(&RANGE[..3], &[A]).codes().is_empty());
    }

    #[test]
    fn over_a_live_host_it_is_no_duplicate_by_number() {
        let scene = Scene::swept().claims(&RANGE, &[A]).claim(RANGE[2], B).echo(RANGE[2], B, 64);
        assert_eq!(scene.codes(), ["L3-proxy-arp"]);
        assert_eq!(problem(&scene).live, [address(RANGE[2])]);
    }

    #[test]
    fn over_a_live_host_it_is_no_duplicate_when_it_says_that_it_forwards() {
        let scene = Scene::swept().claims(&["10.0.0.9"], &[A, B]).forwards("10.0.0.9", A);
        assert_eq!(scene.codes(), ["L3-proxy-arp"]);
        assert!(problem(&scene).said_so && problem(&scene).live == [address("10.0.0.9")]);
    }

    #[test]
    fn over_a_real_duplicate_both_are_told() {
        let scene = Scene::swept().claims(&RANGE, &[A]).claims(&RANGE[..1], &[B, C]);
        assert_eq!(scene.codes(), ["L3-duplicate-address", "L3-proxy-arp"]);
    }

    #[test]
    fn a_server_with_many_addresses_of_its_own_holds_them_and_can_have_a_rival() {
        let server = RANGE.iter().fold(Scene::swept().claims(&RANGE, &[A]), |scene, ip| scene.echo(ip, A, 64));
        assert_eq!(server.verdict(judge), Verdict::Clear);
        assert_eq!(server.claim(RANGE[1], B).codes(), ["L3-duplicate-address"]);
    }

    #[test]
    fn what_a_card_says_itself_counts_before_how_many_it_answers_for() {
        let router = Scene::swept().claims(&RANGE, &[A]).echo(RANGE[0], A, 64).claim("10.0.0.34", A);
        assert_eq!(problem(&router).first, address(RANGE[1]));
        assert_eq!(router.claim(RANGE[0], B).codes(), ["L3-duplicate-address", "L3-proxy-arp"]);
    }
}
