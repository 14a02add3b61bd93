//! The cable ends at another switch or port than the plan says.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::neighbouring::{one_switch, outlet};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::line::one_line;
use crate::net::Mac;
use crate::observe::Inventory;
use crate::site::{Outlet, Plan};

/// Where the cable ends, and where it should.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NeighbourNotPlanned {
    /// What the switch at the other end calls itself.
    pub switch: String,
    /// Its port.
    pub port: String,
    /// The outlet of the plan; `None` where the switch itself is none of the plan's.
    pub outlet: Option<Expected>,
}

/// What the plan says of an outlet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// Its label.
    pub label: String,
    /// Its switch.
    pub switch: Option<String>,
    /// Its port.
    pub port: Option<String>,
}

/// Another switch or port than the outlet's; else a switch that the plan does not name.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let outlet = outlet(inventory, plan).filter(|outlet| outlet.switch.is_some() || outlet.port.is_some());
    if outlet.is_none() && plan.switches.is_empty() {
        return Verdict::NotTested(Reason::NotPlanned);
    }
    let told = match one_switch(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    // A switch that speaks two protocols may write its port in two ways: either will do.
    let right = told.iter().any(|(told, _)| {
        let is = |name: &str| plan.switch(name).map_or_else(|| name.eq_ignore_ascii_case(told.called()), |planned| {
            planned.is(told.called(), told.addresses.iter().copied())
        });
        match outlet {
            Some(outlet) => {
                let words = [Some(told.port.as_str()), told.port_description.as_deref()];
                let port = words.into_iter().flatten().filter_map(|word| outlet.is_port(word)).reduce(|one, other| one || other);
                outlet.switch.as_deref().is_none_or(is) && port.unwrap_or(true)
            }
            None => plan.switches.iter().any(|planned| is(&planned.name)),
        }
    });
    let Some((first, _)) = told.first().filter(|_| !right) else { return Verdict::Clear };
    let expected =
        |outlet: &Outlet| Expected { label: outlet.label.clone(), switch: outlet.switch.clone(), port: outlet.port.clone() };
    let problem =
        NeighbourNotPlanned { switch: first.called().to_owned(), port: first.port.clone(), outlet: outlet.map(expected) };
    let severity = if outlet.is_some() { Severity::Degraded } else { Severity::Risk };
    let evidence = told.iter().map(|(_, seen)| (*seen).clone()).collect();
    Verdict::Found(vec![Finding::new(severity, Problem::NeighbourNotPlanned(problem), evidence)])
}

/// The code of this check where the outlet's cable ends elsewhere: what is wrong with the port there is wrong because of it.
pub(super) fn elsewhere(inventory: &Inventory, plan: &Plan) -> Option<String> {
    let Verdict::Found(found) = judge(inventory, plan) else { return None };
    let at_outlet = |finding: &Finding| matches!(&finding.problem, Problem::NeighbourNotPlanned(problem) if problem.outlet.is_some());
    found.iter().find(|finding| at_outlet(finding)).map(|finding| finding.problem.code().to_owned())
}

impl NeighbourNotPlanned {
    /// Switch and port, clean and on one line.
    fn there(&self) -> (String, String) {
        (one_line(&self.switch), one_line(&self.port))
    }
}

impl Explain for NeighbourNotPlanned {
    fn english(&self) -> Wording {
        let (switch, port) = self.there();
        let Some(expected) = &self.outlet else {
            return Wording {
                title: format!("The switch {switch} at the other end is not in the plan"),
                why: format!(
                    "The cable ends at port {port} of a switch that the plan does not name: one that somebody added, one that was \
                     replaced, or a plan that is out of date."
                ),
                remedy: vec![
                    "Find the switch and ask who put it there; a small one under a desk is a risk of loops and of load.".to_owned(),
                    "If it belongs there, add it to the plan under [[switch]].".to_owned(),
                ],
            };
        };
        let label = &expected.label;
        let planned = match (&expected.switch, &expected.port) {
            (Some(switch), Some(port)) => format!("port {port} of {switch}"),
            (Some(switch), None) => format!("the switch {switch}"),
            (None, port) => format!("port {}", port.as_deref().unwrap_or_default()),
        };
        Wording {
            title: format!("Outlet {label} ends at port {port} of {switch}, not at {planned}"),
            why: "The plan says otherwise: a cord was moved in the cabinet, two labels were exchanged, or the plan is out of date. Whoever \
                  works by the plan will pull the wrong cord."
                .to_owned(),
            remedy: vec![
                format!("In the cabinet, follow the cord of outlet {label} from its panel, and plug it where the plan says."),
                "If it is right as it is, correct the plan or the label.".to_owned(),
                format!("Run it again: trousse link --outlet {label} --site PLAN."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (switch, port) = self.there();
        let Some(expected) = &self.outlet else {
            return Wording {
                title: format!("Le commutateur {switch}, à l'autre bout, n'est pas dans le plan"),
                why: format!(
                    "Le câble aboutit au port {port} d'un commutateur que le plan ne nomme pas : quelqu'un l'a ajouté, il en remplace un \
                     autre, ou le plan n'est pas à jour."
                ),
                remedy: vec![
                    "Trouvez ce commutateur et demandez qui l'a posé : un petit commutateur sous un bureau est un risque de boucle et de \
                     charge."
                        .to_owned(),
                    "S'il a sa place ici, ajoutez-le au plan sous [[switch]].".to_owned(),
                ],
            };
        };
        let label = &expected.label;
        let planned = match (&expected.switch, &expected.port) {
            (Some(switch), Some(port)) => format!("au port {port} de {switch}"),
            (Some(switch), None) => format!("au commutateur {switch}"),
            (None, port) => format!("au port {}", port.as_deref().unwrap_or_default()),
        };
        Wording {
            title: format!("La prise {label} aboutit au port {port} de {switch}, et non {planned}"),
            why: "Le plan dit autre chose : un cordon a été déplacé dans la baie, deux étiquettes ont été échangées, ou le plan n'est pas à \
                  jour. Qui suivra le plan débranchera le mauvais cordon."
                .to_owned(),
            remedy: vec![
                format!("Dans la baie, suivez le cordon de la prise {label} depuis son panneau, et branchez-le où le plan l'indique."),
                "S'il est bien où il est, corrigez le plan ou l'étiquette.".to_owned(),
                format!("Relancez : trousse link --outlet {label} --site PLAN."),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A cable does not lead where the plan of the site says.",
                "Put the cord where it belongs, or correct the plan.",
            ],
            french: [
                "Un câble ne mène pas là où le plan du site le dit.",
                "Remettre le cordon à sa place, ou corriger le plan.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        Subject::segment()
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Neighbour not planned",
            meaning: "The cable ends at another switch, or at another port of it, than the plan says.",
            seen: "The switch names itself and its port by LLDP (at most 30 s) or CDP (60 s). With --outlet, both are compared with the \
                   outlet of the plan; without, the switch must be one of the plan's ([[switch]]), by its name or by its address. Gi1/0/12 \
                   and GigabitEthernet1/0/12 are the same port.",
            lookalikes: "A switch that was renamed. Where several switches are heard, something between hands their messages on and none \
                         of them is taken for the end of the cable: it is not tested.",
            remedy: "Move the cord, or correct the plan or the label.",
        },
        Manual {
            title: "Voisin non prévu",
            meaning: "Le câble aboutit à un autre commutateur, ou à un autre port, que celui du plan.",
            seen: "Le commutateur se nomme, lui et son port, par LLDP (30 s au plus) ou CDP (60 s). Avec --outlet, les deux sont comparés à \
                   la prise du plan ; sans, le commutateur doit être l'un de ceux du plan ([[switch]]), par son nom ou son adresse. Gi1/0/12 \
                   et GigabitEthernet1/0/12 sont le même port.",
            lookalikes: "Un commutateur renommé. Si plusieurs commutateurs sont entendus, quelque chose relaie leurs annonces et aucun \
                         n'est pris pour le bout du câble : ce n'est pas testé.",
            remedy: "Déplacez le cordon, ou corrigez le plan ou l'étiquette.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::neighbouring::testing::{PLAN, advertised, at};
    use crate::observe::{Advertised, Discovery};

    fn found(verdict: Verdict) -> NeighbourNotPlanned {
        let Verdict::Found(found) = verdict else { panic!("nothing found: {verdict:?}") };
        let Problem::NeighbourNotPlanned(problem) = found[0].problem.clone() else { panic!("another problem") };
        problem
    }

    #[test]
    fn the_planned_port_is_clear_and_another_is_found() {
        assert_eq!(at("a12", [advertised()]).plan(PLAN).verdict(judge), Verdict::Clear);
        let moved = found(at("A12", [Advertised { port: "Gi1/0/14".into(), ..advertised() }]).plan(PLAN).verdict(judge));
        assert_eq!(moved.english().title, "Outlet A12 ends at port Gi1/0/14 of sw-1.example.net, not at port Gi1/0/12 of sw-1");
        let described = Advertised { port: "ge.1.12".into(), port_description: Some("Gi1/0/12".into()), ..advertised() };
        assert_eq!(at("A12", [described]).plan(PLAN).verdict(judge), Verdict::Clear, "the port in other words");
    }

    #[test]
    fn a_switch_that_is_not_in_the_plan_is_found_without_an_outlet_too() {
        let other = Advertised { name: Some("desk".into()), addresses: [].into(), ..advertised() };
        let problem = found(at("", [other]).plan("[[switch]]\nname = \"sw-1\"").verdict(judge));
        assert_eq!((problem.switch.as_str(), problem.outlet), ("desk", None));
        assert_eq!(at("", [advertised()]).plan("[[switch]]\nname = \"sw-1\"").verdict(judge), Verdict::Clear);
    }

    #[test]
    fn what_is_not_planned_not_heard_or_not_sure_is_not_tested() {
        assert_eq!(at("", [advertised()]).verdict(judge), Verdict::NotTested(Reason::NotPlanned));
        assert_eq!(at("A12", []).plan(PLAN).verdict(judge), Verdict::NotTested(Reason::NoNeighbour { listened_ms: 60_000 }));
        let other = Advertised { name: Some("sw-2".into()), source: Mac([2; 6]), chassis: "2".into(), ..advertised() };
        assert_eq!(at("A12", [advertised(), other]).plan(PLAN).verdict(judge), Verdict::NotTested(Reason::SeveralNeighbours));
        let twin = Advertised { protocol: Discovery::Cdp, chassis: "sw-1.example.net".into(), ..advertised() };
        assert_eq!(at("A12", [advertised(), twin]).plan(PLAN).verdict(judge), Verdict::Clear, "one switch, two protocols");
    }
}
