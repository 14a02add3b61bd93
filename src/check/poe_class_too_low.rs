//! The port gives less power than the device that the outlet is for.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::neighbour_not_planned::elsewhere;
use super::neighbouring::{one_switch, outlet};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::line::one_line;
use crate::net::{Mac, Watts};
use crate::observe::Inventory;
use crate::poe::{Class, End};
use crate::site::Plan;

/// A port that cannot feed what is planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PoeClassTooLow {
    /// The outlet.
    pub outlet: String,
    /// What the switch calls itself.
    pub switch: String,
    /// Its port.
    pub port: String,
    /// The class that the outlet's device needs.
    pub class: u8,
    /// The power of that class at the port, in milliwatts.
    #[serde(rename = "needed_mw")]
    pub needed: Watts,
    /// The most that the port can give, in milliwatts; `None` where it feeds nobody.
    #[serde(rename = "most_mw")]
    pub most: Option<Watts>,
}

/// The class of the outlet against what the port tells of its power.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let planned = outlet(inventory, plan).and_then(|outlet| Some((outlet, Class::new(outlet.power_class?)?)));
    let Some((outlet, class)) = planned else { return Verdict::NotTested(Reason::NotPlanned) };
    let told = match one_switch(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    let needed = class.watts(End::Pse);
    let powers = told.iter().filter_map(|(told, seen)| Some((told.power?, told, *seen)));
    // Of two protocols, the one that tells more.
    let Some((power, by, seen)) = powers.max_by_key(|(power, ..)| power.detail) else {
        return Verdict::NotTested(Reason::NeighbourSilent);
    };
    let feeds = power.feeds && power.enabled != Some(false);
    let most = power.most().filter(|_| feeds);
    match most {
        Some(most) if most >= needed => return Verdict::Clear,
        None if feeds => return Verdict::NotTested(Reason::NeighbourSilent),
        _ => {}
    }
    let problem = PoeClassTooLow {
        outlet: outlet.label.clone(),
        switch: by.called().to_owned(),
        port: by.port.clone(),
        class: class.number(),
        needed,
        most,
    };
    let finding = Finding::new(Severity::Broken, Problem::PoeClassTooLow(problem), vec![seen.clone()]);
    Verdict::Found(vec![Finding { because_of: elsewhere(inventory, plan), ..finding }])
}

impl Explain for PoeClassTooLow {
    fn english(&self) -> Wording {
        let (switch, port, label, class) = (one_line(&self.switch), one_line(&self.port), &self.outlet, self.class);
        let needed = self.needed.say(Language::En);
        let gives = match self.most {
            Some(most) => format!("at most {}", most.say(Language::En)),
            None => "no power".to_owned(),
        };
        Wording {
            title: format!("Outlet {label}: port {port} of {switch} gives {gives}, the device needs class {class} ({needed})"),
            why: "A device that gets less than it asks for does not start, starts without its radios or its heating, or restarts at the \
                  first load."
                .to_owned(),
            remedy: vec![
                match self.most {
                    Some(_) => format!("Plug the outlet into a port that gives class {class}, or put an 802.3 injector of that class between."),
                    None => format!("Switch PoE on for port {port} of {switch}, or plug the outlet into a port that has it."),
                },
                "Before an unknown injector is plugged in, read its label: a passive one (24 or 48 V, always on) destroys what is not made \
                 for it."
                    .to_owned(),
                format!("Run it again: trousse link --outlet {label} --site PLAN."),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (switch, port, label, class) = (one_line(&self.switch), one_line(&self.port), &self.outlet, self.class);
        let needed = self.needed.say(Language::Fr);
        let gives = match self.most {
            Some(most) => format!("donne au plus {}", most.say(Language::Fr)),
            None => "n'alimente pas".to_owned(),
        };
        Wording {
            title: format!("Prise {label} : le port {port} de {switch} {gives}, l'appareil demande la classe {class} ({needed})"),
            why: "Un appareil qui reçoit moins qu'il ne demande ne démarre pas, démarre sans ses radios ou son chauffage, ou redémarre à la \
                  première charge."
                .to_owned(),
            remedy: vec![
                match self.most {
                    Some(_) => {
                        format!("Branchez la prise sur un port de classe {class}, ou intercalez un injecteur 802.3 de cette classe.")
                    }
                    None => format!("Activez le PoE sur le port {port} de {switch}, ou branchez la prise sur un port qui l'a."),
                },
                "Avant de brancher un injecteur inconnu, lisez son étiquette : un injecteur passif (24 ou 48 V en permanence) détruit ce qui \
                 n'est pas prévu pour lui."
                    .to_owned(),
                format!("Relancez : trousse link --outlet {label} --site PLAN."),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A socket gives less electric power than the device meant for it needs.",
                "Use a socket that gives more power, or a power supply of its own.",
            ],
            french: [
                "Une prise fournit moins de courant que l'appareil prévu n'en demande.",
                "Utiliser une prise plus puissante, ou une alimentation séparée.",
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

    /// A cord in the wrong port has the VLANs and the power of that port.
    fn follows_from(&self, cause: &Problem) -> bool {
        matches!(cause, Problem::NeighbourNotPlanned(cause) if cause.outlet.as_ref().is_some_and(|outlet| outlet.label == self.outlet))
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "PoE class too low",
            meaning: "The switch's port cannot give the power that the device planned for this outlet needs.",
            seen: "The port tells its power by LLDP (802.3 power via MDI, 79.3.2; the most it can give where it speaks 802.3bt, else what \
                   its type gives) or CDP (power available), against power_class of the outlet in the plan. A laptop draws none: volts \
                   and watts under load are not measured.",
            lookalikes: "A port that tells nothing of power is not tested. The budget of the whole switch may be short all the same.",
            remedy: "Another port, or an injector that keeps to 802.3.",
        },
        Manual {
            title: "Classe PoE trop basse",
            meaning: "Le port du commutateur ne peut donner la puissance que demande l'appareil prévu pour cette prise.",
            seen: "Le port dit sa puissance par LLDP (power via MDI de 802.3, 79.3.2 ; le maximum qu'il peut donner s'il parle 802.3bt, \
                   sinon ce que donne son type) ou CDP (power available), comparée à power_class de la prise dans le plan. Un portable ne \
                   tire rien : tension et puissance en charge ne sont pas mesurées.",
            lookalikes: "Un port qui ne dit rien de sa puissance n'est pas testé. Le budget du commutateur entier peut manquer quand même.",
            remedy: "Un autre port, ou un injecteur conforme à 802.3.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::neighbouring::testing::{PLAN, advertised, at};
    use crate::observe::{Advertised, PowerTold};

    fn judged(power: Option<PowerTold>) -> Verdict {
        at("A12", [Advertised { power, ..advertised() }]).plan(PLAN).verdict(judge)
    }

    fn of_type(number: u8) -> PowerTold {
        PowerTold { feeds: true, enabled: Some(true), detail: 1, power_type: Some(number), ..PowerTold::default() }
    }

    #[test]
    fn a_port_of_the_right_type_is_clear_and_a_weaker_one_is_found() {
        assert_eq!(judged(Some(of_type(2))), Verdict::Clear);
        let Verdict::Found(found) = judged(Some(of_type(1))) else { panic!("nothing found") };
        assert_eq!(
            found[0].problem.explain().french().title,
            "Prise A12 : le port Gi1/0/12 de sw-1.example.net donne au plus 15,4 W, l'appareil demande la classe 4 (30 W)"
        );
        let figure = PowerTold { available: Some(Watts::from_tenths(250)), detail: 2, ..of_type(4) };
        assert!(matches!(judged(Some(figure)), Verdict::Found(_)), "a figure counts before a type");
    }

    #[test]
    fn a_port_that_is_switched_off_feeds_nobody_and_a_silent_one_is_not_tested() {
        let Verdict::Found(found) = judged(Some(PowerTold { enabled: Some(false), ..of_type(2) })) else { panic!("nothing found") };
        assert!(found[0].problem.explain().english().title.contains("gives no power"));
        assert_eq!(judged(None), Verdict::NotTested(Reason::NeighbourSilent));
        assert_eq!(judged(Some(PowerTold { power_type: None, ..of_type(1) })), Verdict::NotTested(Reason::NeighbourSilent));
        assert_eq!(at("", [advertised()]).plan(PLAN).verdict(judge), Verdict::NotTested(Reason::NotPlanned));
    }
}
