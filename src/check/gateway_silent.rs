//! The gateway does not answer: nobody gets out of the segment by it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dhcp_wrong_option::Wrong;
use super::way_out::{NamedBy, Standing, gateways, standing, unasked, wrong_settings};
use super::Problem;
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Inventory, Observation, Part};
use crate::site::Plan;

/// A gateway that is silent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GatewaySilent {
    /// The gateway.
    pub ip: IpAddr,
    /// Who names it.
    pub named_by: NamedBy,
    /// It answers ARP, or is heard as an IPv6 neighbour, and answers no ping.
    pub arp: bool,
    /// Pings that nobody answered.
    pub pings: u32,
}

/// Every gateway that somebody names. One that answers ARP and no ping may be set so: that is a note.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let mut findings = Vec::new();
    let mut untested = None;
    let mut tested = false;
    for (ip, named_by) in gateways(inventory, plan) {
        let how = standing(inventory, ip);
        match how {
            Standing::Answers => tested = true,
            // One that only DHCP names and that is out of our reach is judged with the settings of that server.
            Standing::NotAsked if named_by.laptop || named_by.plan || unasked(inventory, Part::WayOut) != Reason::NotSent => {
                untested = Some(unasked(inventory, Part::WayOut));
            }
            Standing::NotAsked => {}
            Standing::ArpOnly | Standing::Silent => {
                let arp = how == Standing::ArpOnly;
                let severity = if arp { Severity::Note } else { Severity::Broken };
                findings.push(found(inventory, plan, ip, named_by, arp, severity));
            }
        }
    }
    let otherwise = match untested {
        Some(reason) => Verdict::NotTested(reason),
        None if tested => Verdict::Clear,
        None => match unasked(inventory, Part::WayOut) {
            Reason::NotSent => Verdict::NotTested(Reason::NoGateway),
            reason => Verdict::NotTested(reason),
        },
    };
    Verdict::of(findings, otherwise)
}

fn found(inventory: &Inventory, plan: &Plan, ip: IpAddr, named_by: NamedBy, arp: bool, severity: Severity) -> Finding {
    let (pings, evidence): (u32, Vec<Observation>) =
        inventory.path().ping(ip).map_or((0, Vec::new()), |(replies, seen)| (replies.sent, vec![seen.clone()]));
    let claims = inventory.claims_of(ip);
    let claims = claims.iter().flat_map(|(_, owner)| owner.evidence.first().cloned());
    let evidence = evidence.into_iter().chain(claims).collect();
    let problem = GatewaySilent { ip, named_by, arp, pings };
    // Whoever gives out a router of another network makes it silent.
    let because_of = if arp { None } else { wrong_settings(inventory, plan, &problem) };
    Finding { because_of, ..Finding::new(severity, Problem::GatewaySilent(problem), evidence) }
}

impl Explain for GatewaySilent {
    fn english(&self) -> Wording {
        let (ip, by, pings) = (self.ip, self.named_by.say(Language::En), self.pings);
        let (there, asked) = match ip {
            IpAddr::V4(_) => ("It answers ARP", "ARP"),
            IpAddr::V6(_) => ("It is heard as an IPv6 neighbour", "neighbour solicitations"),
        };
        if self.arp {
            return Wording {
                title: format!("The gateway {ip} does not answer pings"),
                why: format!(
                    "{there}, so it is there and switched on, and {pings} pings were not answered. Many routers and firewalls \
                     are set so. Loss and delay to it could not be measured. (Named by: {by}.)"
                ),
                remedy: vec![
                    "Nothing, if pings are blocked on purpose and the Internet works.".to_owned(),
                    "Else look at the router: one that is overloaded or hung also answers its neighbours and nothing else.".to_owned(),
                ],
            };
        }
        Wording {
            title: format!("The gateway {ip} does not answer"),
            why: format!(
                "Nobody answers for {ip}, neither {asked} nor any of {pings} pings. Devices that use it reach their own network, and \
                 neither the Internet nor any other network. (Named by: {by}.)"
            ),
            remedy: vec![
                format!("Check that the router with {ip} is switched on, and its cable and port towards this network."),
                format!("If the router has another address, correct it where {ip} stands ({by})."),
                "If the router is in another VLAN, check the VLAN of this outlet.".to_owned(),
                "Run trousse diagnose again: the gateway must answer.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (ip, by, pings) = (self.ip, self.named_by.say(Language::Fr), self.pings);
        let (there, asked) = match ip {
            IpAddr::V4(_) => ("Elle répond en ARP", "en ARP"),
            IpAddr::V6(_) => ("Elle est entendue comme voisine IPv6", "aux sollicitations de voisin"),
        };
        if self.arp {
            return Wording {
                title: format!("La passerelle {ip} ne répond pas au ping"),
                why: format!(
                    "{there} : elle est donc là et sous tension, mais {pings} pings sont restés sans réponse. Beaucoup de \
                     routeurs et de pare-feu sont réglés ainsi. Pertes et délais vers elle n'ont pu être mesurés. (Indiquée par : {by}.)"
                ),
                remedy: vec![
                    "Rien, si le ping est bloqué volontairement et qu'Internet fonctionne.".to_owned(),
                    "Sinon, voyez le routeur : surchargé ou figé, il répond lui aussi à ses voisins et à rien d'autre.".to_owned(),
                ],
            };
        }
        Wording {
            title: format!("La passerelle {ip} ne répond pas"),
            why: format!(
                "Personne ne répond pour {ip}, ni {asked} ni à aucun des {pings} pings. Les appareils qui l'utilisent joignent leur \
                 propre réseau, mais ni Internet ni aucun autre réseau. (Indiquée par : {by}.)"
            ),
            remedy: vec![
                format!("Vérifiez que le routeur en {ip} est sous tension, ainsi que son câble et son port vers ce réseau."),
                format!("Si le routeur a une autre adresse, corrigez-la là où figure {ip} ({by})."),
                "Si le routeur est dans un autre VLAN, vérifiez le VLAN de cette prise.".to_owned(),
                "Relancez trousse diagnose : la passerelle doit répondre.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The box that leads to the Internet does not answer.",
                "Start it again; if it stays silent, call the Internet provider.",
            ],
            french: [
                "La box qui mène à Internet ne répond pas.",
                "La redémarrer ; si elle reste muette, appeler l'opérateur.",
            ],
            by: By::Provider,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        ip == self.ip
    }

    fn subject(&self) -> Subject {
        Subject::address(self.ip)
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        match cause {
            Problem::DhcpWrongOption(cause) => cause.wrong.iter().any(|wrong| {
                matches!(wrong, Wrong::RouterOutside { router, .. } | Wrong::Unusable { option: 3, address: router } if IpAddr::V4(*router) == self.ip)
            }),
            _ => false,
        }
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Silent gateway",
            meaning: "The router by which devices leave this network does not answer. They see each other and reach nothing else.",
            seen: "20 pings (RFC 792) in 2 s, by the laptop's own network stack, to every gateway within reach: that of its default \
                   route, those of the plan ([[network]], gateways), those that DHCP servers offer, and IPv6 routers that advertise themselves. Broken where ARP, or of IPv6 a neighbour \
                   solicitation, is not answered either; a note where it is.",
            lookalikes: "A router or firewall that is set not to answer pings answers ARP: a note. A gateway of another segment, \
                         offered by a relay or by mistake, cannot be asked from here; L3-dhcp-wrong-option tells of the mistake.",
            remedy: "Check the router, its cable and its VLAN; correct the address where it stands.",
        },
        Manual {
            title: "Passerelle muette",
            meaning: "Le routeur par lequel les appareils sortent de ce réseau ne répond pas. Ils se voient entre eux et ne joignent \
                      rien d'autre.",
            seen: "20 pings (RFC 792) en 2 s, par la pile réseau du portable, vers chaque passerelle à portée : celle de sa route par \
                   défaut, celles du plan ([[network]], gateways), celles que proposent les serveurs DHCP, et les routeurs IPv6 qui s'annoncent. En panne si l'ARP, ou en IPv6 la \
                   sollicitation de voisin, reste aussi sans réponse ; une remarque sinon.",
            lookalikes: "Un routeur ou un pare-feu réglé pour ne pas répondre au ping répond en ARP : une remarque. Une passerelle \
                         d'un autre segment, proposée par un relais ou par erreur, ne peut être interrogée d'ici ; l'erreur relève \
                         de L3-dhcp-wrong-option.",
            remedy: "Vérifiez le routeur, son câble et son VLAN ; corrigez l'adresse là où elle figure.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::{A, Scene};
    use crate::observe::Cut;

    fn scene() -> Scene {
        Scene::swept().routed("10.0.0.254")
    }

    #[test]
    fn one_that_answers_neither_arp_nor_ping_is_broken() {
        let found = scene().pinged("10.0.0.254", 20, &[]).found(judge);
        let Problem::GatewaySilent(silent) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!((found[0].severity, silent.arp, silent.pings), (Severity::Broken, false, 20));
        assert_eq!(found[0].evidence.len(), 1);
    }

    #[test]
    fn one_that_answers_arp_only_is_a_note_and_one_that_answers_pings_is_well() {
        let found = scene().claim("10.0.0.254", A).pinged("10.0.0.254", 20, &[]).found(judge);
        assert_eq!(found[0].severity, Severity::Note);
        assert_eq!(scene().pinged("10.0.0.254", 20, &[300; 19]).verdict(judge), Verdict::Clear);
    }

    #[test]
    fn the_plan_s_gateway_is_asked_for_too() {
        let plan = "[[network]]\nprefix = \"10.0.0.0/24\"\ngateways = [\"10.0.0.253\"]";
        let found = scene().plan(plan).pinged("10.0.0.254", 20, &[300; 20]).pinged("10.0.0.253", 20, &[]).found(judge);
        let Problem::GatewaySilent(silent) = &found[0].problem else { panic!("{found:?}") };
        assert_eq!((silent.ip, silent.named_by.plan, silent.named_by.laptop), (IpAddr::from([10, 0, 0, 253]), true, false));
    }

    #[test]
    fn one_of_another_network_is_silent_because_of_the_dhcp_server_that_gives_it() {
        use crate::check::second_dhcp_server::tests::answer;
        use crate::observe::Fact;
        let offer = |router: [u8; 4]| {
            let mut one = answer(2);
            one.settings.routers = vec![router.into()];
            Fact::DhcpAnswered(Box::new(one))
        };
        let because = |router: [u8; 4], text: &str| {
            let scene = Scene::swept().routed(text).pinged(text, 20, &[]).fact(offer(router));
            scene.found(judge).remove(0).because_of
        };
        assert_eq!(because([192, 168, 1, 1], "192.168.1.1").as_deref(), Some("L3-dhcp-wrong-option"));
        assert_eq!(because([10, 0, 0, 254], "10.0.0.254"), None, "a router that is off is no fault of who names it");
        assert_eq!(because([192, 168, 1, 1], "10.0.0.254"), None, "another one is wrong");
    }

    #[test]
    fn what_could_not_be_asked_is_not_tested() {
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoGateway));
        assert_eq!(scene().verdict(judge), Verdict::NotTested(Reason::NotSent));
        assert_eq!(scene().pinged("10.0.0.254", 0, &[]).verdict(judge), Verdict::NotTested(Reason::NotSent));
        let stopped = Reason::Stopped { asked: 254, planned: 254 };
        assert_eq!(scene().cut(Cut::User).verdict(judge), Verdict::NotTested(stopped));
        let hurried = Reason::OutOfTime { asked: 254, planned: 254 };
        assert_eq!(scene().out_of_time(&[Part::WayOut]).verdict(judge), Verdict::NotTested(hurried));
    }
}
