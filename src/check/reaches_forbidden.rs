//! What the plan says must not be reached from here is reached: the wall between two networks has a hole.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::holder::join;
use super::serviced::{OtherSilences, not_asked};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{BarrierTried, Inventory};
use crate::service::Barrier;
use crate::site::Plan;

/// A hole in the wall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ReachesForbidden {
    /// What the plan calls it.
    pub service: String,
    /// From where it must not be reached, as the plan has it.
    pub from: Option<String>,
    /// The host, as the plan has it.
    pub host: String,
    /// Its address.
    pub ip: Option<IpAddr>,
    /// The ports that opened.
    pub open: Vec<u16>,
    /// The ports where the host itself refused: the wall let the question through.
    pub refused: Vec<u16>,
    /// It answered a ping.
    pub ping: bool,
}

/// Every barrier of the plan. A port that opens lets anybody in; one that is refused there only shows that the wall is open.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let silences = OtherSilences::of(inventory, plan);
    let (mut findings, mut untested) = (Vec::new(), None);
    for barrier in &plan.barriers {
        let tried = inventory.services().barrier(&barrier.name);
        untested = untested.or_else(|| unproved(inventory, &silences, barrier, tried.map(|(tried, _)| tried)));
        let Some((tried, seen)) = tried.filter(|(tried, _)| tried.reached()) else { continue };
        let severity = if tried.open.is_empty() { Severity::Risk } else { Severity::Broken };
        let problem = ReachesForbidden {
            service: barrier.name.clone(),
            from: barrier.from.clone(),
            host: barrier.host.clone(),
            ip: tried.address,
            open: tried.open.clone(),
            refused: tried.refused.clone(),
            ping: tried.ping,
        };
        findings.push(Finding::new(severity, Problem::ReachesForbidden(problem), vec![seen.clone()]));
    }
    let otherwise = match untested {
        _ if plan.barriers.is_empty() => Verdict::NotTested(Reason::NoService),
        Some(reason) => Verdict::NotTested(reason),
        None => Verdict::Clear,
    };
    Verdict::of(findings, otherwise)
}

/// Why it is not proved that a barrier holds, where it was not reached either.
pub fn unproved(
    inventory: &Inventory,
    silences: &OtherSilences<'_>,
    barrier: &Barrier,
    tried: Option<&BarrierTried>,
) -> Option<Reason> {
    let service = || barrier.name.clone();
    match tried {
        None => Some(not_asked(inventory, service())),
        Some(tried) if tried.not_sent && tried.address.is_none() => Some(Reason::BarrierUnresolved { barrier: service() }),
        Some(tried) if tried.not_sent => Some(Reason::ServiceNotSent { service: service() }),
        Some(tried) if tried.reached() => None,
        Some(tried) => silences.at(tried.address),
    }
}

impl ReachesForbidden {
    fn reached(&self, language: Language) -> String {
        let open = match self.open.as_slice() {
            [] => None,
            [port] => Some(language.pick(format!("TCP port {port} opens"), format!("le port TCP {port} s'ouvre"))),
            ports => {
                let ports = join(ports, language);
                Some(language.pick(format!("the TCP ports {ports} open"), format!("les ports TCP {ports} s'ouvrent")))
            }
        };
        let refused = match self.refused.as_slice() {
            [] => None,
            [port] => Some(language.pick(
                format!("the question for TCP port {port} came through, and was refused"),
                format!("la demande vers le port TCP {port} est passée, et a été refusée"),
            )),
            ports => {
                let ports = join(ports, language);
                Some(language.pick(
                    format!("the questions for the TCP ports {ports} came through, and were refused"),
                    format!("les demandes vers les ports TCP {ports} sont passées, et ont été refusées"),
                ))
            }
        };
        let ping = self.ping.then(|| language.pick("pings are answered", "les pings reçoivent une réponse").to_owned());
        [open, refused, ping].into_iter().flatten().collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }

    fn host(&self) -> String {
        match self.ip.map(|ip| ip.to_string()) {
            Some(ip) if ip != self.host => format!("{} ({ip})", self.host),
            _ => self.host.clone(),
        }
    }
}

impl Explain for ReachesForbidden {
    fn english(&self) -> Wording {
        let (name, host, reached) = (&self.service, self.host(), self.reached(Language::En));
        let from = self.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_else(|| " from here".to_owned());
        Wording {
            title: format!("“{name}”: {host} can be reached{from}, and must not be"),
            why: format!(
                "The plan says that this is forbidden{from}, and it was tried: {reached}. Whoever breaks into one network gets into the other."
            ),
            remedy: vec![
                "See that the laptop is plugged into the network that the plan means.".to_owned(),
                format!("In the firewall between the two networks, find the rule that lets this pass to {host}, and close it."),
                "Look for another way round it: a machine with a card in both networks, a VLAN too many on a port.".to_owned(),
                "Run trousse diagnose again: nothing must come back.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, host, reached) = (&self.service, self.host(), self.reached(Language::Fr));
        let from = self.from.as_ref().map(|from| format!(" depuis {from}")).unwrap_or_else(|| " d'ici".to_owned());
        Wording {
            title: format!("« {name} » : {host} est joignable{from}, et ne doit pas l'être"),
            why: format!(
                "Le plan l'interdit{from}, et l'essai a été fait : {reached}. Qui s'introduit dans un réseau passe dans l'autre."
            ),
            remedy: vec![
                "Vérifiez que le portable est branché dans le réseau que vise le plan.".to_owned(),
                format!("Dans le pare-feu entre les deux réseaux, trouvez la règle qui laisse passer vers {host}, et fermez-la."),
                "Cherchez un autre passage : une machine avec une carte dans chaque réseau, un VLAN de trop sur un port.".to_owned(),
                "Relancez trousse diagnose : rien ne doit revenir.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "Parts of the network that must be kept apart are not: whoever gets into one may get into the other.",
                "Close the way between them, then test again.",
            ],
            french: [
                "Des parties du réseau qui doivent être séparées ne le sont pas : qui entre dans l'une peut atteindre l'autre.",
                "Fermer le passage entre elles, puis tester de nouveau.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        self.ip == Some(ip)
    }

    fn subject(&self) -> Subject {
        Subject { ip: self.ip, port: Some(self.service.clone()), ..Subject::default() }
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Forbidden and reached",
            meaning: "Two networks that the plan keeps apart are joined: the DMZ reaches the LAN, guests reach the tills.",
            seen: "Each TCP port of a [[must_not_reach]] of the plan was tried once from the laptop (3 s); without ports, 20 pings were sent. \
                   Broken where a port opens; a risk where the question only came through: the host refused it, or answered a ping.",
            lookalikes: "A laptop that is plugged into the wrong network reaches what it may. A firewall that refuses in the name of the host \
                         looks like the host. Ports that the plan does not name were not tried: silence proves these ports only.",
            remedy: "Close the rule in the firewall; look for machines with a card in both networks.",
        },
        Manual {
            title: "Interdit et joignable",
            meaning: "Deux réseaux que le plan sépare communiquent : la DMZ joint le réseau local, les invités joignent les caisses.",
            seen: "Chaque port TCP d'un [[must_not_reach]] du plan a été essayé une fois depuis le portable (3 s) ; sans port, 20 pings ont \
                   été envoyés. En panne si un port s'ouvre ; un risque si la demande est seulement passée : la machine l'a refusée, ou a \
                   répondu à un ping.",
            lookalikes: "Un portable branché sur le mauvais réseau joint ce qu'il a le droit de joindre. Un pare-feu qui refuse au nom de la \
                         machine ressemble à la machine. Les ports que le plan ne nomme pas n'ont pas été essayés : le silence ne prouve que ceux-là.",
            remedy: "Fermez la règle dans le pare-feu ; cherchez les machines avec une carte dans chaque réseau.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{BarrierTried, Fact};

    fn tried(not_sent: bool, open: &[u16], refused: &[u16], ping: bool) -> Scene {
        let plan = "[[must_not_reach]]\nname = \"LAN\"\nfrom = \"the DMZ\"\nhost = \"10.0.1.7\"\nports = [445]";
        let (barrier, address) = ("LAN".to_owned(), "10.0.1.7".parse().ok());
        let tried = BarrierTried { barrier, address, not_sent, open: open.to_vec(), refused: refused.to_vec(), ping };
        Scene::swept().plan(plan).fact(Fact::BarrierTried(Box::new(tried)))
    }

    #[test]
    fn silence_is_what_is_wanted_and_anything_else_a_hole() {
        let severity = |scene: Scene| scene.found(judge)[0].severity;
        assert_eq!(tried(false, &[], &[], false).verdict(judge), Verdict::Clear);
        assert_eq!(severity(tried(false, &[445], &[], false)), Severity::Broken);
        assert_eq!(severity(tried(false, &[], &[445], false)), Severity::Risk);
        assert_eq!(severity(tried(false, &[], &[], true)), Severity::Risk);
    }

    #[test]
    fn what_was_not_tried_proves_nothing() {
        let service = || "LAN".to_owned();
        assert_eq!(tried(true, &[], &[], false).verdict(judge), Verdict::NotTested(Reason::ServiceNotSent { service: service() }));
        let unasked = Scene::swept().plan("[[must_not_reach]]\nname = \"LAN\"\nhost = \"10.0.1.7\"");
        assert_eq!(unasked.verdict(judge), Verdict::NotTested(Reason::ServiceNotAsked { service: service() }));
        assert_eq!(Scene::swept().verdict(judge), Verdict::NotTested(Reason::NoService));
    }

    #[test]
    fn silence_behind_a_silent_gateway_or_a_lost_link_proves_nothing_and_a_hole_stays_a_hole() {
        let dead = |scene: Scene| scene.routed("10.0.0.254").pinged("10.0.0.254", 20, &[]);
        assert_eq!(dead(tried(false, &[], &[], false)).verdict(judge), Verdict::NotTested(Reason::GatewaySilent));
        let lost = tried(false, &[], &[], false).cut(crate::observe::Cut::Link);
        assert_eq!(lost.verdict(judge), Verdict::NotTested(Reason::LinkLost));
        assert_eq!(dead(tried(false, &[445], &[], false)).found(judge).len(), 1);
    }

    #[test]
    fn several_ports_are_told_as_several() {
        let Problem::ReachesForbidden(hole) = &tried(false, &[445, 3389], &[22], true).found(judge)[0].problem else { panic!() };
        assert_eq!(
            hole.reached(Language::En),
            "the TCP ports 445 and 3389 open; the question for TCP port 22 came through, and was refused; pings are answered"
        );
        assert_eq!(
            hole.reached(Language::Fr),
            "les ports TCP 445 et 3389 s'ouvrent ; la demande vers le port TCP 22 est passée, et a été refusée ; les pings reçoivent \
             une réponse"
        );
    }
}
