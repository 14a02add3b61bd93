//! The port is on another VLAN than the plan says.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::neighbour_not_planned::elsewhere;
use super::neighbouring::{one_switch, outlet};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::line::one_line;
use crate::net::{Mac, VlanId};
use crate::observe::{Advertised, Inventory, Observation};
use crate::site::Plan;

/// A VLAN that is another one than planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WrongVlan {
    /// What the switch calls itself.
    pub switch: String,
    /// Its port.
    pub port: String,
    /// It is the VLAN of telephones; else that of frames without a tag.
    pub voice: bool,
    /// The VLAN that the switch tells.
    pub told: VlanId,
    /// The VLAN of the plan.
    pub planned: VlanId,
    /// The outlet that the plan says it of; `None` where it says so of the network that the laptop has an address in.
    pub outlet: Option<String>,
}

/// The VLANs of the outlet, else the VLAN of the network of our address, against what the switch tells.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let outlet = outlet(inventory, plan).filter(|outlet| outlet.vlan.is_some() || outlet.voice_vlan.is_some());
    let own = inventory.card().map(|card| card.addresses.as_slice()).unwrap_or_default();
    let network = || plan.networks_of(own).find_map(|network| network.vlan);
    let (untagged, voice) = match outlet {
        Some(outlet) => (outlet.vlan, outlet.voice_vlan),
        None => (network(), None),
    };
    if untagged.is_none() && voice.is_none() {
        return Verdict::NotTested(Reason::NotPlanned);
    }
    let told = match one_switch(inventory) {
        Ok(told) => told,
        Err(reason) => return Verdict::NotTested(reason),
    };
    let says = |of: fn(&Advertised) -> Option<VlanId>| told.iter().find_map(|(told, seen)| Some((of(told)?, *seen, told)));
    let compared = [(untagged, says(|told| told.vlan), false), (voice, says(Advertised::voice_vlan), true)];
    let mut findings = Vec::new();
    let mut untold = false;
    for (planned, said, voice) in compared {
        let Some(planned) = planned else { continue };
        let Some((vlan, seen, by)) = said else {
            untold = true;
            continue;
        };
        if vlan != planned {
            let (switch, port) = (by.called().to_owned(), by.port.clone());
            let label = outlet.map(|outlet| outlet.label.clone());
            let problem = WrongVlan { switch, port, voice, told: vlan, planned, outlet: label };
            let because_of = elsewhere(inventory, plan).filter(|_| problem.outlet.is_some());
            findings.push(Finding { because_of, ..found(problem, seen) });
        }
    }
    Verdict::of(findings, if untold { Verdict::NotTested(Reason::NeighbourSilent) } else { Verdict::Clear })
}

fn found(problem: WrongVlan, seen: &Observation) -> Finding {
    // Of an outlet the plan is sure; an address that works on another VLAN shows a plan or a laptop that is wrong.
    let severity = if problem.outlet.is_some() { Severity::Broken } else { Severity::Risk };
    Finding::new(severity, Problem::WrongVlan(problem), vec![seen.clone()])
}

impl WrongVlan {
    fn there(&self) -> (String, String) {
        (one_line(&self.switch), one_line(&self.port))
    }
}

impl Explain for WrongVlan {
    fn english(&self) -> Wording {
        let ((switch, port), told, planned) = (self.there(), self.told, self.planned);
        let what = if self.voice { "voice VLAN" } else { "VLAN" };
        let title = match &self.outlet {
            Some(label) => format!("Outlet {label} is on {what} {told} instead of {planned}"),
            None => format!("The port is on VLAN {told}, the network of the laptop's address on {planned}"),
        };
        let consequence = match (&self.outlet, self.voice) {
            (Some(_), true) => "A telephone plugged in here asks for its address and its server on the wrong network.",
            (Some(_), false) => "A device plugged in here gets an address of another network and does not reach its own servers.",
            (None, _) => "Either the laptop's address belongs to another network than this outlet's, or the plan is out of date.",
        };
        Wording {
            title,
            why: format!("Port {port} of {switch} says so itself. {consequence}"),
            remedy: vec![
                format!("On {switch}, set {what} {planned} on port {port}; or plug the cord into a port that has it."),
                "If the switch is right, correct the plan.".to_owned(),
                "Run trousse link again: the VLAN must be the planned one.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let ((switch, port), told, planned) = (self.there(), self.told, self.planned);
        let what = if self.voice { "VLAN voix" } else { "VLAN" };
        let title = match &self.outlet {
            Some(label) => format!("La prise {label} est sur le {what} {told} au lieu du {planned}"),
            None => format!("Le port est sur le VLAN {told}, le réseau de l'adresse du portable sur le {planned}"),
        };
        let consequence = match (&self.outlet, self.voice) {
            (Some(_), true) => "Un téléphone branché ici cherche son adresse et son serveur sur le mauvais réseau.",
            (Some(_), false) => "Un appareil branché ici reçoit une adresse d'un autre réseau et n'atteint pas ses serveurs.",
            (None, _) => "Soit l'adresse du portable est d'un autre réseau que celui de cette prise, soit le plan n'est pas à jour.",
        };
        Wording {
            title,
            why: format!("Le port {port} de {switch} le dit lui-même. {consequence}"),
            remedy: vec![
                format!("Sur {switch}, mettez le port {port} sur le {what} {planned}, ou branchez le cordon sur un port qui l'a."),
                "Si le commutateur a raison, corrigez le plan.".to_owned(),
                "Relancez trousse link : le VLAN doit être celui du plan.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A wall outlet leads to the wrong part of the network.",
                "Put the cord where it belongs, or change the setting of its port.",
            ],
            french: [
                "Une prise murale mène à la mauvaise partie du réseau.",
                "Remettre le cordon à sa place, ou corriger le réglage de son port.",
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
        matches!(cause, Problem::NeighbourNotPlanned(cause) if self.outlet.is_some() && cause.outlet.as_ref().map(|outlet| &outlet.label) == self.outlet.as_ref())
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Wrong VLAN",
            meaning: "The switch's port is on another VLAN than planned: what is plugged in there is on the wrong network.",
            seen: "The switch tells the VLAN of frames without a tag by LLDP (802.1 port VLAN ID) or CDP (native VLAN), and that of \
                   telephones by LLDP-MED or CDP. Both are compared with the outlet of the plan (--outlet); without one, the first is \
                   compared with the VLAN of the [[network]] that the laptop has an address in.",
            lookalikes: "Some small switches number a port's VLAN 1 whatever it is. A switch that tells no VLAN is not tested.",
            remedy: "Set the port's VLAN, move the cord, or correct the plan.",
        },
        Manual {
            title: "Mauvais VLAN",
            meaning: "Le port du commutateur est sur un autre VLAN que prévu : ce qu'on y branche est sur le mauvais réseau.",
            seen: "Le commutateur dit le VLAN des trames sans étiquette par LLDP (port VLAN ID de 802.1) ou CDP (VLAN natif), et celui des \
                   téléphones par LLDP-MED ou CDP. Les deux sont comparés à la prise du plan (--outlet) ; sans elle, le premier est comparé \
                   au VLAN du [[network]] où le portable a une adresse.",
            lookalikes: "Certains petits commutateurs annoncent le VLAN 1 quoi qu'il en soit. Un commutateur qui ne dit aucun VLAN n'est \
                         pas testé.",
            remedy: "Réglez le VLAN du port, déplacez le cordon, ou corrigez le plan.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::neighbouring::testing::{PLAN, advertised, at};
    use crate::check::testing::{OURS, mac};
    use crate::observe::{Fact, Policy};

    fn on(vlan: u16, voice: u16) -> Advertised {
        let policy = Policy { application: 1, tagged: true, vlan: VlanId::new(voice), priority: Some(5), dscp: Some(46) };
        Advertised { vlan: VlanId::new(vlan), policies: vec![policy], ..advertised() }
    }

    fn titles(verdict: Verdict) -> Vec<String> {
        let Verdict::Found(found) = verdict else { panic!("nothing found: {verdict:?}") };
        found.iter().map(|finding| finding.problem.explain().french().title).collect()
    }

    #[test]
    fn both_vlans_of_an_outlet_are_compared() {
        assert_eq!(at("A12", [on(20, 30)]).plan(PLAN).verdict(judge), Verdict::Clear);
        assert_eq!(
            titles(at("A12", [on(1, 20)]).plan(PLAN).verdict(judge)),
            ["La prise A12 est sur le VLAN 1 au lieu du 20", "La prise A12 est sur le VLAN voix 20 au lieu du 30"]
        );
    }

    #[test]
    fn a_cord_in_the_wrong_port_is_the_cause() {
        let moved = Advertised { port: "Gi1/0/14".into(), ..on(1, 30) };
        let causes = |told: Advertised| match at("A12", [told]).plan(PLAN).verdict(judge) {
            Verdict::Found(found) => found.into_iter().map(|finding| finding.because_of).collect::<Vec<_>>(),
            other => panic!("nothing found: {other:?}"),
        };
        assert_eq!(causes(moved), [Some("L2-neighbour-not-planned".to_owned())]);
        assert_eq!(causes(on(1, 30)), [None]);
    }

    #[test]
    fn without_an_outlet_the_network_of_our_address_is_compared() {
        let ours = Fact::OurCard { mac: mac(OURS), addresses: vec!["10.0.0.1/24".parse().expect("a prefix")], siblings: vec![] };
        let scene = |told| at("", [told]).plan(PLAN).fact(ours.clone());
        assert_eq!(scene(on(20, 99)).verdict(judge), Verdict::Clear);
        assert_eq!(titles(scene(on(1, 99)).verdict(judge)).len(), 1);
        assert_eq!(at("", [on(1, 99)]).plan(PLAN).verdict(judge), Verdict::NotTested(Reason::NotPlanned), "no address of ours");
    }

    #[test]
    fn a_switch_that_tells_no_vlan_is_not_cleared() {
        let silent = Advertised { vlan: None, ..advertised() };
        assert_eq!(at("A12", [silent]).plan(PLAN).verdict(judge), Verdict::NotTested(Reason::NeighbourSilent));
        assert_eq!(titles(at("A12", [Advertised { vlan: VlanId::new(1), ..advertised() }]).plan(PLAN).verdict(judge)).len(), 1);
    }
}
