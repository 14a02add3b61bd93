//! A network of the plan that is elsewhere and must be reached is not: none of its gateways answers from here.

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::way_out::{is_shut, unasked};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Ipv4Net, Mac};
use crate::observe::{Inventory, Part};
use crate::site::{Network, Plan};

/// A network that is not reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NoRoute {
    /// What the plan calls it.
    pub name: Option<String>,
    /// Its prefix.
    #[schemars(with = "String")]
    pub prefix: Ipv4Net,
    /// Its gateways, all of which were pinged.
    pub gateways: Vec<Ipv4Addr>,
    /// Pings that nobody answered, to all of them.
    pub pings: u32,
    /// The gateways of this laptop, by which it was tried; none where it has a route of its own there and no default route.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by: Vec<Ipv4Addr>,
}

/// How a network elsewhere was found.
enum Reached {
    Yes,
    No(Box<Finding>),
    Untold(Reason),
}

/// Every network of the plan that must be reached and that we are not in.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let own = inventory.card().map(|card| card.addresses.as_slice()).unwrap_or_default();
    let mut findings = Vec::new();
    let mut untold = None;
    let mut any = false;
    for network in plan.networks_elsewhere(own) {
        any = true;
        match reached(inventory, plan, network) {
            Reached::Yes => {}
            Reached::No(finding) => findings.push(*finding),
            Reached::Untold(reason) => untold = Some(reason),
        }
    }
    let otherwise = match untold {
        Some(reason) => Verdict::NotTested(reason),
        None if any => Verdict::Clear,
        None => Verdict::NotTested(Reason::NoNetworkElsewhere),
    };
    Verdict::of(findings, otherwise)
}

/// One gateway that answers is enough; only where each was asked is their silence the network's.
fn reached(inventory: &Inventory, plan: &Plan, network: &Network) -> Reached {
    let pings: Vec<_> = network.gateways.iter().filter_map(|&ip| inventory.path().ping(ip.into())).collect();
    if pings.iter().any(|(replies, _)| !replies.rtts_us.is_empty()) {
        return Reached::Yes;
    }
    if pings.len() < network.gateways.len() || pings.iter().any(|(replies, _)| replies.sent == 0) {
        return Reached::Untold(unasked(inventory, Part::WayOut));
    }
    if network.gateways.iter().any(|&ip| is_shut(inventory, plan, ip.into())) {
        return Reached::Untold(Reason::GatewaySilent);
    }
    let v4 = |ip| match ip {
        IpAddr::V4(ip) => Some(ip),
        IpAddr::V6(_) => None,
    };
    let problem = NoRoute {
        name: network.name.clone(),
        prefix: network.prefix.trunc(),
        gateways: network.gateways.clone(),
        pings: pings.iter().map(|(replies, _)| replies.sent).sum(),
        by: inventory.path().gateways().filter_map(v4).collect(),
    };
    let evidence = pings.iter().map(|(_, seen)| seen.clone()).collect();
    Reached::No(Box::new(Finding::new(Severity::Degraded, Problem::NoRoute(problem), evidence)))
}

fn list(ips: &[Ipv4Addr]) -> String {
    ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl NoRoute {
    /// One of its gateways; a report that was read may have none.
    fn first(&self) -> String {
        self.gateways.first().map(ToString::to_string).unwrap_or_default()
    }

    /// The network, as people call it.
    fn network(&self, language: Language) -> String {
        let prefix = self.prefix;
        match &self.name {
            Some(name) => language.pick(format!("“{name}” ({prefix})"), format!("« {name} » ({prefix})")),
            None => prefix.to_string(),
        }
    }
}

impl Explain for NoRoute {
    fn english(&self) -> Wording {
        let (network, prefix, gateways, pings) = (self.network(Language::En), self.prefix, list(&self.gateways), self.pings);
        let (by, here) = match self.by.as_slice() {
            [] => ("by this laptop's own route".to_owned(), "the routes of this laptop".to_owned()),
            [ip] => (format!("by the gateway {ip}, which is not silent itself"), format!("the gateway of this network ({ip})")),
            by => (format!("by the gateways {}", list(by)), format!("the gateways of this network ({})", list(by))),
        };
        Wording {
            title: format!("The network {network} is not reached from here"),
            why: format!(
                "The plan says that it must be. None of {pings} pings to {gateways} was answered, sent {by}. \
                 Whatever is asked of that network from here may remain without an answer."
            ),
            remedy: vec![
                format!(
                    "Look at {here}: a route to {prefix} must be there, by the right next hop (traceroute {} shows how far it gets).",
                    self.first()
                ),
                "Look at the other end: without a route back to this network, pings arrive and answers get lost.".to_owned(),
                "Where a tunnel or a line joins the two (VPN, radio, leased line), see that it is up.".to_owned(),
                format!(
                    "If a firewall drops pings to {gateways} on purpose, the network may be well: allow them from here, or take \
                     routed = true out of the plan."
                ),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (network, prefix, gateways, pings) = (self.network(Language::Fr), self.prefix, list(&self.gateways), self.pings);
        let (by, here) = match self.by.as_slice() {
            [] => ("par la route propre à ce portable".to_owned(), "les routes de ce portable".to_owned()),
            [ip] => (format!("par la passerelle {ip}, qui n'est pas muette"), format!("la passerelle de ce réseau ({ip})")),
            by => (format!("par les passerelles {}", list(by)), format!("les passerelles de ce réseau ({})", list(by))),
        };
        Wording {
            title: format!("Le réseau {network} est injoignable d'ici"),
            why: format!(
                "Selon le plan, il doit être joignable. Aucun des {pings} pings vers {gateways} n'a eu de réponse ; ils sont partis \
                 {by}. Ce qu'on demande d'ici à ce réseau risque de rester sans réponse."
            ),
            remedy: vec![
                format!(
                    "Voyez {here} : il y faut une route vers {prefix}, par le bon saut suivant (traceroute {} montre jusqu'où l'on va).",
                    self.first()
                ),
                "Voyez l'autre bout : sans route de retour vers ce réseau-ci, les pings arrivent et les réponses se perdent.".to_owned(),
                "Si un tunnel ou une ligne relie les deux (VPN, radio, ligne louée), vérifiez qu'il est monté.".to_owned(),
                format!(
                    "Si un pare-feu jette volontairement les pings vers {gateways}, le réseau va peut-être bien : autorisez-les d'ici, \
                     ou retirez routed = true du plan."
                ),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Another part of your network cannot be reached from here.",
                "Look at what joins the two: the link between them and the devices at its ends.",
            ],
            french: [
                "Une autre partie de votre réseau est injoignable d'ici.",
                "Vérifier ce qui relie les deux : la liaison et les appareils à ses extrémités.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        self.gateways.iter().any(|gateway| ip == *gateway)
    }

    /// The case of that network, whichever gateways the plan gives it.
    fn subject(&self) -> Subject {
        Subject { port: Some(self.prefix.to_string()), ..Subject::default() }
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Network elsewhere not reached",
            meaning: "A network of the plan that must be reached from this one, as that of another site or another VLAN, does not \
                      answer from here, although the gateway here is not silent.",
            seen: "For each [[network]] with routed = true that the laptop is not in, 20 pings to each of its gateways, by the \
                   laptop's own way. One answer is enough. Where the laptop's gateway is silent, or it has no route at all, it is \
                   not tested. trousse diagnose alone asks; a plan may have 32 such gateways.",
            lookalikes: "A firewall that drops pings, here or there, looks the same while the network is well: ask a service of that \
                         network too ([[service]]). What is broken may be the way there or the way back: pings cannot tell.",
            remedy: "Look at the route in the gateway here, the route back in the other, the tunnel or line between them, then the \
                     firewalls.",
        },
        Manual {
            title: "Réseau distant injoignable",
            meaning: "Un réseau du plan qui doit être joignable depuis celui-ci, comme celui d'un autre site ou d'un autre VLAN, ne \
                      répond pas d'ici, alors que la passerelle d'ici n'est pas muette.",
            seen: "Pour chaque [[network]] à routed = true où le portable n'est pas, 20 pings vers chacune de ses passerelles, par le \
                   chemin du portable. Une réponse suffit. Si la passerelle du portable est muette, ou s'il n'a aucune route, ce n'est \
                   pas testé. Seul trousse diagnose le demande ; un plan peut avoir 32 passerelles de ce genre.",
            lookalikes: "Un pare-feu qui jette les pings, d'un côté ou de l'autre, donne la même image alors que le réseau va bien : \
                         interrogez aussi un service de ce réseau ([[service]]). La panne peut être à l'aller ou au retour : les pings \
                         ne le disent pas.",
            remedy: "Voyez la route dans la passerelle d'ici, la route de retour dans l'autre, le tunnel ou la ligne qui les relie, \
                     puis les pare-feu.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{Cut, Part};

    const PLAN: &str = "[[network]]\nprefix = \"10.0.0.0/24\"\nrouted = true\ngateways = [\"10.0.0.254\"]\n\
         [[network]]\nname = \"site B\"\nprefix = \"10.2.0.0/24\"\nrouted = true\ngateways = [\"10.2.0.1\", \"10.2.0.2\"]\n\
         [[network]]\nprefix = \"10.3.0.0/24\"\ngateways = [\"10.3.0.1\"]\n";

    /// Our gateway is well.
    fn scene() -> Scene {
        Scene::swept().routed("10.0.0.254").pinged("10.0.0.254", 20, &[300; 20]).plan(PLAN)
    }

    #[test]
    fn a_network_none_of_whose_gateways_answers_is_found_with_the_way_to_it() {
        let found = scene().pinged("10.2.0.1", 20, &[]).pinged("10.2.0.2", 20, &[]).found(judge);
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((finding.severity, finding.evidence.len()), (Severity::Degraded, 2));
        let Problem::NoRoute(problem) = &finding.problem else { panic!("{finding:?}") };
        assert_eq!((problem.name.as_deref(), problem.prefix.to_string(), problem.pings), (Some("site B"), "10.2.0.0/24".to_owned(), 40));
        assert_eq!(problem.by, [Ipv4Addr::new(10, 0, 0, 254)]);
        assert_eq!(problem.english().title, "The network “site B” (10.2.0.0/24) is not reached from here");
        assert!(problem.concerns([10, 2, 0, 2].into(), Mac::default()) && !problem.concerns([10, 0, 0, 254].into(), Mac::default()));
    }

    #[test]
    fn one_gateway_that_answers_once_is_enough() {
        assert_eq!(scene().pinged("10.2.0.1", 20, &[]).pinged("10.2.0.2", 20, &[900]).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn what_was_not_asked_is_neither_reached_nor_lost() {
        let not_sent = Verdict::NotTested(Reason::NotSent);
        assert_eq!(scene().verdict(judge), not_sent);
        assert_eq!(scene().pinged("10.2.0.1", 20, &[]).verdict(judge), not_sent, "the other may answer");
        assert_eq!(scene().pinged("10.2.0.1", 20, &[]).pinged("10.2.0.2", 0, &[]).verdict(judge), not_sent);
        let (asked, planned) = (254, 254);
        let late = scene().out_of_time(&[Part::WayOut]);
        assert_eq!(late.verdict(judge), Verdict::NotTested(Reason::OutOfTime { asked, planned }));
        let stopped = scene().cut(Cut::User);
        assert_eq!(stopped.verdict(judge), Verdict::NotTested(Reason::Stopped { asked, planned }));
    }

    #[test]
    fn behind_a_gateway_that_is_silent_nothing_is_said_of_what_is_far() {
        let shut = Scene::swept().routed("10.0.0.254").pinged("10.0.0.254", 20, &[]).plan(PLAN);
        let shut = shut.pinged("10.2.0.1", 20, &[]).pinged("10.2.0.2", 20, &[]);
        assert_eq!(shut.verdict(judge), Verdict::NotTested(Reason::GatewaySilent));
    }

    #[test]
    fn a_network_that_need_not_be_reached_or_is_our_own_is_none_of_its_business() {
        let none = Verdict::NotTested(Reason::NoNetworkElsewhere);
        assert_eq!(Scene::swept().verdict(judge), none);
        let own = "[[network]]\nprefix = \"10.0.0.0/24\"\nrouted = true\ngateways = [\"10.0.0.254\"]\n";
        assert_eq!(Scene::swept().pinged("10.0.0.254", 20, &[]).plan(own).verdict(judge), none);
        assert!(Reason::NoNetworkElsewhere.is_unasked());
    }
}
