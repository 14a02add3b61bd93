//! The power that a switch can give is spent, or nearly, or its supply has failed.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::powering::clear_or_gap;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::mib::power_ethernet::SupplyState;
use crate::net::{Mac, Watts};
use crate::observe::{Inventory, PowerOf};
use crate::poe::budget::{Budget, budgets};
use crate::site::Plan;

/// A supply that is spent or has failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PoeBudget {
    /// The switch.
    pub switch: IpAddr,
    /// The group: the box of a stack, the module of a chassis.
    pub group: u32,
    /// The switch has several groups.
    pub stacked: bool,
    /// The budget.
    pub budget: Budget,
    /// What is wrong with it.
    pub fault: BudgetFault,
}

/// What is wrong with a supply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetFault {
    /// The switch says that the supply is faulty.
    Faulty,
    /// As much is drawn or set aside as there is.
    Spent,
    /// More is drawn than the threshold of the alarm.
    Drawn,
    /// More is set aside than the threshold of the alarm.
    SetAside,
}

/// Every supply of every switch that was asked.
pub fn judge(inventory: &Inventory, _plan: &Plan) -> Verdict {
    let mut findings = Vec::new();
    for told in inventory.power().switches() {
        let (switch, budgets) = (told.switch, told.feeding().map(budgets).unwrap_or_default());
        let stacked = budgets.len() > 1;
        for budget in budgets {
            let Some(fault) = fault(&budget) else { continue };
            let evidence = told.supply_evidence(budget.group);
            let severity = match fault {
                BudgetFault::Faulty => Severity::Broken,
                BudgetFault::Spent => Severity::Degraded,
                BudgetFault::Drawn | BudgetFault::SetAside => Severity::Risk,
            };
            let problem = PoeBudget { switch, group: budget.group, stacked, budget, fault };
            findings.push(Finding::new(severity, Problem::PoeBudget(problem), evidence));
        }
    }
    let tells = |told: &PowerOf<'_>| {
        let known = |budget: &Budget| budget.nominal.is_some() && (budget.measured.is_some() || budget.allocated.is_some());
        told.feeding().is_some_and(|feeding| budgets(feeding).iter().any(known))
    };
    Verdict::of(findings, clear_or_gap(inventory, tells, |switch| Reason::BudgetUntold { switch }))
}

fn fault(budget: &Budget) -> Option<BudgetFault> {
    if budget.state == Some(SupplyState::Faulty) {
        return Some(BudgetFault::Faulty);
    }
    let share = |of: Option<Watts>| of.and_then(|of| budget.percent(of)).unwrap_or_default();
    let (drawn, aside, alarm) = (share(budget.measured), share(budget.allocated), u64::from(budget.alarm()));
    match () {
        () if drawn.max(aside) >= 100 => Some(BudgetFault::Spent),
        () if drawn >= alarm => Some(BudgetFault::Drawn),
        () if aside >= alarm => Some(BudgetFault::SetAside),
        () => None,
    }
}

impl PoeBudget {
    fn place(&self, language: Language) -> String {
        let (switch, group) = (self.switch, self.group);
        match self.stacked {
            true => language.pick(format!("the switch {switch}, unit {group}"), format!("du commutateur {switch}, unité {group}")),
            false => language.pick(format!("the switch {switch}"), format!("du commutateur {switch}")),
        }
    }

    /// What is known of the budget, as a sentence.
    fn figures(&self, language: Language) -> String {
        let Budget { nominal, measured, allocated, worst, .. } = &self.budget;
        let of = |power: &Option<Watts>, english: &str, french: &str| {
            power.map(|power| format!("{} {}", power.say(language), language.pick(english, french)))
        };
        let spent: Vec<String> = [
            of(measured, "drawn", "consommés"),
            of(allocated, "set aside", "réservés"),
            of(worst, "in the worst case", "au pire"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let spent = spent.join(", ");
        match nominal {
            Some(nominal) => {
                let nominal = nominal.say(language);
                language.pick(format!("Of {nominal}: {spent}."), format!("Sur {nominal} : {spent}."))
            }
            None => format!("{spent}."),
        }
    }

    /// From where the alarm is raised, and whose figure that is.
    fn alarm(&self, language: Language) -> String {
        let alarm = self.budget.alarm();
        match self.budget.threshold {
            Some(_) => language.pick(
                format!(" The switch itself raises an alarm from {alarm} % on."),
                format!(" Le commutateur lui-même donne l'alarme à partir de {alarm} %."),
            ),
            None => language.pick(
                format!(" From {alarm} % on, nothing is left for what is plugged in next."),
                format!(" À partir de {alarm} %, il ne reste rien pour ce qu'on branchera ensuite."),
            ),
        }
    }
}

impl Explain for PoeBudget {
    fn english(&self) -> Wording {
        let place = self.place(Language::En);
        let title = match self.fault {
            BudgetFault::Faulty => format!("The PoE supply of {place} is faulty"),
            BudgetFault::Spent => format!("The PoE budget of {place} is spent"),
            BudgetFault::Drawn | BudgetFault::SetAside => format!("The PoE budget of {place} is nearly spent"),
        };
        let (figures, switch) = (self.figures(Language::En), self.switch);
        if self.fault == BudgetFault::Faulty {
            return Wording {
                title,
                why: format!("The switch says so (pethMainPseOperStatus). What it feeds goes dark, all at once or by turns. {figures}"),
                remedy: vec![
                    "Look at the lamps of the supply, its mains lead and its fans; replace the supply.".to_owned(),
                    "Until then, feed what must not fail by injectors.".to_owned(),
                ],
            };
        }
        let alarm = if self.fault == BudgetFault::Spent { String::new() } else { self.alarm(Language::En) };
        Wording {
            title,
            why: format!("{figures}{alarm} The next device gets no power, or one of a lower priority loses its own."),
            remedy: vec![
                format!("Look in trousse link poe --switch {switch} at what each port draws, and move what can be moved to another switch."),
                "Lower the limit of ports that reserve more than their device draws, or let the switch go by usage or class.".to_owned(),
                "Give what must not fail the priority critical; or add a supply, or injectors.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let place = self.place(Language::Fr);
        let title = match self.fault {
            BudgetFault::Faulty => format!("L'alimentation PoE {place} est défaillante"),
            BudgetFault::Spent => format!("Le budget PoE {place} est épuisé"),
            BudgetFault::Drawn | BudgetFault::SetAside => format!("Le budget PoE {place} est presque épuisé"),
        };
        let (figures, switch) = (self.figures(Language::Fr), self.switch);
        if self.fault == BudgetFault::Faulty {
            return Wording {
                title,
                why: format!("Le commutateur le dit (pethMainPseOperStatus). Ce qu'il alimente s'éteint, d'un coup ou tour à tour. {figures}"),
                remedy: vec![
                    "Voyez les voyants de l'alimentation, son cordon secteur et ses ventilateurs ; remplacez-la.".to_owned(),
                    "En attendant, alimentez par injecteur ce qui ne doit pas tomber.".to_owned(),
                ],
            };
        }
        let alarm = if self.fault == BudgetFault::Spent { String::new() } else { self.alarm(Language::Fr) };
        Wording {
            title,
            why: format!("{figures}{alarm} L'appareil suivant ne sera pas alimenté, ou un autre, moins prioritaire, ne le sera plus."),
            remedy: vec![
                format!("Voyez dans trousse link poe --switch {switch} ce que consomme chaque port, et déplacez ce qui peut l'être."),
                "Abaissez la limite des ports qui réservent plus que leur appareil ne consomme, ou laissez le commutateur compter selon \
                 l'usage ou la classe."
                    .to_owned(),
                "Donnez à ce qui ne doit pas tomber la priorité critique ; ou ajoutez une alimentation, ou des injecteurs.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The equipment that powers devices over the network has no power left for more.",
                "Move devices elsewhere, or fit stronger equipment.",
            ],
            french: [
                "L'équipement qui alimente les appareils par le réseau n'a plus de puissance disponible.",
                "Déplacer des appareils, ou installer un équipement plus puissant.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, _: IpAddr, _: Mac) -> bool {
        false
    }

    fn subject(&self) -> Subject {
        if self.stacked { Subject::port(self.switch, format!("{}", self.group)) } else { Subject::address(self.switch) }
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "PoE budget spent",
            meaning: "A switch can give less power in all than all of its ports together. When what is drawn or set aside comes near \
                      that, the next device stays dark, or one of a lower priority goes dark.",
            seen: "pethMainPsePower against pethMainPseConsumptionPower (RFC 3621), and against the sum of what the ports set aside where \
                   the maker's table tells that (cpeExtPsePortPwrAllocated). From pethMainPseUsageThreshold on, the switch's own figure, \
                   or 90 % where it has none. pethMainPseOperStatus faulty is a supply that failed. What the classes allow in the worst \
                   case is shown and is no fault: switches are sold so that it exceeds the budget.",
            lookalikes: "A port whose own limit is lower than its device needs denies power although the budget is not spent.",
            remedy: "Move devices, lower reservations, add a supply or injectors; priorities decide who stays on meanwhile.",
        },
        Manual {
            title: "Budget PoE épuisé",
            meaning: "Un commutateur donne en tout moins de puissance que tous ses ports réunis. Quand ce qui est consommé ou réservé s'en \
                      approche, l'appareil suivant reste éteint, ou un autre, moins prioritaire, s'éteint.",
            seen: "pethMainPsePower comparé à pethMainPseConsumptionPower (RFC 3621), et à la somme de ce que les ports réservent là où la \
                   table du constructeur le dit (cpeExtPsePortPwrAllocated). À partir de pethMainPseUsageThreshold, le seuil du \
                   commutateur lui-même, ou de 90 % s'il n'en a pas. pethMainPseOperStatus à faulty est une alimentation défaillante. Ce \
                   que les classes permettent au pire est affiché et n'est pas un défaut : les commutateurs sont vendus ainsi.",
            lookalikes: "Un port dont la limite est plus basse que le besoin de l'appareil refuse, sans que le budget soit épuisé.",
            remedy: "Déplacez des appareils, abaissez les réservations, ajoutez une alimentation ou des injecteurs ; les priorités décident \
                     qui reste allumé en attendant.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::powering::testing::{port, supply};
    use crate::check::testing::Scene;
    use crate::mib::power_ethernet::Detection;
    use crate::mib::pse::{FeedingPort, FeedingSupply};

    fn verdict(ports: &[FeedingPort], supply: FeedingSupply) -> Option<(Severity, BudgetFault)> {
        match Scene::default().feeds(ports, &[supply]).verdict(judge) {
            Verdict::Found(found) => match &found[0].problem {
                Problem::PoeBudget(problem) => Some((found[0].severity, problem.fault)),
                other => panic!("{other:?}"),
            },
            Verdict::Clear => None,
            Verdict::NotTested(reason) => panic!("{reason:?}"),
        }
    }

    #[test]
    fn the_switch_s_own_threshold_decides_and_else_nine_tenths() {
        let ports = [port(1, Detection::Delivering)];
        assert_eq!(verdict(&ports, supply(100, 89)), None);
        assert_eq!(verdict(&ports, supply(100, 90)), Some((Severity::Risk, BudgetFault::Drawn)));
        let mut own = supply(100, 80);
        own.supply.threshold = Some(80);
        assert_eq!(verdict(&ports, own), Some((Severity::Risk, BudgetFault::Drawn)));
        assert_eq!(verdict(&ports, supply(100, 100)), Some((Severity::Degraded, BudgetFault::Spent)));
    }

    #[test]
    fn what_is_set_aside_counts_and_the_worst_case_does_not() {
        let mut ports = [port(1, Detection::Delivering), port(2, Detection::Delivering)];
        ports.iter_mut().for_each(|port| port.told.class = Some(4));
        assert_eq!(verdict(&ports, supply(50, 10)), None);
        ports.iter_mut().for_each(|port| port.allocated = Some(Watts::from_milliwatts(23_000)));
        assert_eq!(verdict(&ports, supply(50, 10)), Some((Severity::Risk, BudgetFault::SetAside)));
    }

    #[test]
    fn a_faulty_supply_is_said_by_the_switch() {
        let mut faulty = supply(100, 0);
        faulty.supply.state = Some(SupplyState::Faulty);
        assert_eq!(verdict(&[port(1, Detection::Searching)], faulty), Some((Severity::Broken, BudgetFault::Faulty)));
    }

    #[test]
    fn without_a_budget_nothing_is_clear() {
        let scene = Scene::default().feeds(&[port(1, Detection::Delivering)], &[]);
        assert_eq!(scene.verdict(judge), Verdict::NotTested(Reason::BudgetUntold { switch: [10, 0, 0, 2].into() }));
    }

    #[test]
    fn the_words_keep_the_figures_apart() {
        let mut ports = [port(1, Detection::Delivering)];
        (ports[0].told.class, ports[0].allocated) = (Some(3), Some(Watts::from_milliwatts(60_000)));
        let mut near = supply(62, 55);
        near.supply.threshold = Some(80);
        let found = Scene::default().feeds(&ports, &[near]).found(judge).remove(0);
        let words = found.problem.explain().words(Language::Fr);
        assert_eq!(words.title, "Le budget PoE du commutateur 10.0.0.2 est presque épuisé");
        assert!(words.why.starts_with("Sur 62 W : 55 W consommés, 60 W réservés, 15,4 W au pire."), "{}", words.why);
    }
}
