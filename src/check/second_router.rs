//! An IPv6 router too many: devices make addresses in its prefix and send what is far by it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::advertising::{Advertising, list, routers};
use super::{Problem, routers_gap};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::Plan;

/// The routers of the segment, one of them too many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SecondRouter {
    /// Every router that offers itself as a way out.
    pub routers: Vec<Advertising>,
    /// The plan names routers, so that those it does not name are strangers.
    pub is_planned: bool,
    /// They give different prefixes.
    pub differ: bool,
}

/// Routers that offer themselves as a way out: where the plan names some, those that it does not name; else two that do not
/// advertise the same network. One that offers prefixes only, as a hub of smart lights does, is no way out.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let heard = routers(inventory, plan).into_iter().filter(|(router, _)| router.told.lifetime_s > 0);
    let (routers, mut evidence): (Vec<Advertising>, Vec<_>) = heard.unzip();
    let is_planned = !plan.routers6.is_empty();
    let apart = |one: &Advertising, other: &Advertising| {
        let (one, other) = (one.prefixes(), other.prefixes());
        let within = |some: &[_], all: &[_]| some.iter().all(|prefix| all.contains(prefix));
        (!one.is_empty() && !other.is_empty()).then(|| !within(&one, &other) && !within(&other, &one))
    };
    let pairs = || routers.iter().enumerate().flat_map(|(place, one)| routers[..place].iter().map(move |other| (one, other)));
    let differ = pairs().any(|(one, other)| apart(one, other) == Some(true));
    // Of two routers, only one says what the network is: they do not know of each other.
    let strange = pairs().any(|(one, other)| apart(one, other).is_none() && one.prefixes() != other.prefixes());
    let strangers = routers.iter().filter(|router| router.planned.is_none()).count();
    let too_many = if is_planned { strangers > 0 } else { differ || strange };
    if !too_many {
        return routers_gap(inventory).map_or(Verdict::Clear, Verdict::NotTested);
    }
    evidence.sort();
    let severity = if differ { Severity::Broken } else { Severity::Risk };
    let problem = SecondRouter { routers, is_planned, differ };
    Verdict::Found(vec![Finding::new(severity, Problem::SecondRouter(problem), evidence)])
}

impl SecondRouter {
    /// Those that are not in the plan; all, where there is none.
    fn strangers(&self) -> Vec<Advertising> {
        self.routers.iter().filter(|router| router.planned.is_none()).cloned().collect()
    }

    /// The one that is not as planned, where the plan knows it and has other prefixes for it.
    fn changed(&self) -> Option<(&Advertising, &String)> {
        let mut strangers = self.routers.iter().filter(|router| router.planned.is_none());
        let (first, more) = (strangers.next()?, strangers.next());
        first.changed.as_ref().filter(|_| more.is_none() && !self.differ).map(|name| (first, name))
    }
}

impl Explain for SecondRouter {
    fn english(&self) -> Wording {
        if let Some((router, name)) = self.changed() {
            let (ip, described) = (router.router, router.describe(Language::En));
            return Wording {
                title: format!("The IPv6 router {ip}, “{name}”, gives a prefix that the plan does not know"),
                why: format!("Router advertisements were heard from {described}. The plan knows the router, by other prefixes."),
                remedy: vec![
                    "If the provider gave a new prefix, correct the plan ([[router6]], prefixes), firewall rules and DNS records that hold the old one.".to_owned(),
                    "Else compare the router's settings with the plan; see that nobody uses its address or its MAC.".to_owned(),
                    "Run trousse diagnose again.".to_owned(),
                ],
            };
        }
        let (count, strangers) = (self.routers.len(), self.strangers());
        let title = match strangers.as_slice() {
            [one] if self.is_planned => format!("{} offers itself as IPv6 router and is not in the plan", one.router),
            many if self.is_planned => format!("{} IPv6 routers are not in the plan", many.len()),
            _ if self.differ => format!("{count} IPv6 routers give different prefixes on this segment"),
            _ => format!("{count} IPv6 routers offer themselves, and not all of them give a prefix"),
        };
        let harm = match (self.differ, count) {
            (true, _) => {
                "Every device makes itself an address of each prefix and sends by one of the routers, which mostly throws away what \
                 comes from the other's prefix: pages hang, and then work again."
            }
            (false, 1) => "The routers of the plan are silent.",
            (false, _) => "Devices send what is far by any of them, and whoever runs the wrong one can read it or lose it.",
        };
        let which = match self.is_planned {
            true => format!("Find what is not in the plan: {}. Look its MAC up in the switch's address table; mostly it is a box or access point plugged in by its LAN port, or a PC that shares its Internet connection.", list(&strangers, Language::En)),
            false => "Decide which router is the right one; find the other by its MAC in the switch's address table. Mostly it is a box or access point plugged in by its LAN port, or a PC that shares its Internet connection.".to_owned(),
        };
        Wording {
            title,
            why: format!("Router advertisements were heard from {}. {harm}", list(&self.routers, Language::En)),
            remedy: vec![
                which,
                "Unplug it, or switch its router advertisements or its Internet connection sharing off. If it belongs there, name it in the plan ([[router6]]).".to_owned(),
                "Turn on RA guard on the ports of the switches behind which no router is (RFC 6105).".to_owned(),
                "Devices keep the wrong address until it expires: reconnect or restart them. Then run trousse diagnose again.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        if let Some((router, name)) = self.changed() {
            let (ip, described) = (router.router, router.describe(Language::Fr));
            return Wording {
                title: format!("Le routeur IPv6 {ip}, « {name} », donne un préfixe que le plan ne connaît pas"),
                why: format!("Des annonces de routeur ont été entendues de {described}. Le plan connaît ce routeur, avec d'autres préfixes."),
                remedy: vec![
                    "Si l'opérateur a donné un nouveau préfixe, corrigez le plan ([[router6]], prefixes), les règles de pare-feu et les enregistrements DNS qui contiennent l'ancien.".to_owned(),
                    "Sinon, comparez les réglages du routeur avec le plan ; vérifiez que personne n'emprunte son adresse ou sa MAC.".to_owned(),
                    "Relancez trousse diagnose.".to_owned(),
                ],
            };
        }
        let (count, strangers) = (self.routers.len(), self.strangers());
        let title = match strangers.as_slice() {
            [one] if self.is_planned => format!("{} se propose comme routeur IPv6 et n'est pas au plan", one.router),
            many if self.is_planned => format!("{} routeurs IPv6 ne sont pas au plan", many.len()),
            _ if self.differ => format!("{count} routeurs IPv6 donnent des préfixes différents sur ce segment"),
            _ => format!("{count} routeurs IPv6 se proposent, et tous ne donnent pas de préfixe"),
        };
        let harm = match (self.differ, count) {
            (true, _) => {
                "Chaque appareil se fait une adresse dans chaque préfixe et émet par l'un des routeurs, qui le plus souvent jette ce \
                 qui vient du préfixe de l'autre : des pages restent bloquées, puis remarchent."
            }
            (false, 1) => "Les routeurs du plan se taisent.",
            (false, _) => "Les appareils émettent par l'un ou l'autre, et qui tient le mauvais peut lire ce trafic ou le perdre.",
        };
        let which = match self.is_planned {
            true => format!("Retrouvez ce qui n'est pas au plan : {}. Cherchez sa MAC dans la table d'adresses du commutateur ; c'est le plus souvent une box ou une borne Wi-Fi branchée par un port LAN, ou un PC qui partage sa connexion Internet.", list(&strangers, Language::Fr)),
            false => "Décidez quel routeur est le bon ; retrouvez l'autre par sa MAC dans la table d'adresses du commutateur. C'est le plus souvent une box ou une borne Wi-Fi branchée par un port LAN, ou un PC qui partage sa connexion Internet.".to_owned(),
        };
        Wording {
            title,
            why: format!("Des annonces de routeur ont été entendues de {}. {harm}", list(&self.routers, Language::Fr)),
            remedy: vec![
                which,
                "Débranchez-le, ou désactivez ses annonces de routeur ou son partage de connexion Internet. S'il a sa place ici, inscrivez-le au plan ([[router6]]).".to_owned(),
                "Activez la protection « RA guard » sur les ports des commutateurs derrière lesquels il n'y a pas de routeur (RFC 6105).".to_owned(),
                "Les appareils gardent la mauvaise adresse jusqu'à son expiration : reconnectez-les ou redémarrez-les. Puis relancez trousse diagnose.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A device says that it leads to other networks, and is not meant to: others may send everything to it.",
                "Find that device, and take it off or correct its settings.",
            ],
            french: [
                "Un appareil se présente comme la sortie du réseau sans devoir l'être : les autres peuvent tout lui envoyer.",
                "Trouver cet appareil, et le débrancher ou corriger ses réglages.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        let accused = |router: &&Advertising| !self.is_planned || router.planned.is_none();
        self.routers.iter().filter(accused).any(|router| router.concerns(ip, mac))
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Second IPv6 router",
            meaning: "A device offers itself as IPv6 router that is not meant to, or two do that do not serve the same network. IPv6 \
                      goes before IPv4 in most devices, so one wrong advertisement is enough to make all of them hang, or to send what \
                      they say by a stranger.",
            seen: "Router advertisements (RFC 4861): routers are solicited twice and heard for 3.75 s, since one that has just told all \
                   waits 3 s before it does so again. Only advertisements of this segment count (hop limit 255, a link-local source). \
                   Broken where the prefixes differ, else a risk. Nothing is ever advertised by this tool.",
            lookalikes: "Two routers that advertise the same prefixes, such as a VRRP pair. One that offers prefixes and not itself \
                         (lifetime 0), such as a hub of smart lights or thermostats: a note. Routers that the plan names ([[router6]]).",
            remedy: "Find the stranger by its MAC in the switch's table; unplug it or switch its advertisements off; reconnect the \
                     devices. RA guard on the switches (RFC 6105) keeps the next one out.",
        },
        Manual {
            title: "Second routeur IPv6",
            meaning: "Un appareil se propose comme routeur IPv6 sans y être destiné, ou deux le font sans servir le même réseau. IPv6 \
                      passe avant IPv4 dans la plupart des appareils : une seule annonce erronée suffit à les bloquer tous, ou à faire \
                      passer leur trafic par un inconnu.",
            seen: "Les annonces de routeur (RFC 4861) : les routeurs sont sollicités deux fois et écoutés 3,75 s, car celui qui vient de \
                   s'annoncer à tous attend 3 s avant de recommencer. Seules comptent les annonces de ce segment (255 sauts restants, \
                   source de lien local). En panne si les préfixes diffèrent, sinon risque. Cet outil n'annonce jamais rien.",
            lookalikes: "Deux routeurs qui annoncent les mêmes préfixes, comme une paire VRRP. Celui qui donne des préfixes sans se \
                         proposer (durée de vie 0), comme une passerelle d'éclairage ou de thermostats : une remarque. Les routeurs \
                         inscrits au plan ([[router6]]).",
            remedy: "Retrouvez l'intrus par sa MAC dans la table du commutateur ; débranchez-le ou désactivez ses annonces ; reconnectez \
                     les appareils. « RA guard » sur les commutateurs (RFC 6105) évite le suivant.",
        },
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::check::testing::{A, B, Scene, mac};
    use crate::finding::Reason;
    use crate::observe::{Fact, RouterAdvertised};
    use crate::wire::icmpv6::{PrefixTold, RouterAdvertisement};

    /// A router that advertises itself for so long with these prefixes.
    pub(crate) fn advertised(router: &str, card: &str, lifetime_s: u16, prefixes: &[&str]) -> Fact {
        let told = |net: &&str| PrefixTold {
            prefix: net.parse().expect("a prefix"),
            on_link: true,
            autonomous: true,
            valid_s: 86_400,
            preferred_s: 14_400,
        };
        Fact::RouterAdvertised(Box::new(RouterAdvertised {
            router: router.parse().expect("an address"),
            mac: mac(card),
            told: RouterAdvertisement {
                lifetime_s,
                prefixes: prefixes.iter().map(told).collect(),
                ..RouterAdvertisement::default()
            },
        }))
    }

    const OURS: &str = "2001:db8:1::/64";
    const OTHER: &str = "2001:db8:2::/64";

    fn scene() -> Scene {
        Scene::swept().own6(&["fe80::1/64"]).fact(advertised("fe80::a", A, 1800, &[OURS]))
    }

    #[test]
    fn one_router_is_well_and_so_are_two_of_one_network() {
        assert_eq!(scene().verdict(judge), Verdict::Clear);
        assert_eq!(scene().fact(advertised("fe80::b", B, 1800, &[OURS])).verdict(judge), Verdict::Clear);
        assert_eq!(scene().fact(advertised("fe80::b", B, 1800, &[OURS, "fd00::/64"])).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn two_of_different_prefixes_are_broken_and_one_without_a_prefix_is_a_risk() {
        let severity = |scene: Scene| scene.found(judge).remove(0).severity;
        assert_eq!(severity(scene().fact(advertised("fe80::b", B, 1800, &[OTHER]))), Severity::Broken);
        assert_eq!(severity(scene().fact(advertised("fe80::b", B, 1800, &[]))), Severity::Risk);
    }

    #[test]
    fn one_that_offers_prefixes_and_not_itself_is_no_second_router() {
        assert_eq!(scene().fact(advertised("fe80::b", B, 0, &["fd00::/64"])).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn a_router_that_took_itself_back_is_none() {
        let gone = scene().fact(advertised("fe80::b", B, 1800, &[OTHER])).fact(advertised("fe80::b", B, 0, &[OTHER]));
        assert_eq!(gone.verdict(judge), Verdict::Clear);
    }

    #[test]
    fn the_plan_says_who_belongs_there() {
        let other = scene().fact(advertised("fe80::b", B, 1800, &[OTHER]));
        let one = "[[router6]]\nname = \"box\"\naddress = \"fe80::a\"\n";
        let found = other.clone().plan(one).found(judge).remove(0);
        let Problem::SecondRouter(problem) = found.problem else { panic!("{found:?}") };
        assert_eq!(problem.strangers().iter().map(|router| router.router.to_string()).collect::<Vec<_>>(), ["fe80::b"]);
        assert!(problem.concerns("fe80::b".parse().expect("an address"), mac(B)));
        assert!(!problem.concerns("fe80::a".parse().expect("an address"), mac(A)));
        let both = format!("{one}[[router6]]\nmac = \"{B}\"\n");
        assert_eq!(other.plan(&both).verdict(judge), Verdict::Clear);
        let moved = "[[router6]]\naddress = \"fe80::a\"\nprefixes = [\"2001:db8:9::/64\"]\n";
        let found = scene().plan(moved).found(judge).remove(0);
        assert_eq!(found.severity, Severity::Risk);
        let title = found.problem.explain().english().title;
        assert_eq!(title, "The IPv6 router fe80::a, “fe80::a”, gives a prefix that the plan does not know");
    }

    #[test]
    fn where_nobody_asked_nothing_is_clear() {
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoIpv6Here));
        assert_eq!(Scene::capture().verdict(judge), Verdict::NotTested(Reason::NothingAsked));
    }
}
