//! An IPv6 router gives a prefix and not itself, or a prefix that is on its way out: mostly meant, and worth knowing.

use std::net::{IpAddr, Ipv6Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::advertising::{Advertising, list, routers};
use super::{Problem, routers_gap};
use crate::finding::{Explain, Finding, Manual, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::{Ipv6Net, Mac};
use crate::observe::Inventory;
use crate::site::Plan;

/// What is odd about a router's times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RouterLifetime {
    /// The router.
    pub router: Advertising,
    /// It is no way out, or no more (lifetime 0).
    pub no_way_out: bool,
    /// Its prefixes whose addresses are to be used no more (preferred lifetime 0).
    #[schemars(with = "Vec<String>")]
    pub deprecated: Vec<Ipv6Net>,
}

/// Every router with such times.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let findings = routers(inventory, plan).into_iter().filter_map(|(router, seen)| {
        let no_way_out = router.told.lifetime_s == 0;
        let out = router.told.prefixes.iter().filter(|told| told.preferred_s == 0);
        let deprecated: Vec<Ipv6Net> = out.map(|told| told.prefix).collect();
        if !no_way_out && deprecated.is_empty() {
            return None;
        }
        let problem = RouterLifetime { router, no_way_out, deprecated };
        Some(Finding::new(Severity::Note, Problem::RouterLifetime(problem), vec![seen]))
    });
    Verdict::of(findings.collect(), routers_gap(inventory).map_or(Verdict::Clear, Verdict::NotTested))
}

impl RouterLifetime {
    fn router(&self) -> Ipv6Addr {
        self.router.router
    }

    fn deprecated(&self) -> String {
        self.deprecated.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl Explain for RouterLifetime {
    fn english(&self) -> Wording {
        let (ip, gone) = (self.router(), self.deprecated());
        let title = match (self.no_way_out, self.deprecated.is_empty()) {
            (true, true) if self.router.told.prefixes.is_empty() => format!("The IPv6 router {ip} is no way out"),
            (true, true) => format!("The IPv6 router {ip} gives a prefix, and is no way out"),
            (true, false) => format!("The IPv6 router {ip} withdraws"),
            (false, _) => format!("The IPv6 router {ip} withdraws the prefix {gone}"),
        };
        let mut said = Vec::new();
        if self.no_way_out {
            said.push("It says that nobody is to send what is far by it (router lifetime 0).".to_owned());
        }
        if !self.deprecated.is_empty() {
            said.push(format!("It says that addresses of {gone} are to be used for nothing new (preferred lifetime 0)."));
        }
        let remedy = match self.no_way_out {
            true => "Nothing, if it joins a network of its own to this one (a hub of lights or thermostats), or was just switched off.",
            false => "Nothing, if the provider has just given other addresses: devices take the new ones by themselves.",
        };
        Wording {
            title,
            why: format!("A router advertisement was heard from {}. {}", list(std::slice::from_ref(&self.router), Language::En), said.join(" ")),
            remedy: vec![
                remedy.to_owned(),
                "Else look at the router: one that has lost its line to the provider says the same, and IPv6 leads nowhere then.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, gone) = (self.router(), self.deprecated());
        let title = match (self.no_way_out, self.deprecated.is_empty()) {
            (true, true) if self.router.told.prefixes.is_empty() => format!("Le routeur IPv6 {ip} ne mène nulle part"),
            (true, true) => format!("Le routeur IPv6 {ip} donne un préfixe, mais ne mène nulle part"),
            (true, false) => format!("Le routeur IPv6 {ip} se retire"),
            (false, _) => format!("Le routeur IPv6 {ip} retire le préfixe {gone}"),
        };
        let mut said = Vec::new();
        if self.no_way_out {
            said.push("Il dit que personne ne doit sortir par lui (durée de vie de routeur 0).".to_owned());
        }
        if !self.deprecated.is_empty() {
            said.push(format!("Il dit que les adresses de {gone} ne doivent plus servir à rien de nouveau (durée préférée 0)."));
        }
        let remedy = match self.no_way_out {
            true => "Rien, s'il relie à celui-ci un réseau à lui (passerelle d'éclairage ou de thermostats), ou s'il vient d'être arrêté.",
            false => "Rien, si l'opérateur vient de donner d'autres adresses : les appareils prennent les nouvelles d'eux-mêmes.",
        };
        Wording {
            title,
            why: format!("Une annonce de routeur a été entendue de {}. {}", list(std::slice::from_ref(&self.router), Language::Fr), said.join(" ")),
            remedy: vec![
                remedy.to_owned(),
                "Sinon, voyez le routeur : celui qui a perdu sa ligne d'opérateur dit la même chose, et l'IPv6 ne mène alors nulle part.".to_owned(),
            ],
        }
    }

    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool {
        self.router.concerns(ip, mac)
    }

    fn subject(&self) -> Subject {
        Subject::holder(self.router(), self.router.holder.mac)
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "IPv6 router that withdraws",
            meaning: "An IPv6 router gives a prefix and says that it is no way out, or says that a prefix is not to be used any more.",
            seen: "Router advertisements (RFC 4861, 4.2 and 4.6.2) with a router lifetime of 0, or a prefix whose preferred lifetime is \
                   0. What a router told last counts.",
            lookalikes: "A hub that joins a network of small devices (Thread) to this one does so on purpose. A provider that gives \
                         another prefix lets the old one run out.",
            remedy: "Nothing where it is meant. Else look at the router and its line: one that has lost its provider says the same.",
        },
        Manual {
            title: "Routeur IPv6 qui se retire",
            meaning: "Un routeur IPv6 donne un préfixe et dit ne mener nulle part, ou dit qu'un préfixe ne doit plus servir.",
            seen: "Des annonces de routeur (RFC 4861, 4.2 et 4.6.2) dont la durée de vie de routeur est 0, ou un préfixe dont la durée \
                   préférée est 0. C'est la dernière annonce d'un routeur qui compte.",
            lookalikes: "Une passerelle qui relie un réseau de petits appareils (Thread) à celui-ci le fait exprès. Un opérateur qui \
                         donne un autre préfixe laisse l'ancien s'éteindre.",
            remedy: "Rien si c'est voulu. Sinon, voyez le routeur et sa ligne : celui qui a perdu son opérateur dit la même chose.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::second_router::tests::advertised;
    use super::*;
    use crate::check::testing::{A, Scene};
    use crate::observe::Fact;

    const PREFIX: &str = "2001:db8:1::/64";

    fn scene(lifetime_s: u16, deprecated: bool) -> Scene {
        let Fact::RouterAdvertised(mut told) = advertised("fe80::a", A, lifetime_s, &[PREFIX]) else { panic!("no router") };
        if deprecated {
            told.told.prefixes[0].preferred_s = 0;
        }
        Scene::swept().own6(&["fe80::1/64"]).fact(Fact::RouterAdvertised(told))
    }

    #[test]
    fn a_router_that_goes_on_is_nothing_to_tell() {
        assert_eq!(scene(1800, false).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn each_kind_of_withdrawal_has_its_words() {
        let title = |scene: Scene| {
            let found = scene.found(judge).remove(0);
            assert_eq!(found.severity, Severity::Note);
            found.problem.explain().english().title
        };
        assert_eq!(title(scene(0, false)), "The IPv6 router fe80::a gives a prefix, and is no way out");
        assert_eq!(title(scene(0, true)), "The IPv6 router fe80::a withdraws");
        assert_eq!(title(scene(1800, true)), format!("The IPv6 router fe80::a withdraws the prefix {PREFIX}"));
    }
}
