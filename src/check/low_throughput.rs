//! A line carries less than the plan says, or loses too much of it.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::serviced::{Heard, Place, verdict};
use super::{Problem, duplex_mismatch, half_duplex, speed_downgrade};
use crate::finding::{By, Explain, Finding, Manual, Plain, Reason, Severity, Subject, Verdict, Wording};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::throughput::{Direction, Flow, Limit};
use crate::service::{Kind, Measured};
use crate::site::Plan;

/// A line that carries too little.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LowThroughput {
    /// The server at its other end.
    #[serde(flatten)]
    pub at: Place,
    /// The fewest megabits a second of the plan.
    pub at_least_mbps: Option<u32>,
    /// The most segments that may be sent again.
    pub at_most_retransmits: Option<u32>,
    /// The directions that do not reach them.
    pub flows: Vec<SlowFlow>,
}

/// One direction of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowFlow {
    /// Which.
    pub direction: Direction,
    /// What went through.
    pub flow: Flow,
    /// Less arrived than planned.
    pub slow: bool,
    /// More was sent again than planned.
    pub torn: bool,
    /// What kept it from being faster.
    pub limit: Limit,
}

/// Every test that was made. What this laptop is too slow to measure accuses no line.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    let link_mbps = inventory.path().link().and_then(|link| link.speed_mbps);
    verdict(inventory, plan, |service| service.kind == Kind::Throughput, |service, told, seen| {
        let name = || service.name.clone();
        let measured = match (told.became, &told.measured) {
            (Became::NoProgram, _) => return Heard::Untested(Reason::NoIperf3 { service: name() }),
            (Became::Stopped, _) => return Heard::Untested(Reason::ServiceNotAsked { service: name() }),
            (Became::Busy, _) => return Heard::Untested(Reason::ServiceBusy { service: name() }),
            (Became::Answered, Some(Measured::Throughput(measured))) => measured,
            _ => return Heard::Elsewhere,
        };
        let flow = |(direction, flow): (Direction, &Flow)| {
            let (slow, torn) = (flow.is_slow(service), flow.is_torn(service));
            SlowFlow { direction, flow: *flow, slow, torn, limit: flow.limit(link_mbps) }
        };
        let (ours, flows): (Vec<_>, Vec<_>) = measured
            .flows()
            .map(flow)
            .filter(|flow| flow.slow || flow.torn)
            .partition(|flow| flow.limit == Limit::Laptop && !flow.torn);
        if flows.is_empty() {
            return if ours.is_empty() { Heard::Well } else { Heard::Untested(Reason::LaptopLimits { service: name() }) };
        }
        let problem = LowThroughput {
            at: Place::of(service, told),
            at_least_mbps: service.at_least_mbps,
            at_most_retransmits: service.at_most_retransmits,
            flows,
        };
        let because_of = link_fault(inventory, plan, &problem);
        Heard::Wrong(Box::new(Finding {
            because_of,
            ..Finding::new(Severity::Degraded, Problem::LowThroughput(problem), vec![seen.clone()])
        }))
    })
}

/// The code of what is wrong with the link of this laptop, where anything is that this follows from.
fn link_fault(inventory: &Inventory, plan: &Plan, slow: &LowThroughput) -> Option<String> {
    let judges = [speed_downgrade::judge, half_duplex::judge, duplex_mismatch::judge];
    judges.into_iter().find_map(|judge| {
        let Verdict::Found(causes) = judge(inventory, plan) else { return None };
        causes.iter().map(|finding| &finding.problem).find(|cause| slow.follows_from(cause)).map(|cause| cause.code().to_owned())
    })
}

impl LowThroughput {
    fn measured(&self, language: Language) -> String {
        let flow = |flow: &SlowFlow| {
            let direction = flow.direction.word(language);
            let rate = format!("{} {direction}", flow.flow.say(language));
            let least = self.at_least_mbps.filter(|_| flow.slow).map(|mbps| {
                language.pick(format!("at least {mbps} Mbit/s planned"), format!("au moins {mbps} Mbit/s prévus"))
            });
            let most = self.at_most_retransmits.filter(|_| flow.torn).map(|most| {
                language.pick(format!("at most {most} sent again"), format!("au plus {most} réémis"))
            });
            let limits = [least, most].into_iter().flatten().collect::<Vec<_>>().join(", ");
            format!("{rate} ({limits})")
        };
        self.flows.iter().map(flow).collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }

    /// What limits, of the direction that is furthest from anybody's processor.
    fn limit(&self) -> Limit {
        self.flows.iter().map(|flow| flow.limit).max().unwrap_or(Limit::Line)
    }
}

impl Explain for LowThroughput {
    fn english(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        let (why, first) = match self.limit() {
            Limit::Link => (
                "The link of this laptop is full: it is what limits, or the plan asks for more than it can carry.",
                "See at which speed the link runs (trousse link), and why: cable, card, port of the switch.",
            ),
            Limit::Server => (
                "The server's processor was busy to the full with the test: the line may carry more.",
                "Test against a faster server, or when it does less.",
            ),
            Limit::Laptop | Limit::Line => (
                "Neither this laptop nor the server was busy to the full: something on the way carries no more, or others use it now.",
                "Test from further towards the server, hop by hop: the first stretch that is slow is the one to look at.",
            ),
        };
        Wording {
            title: format!("The line to “{name}” ({at}) carries less than planned"),
            why: format!("Measured by iperf3: {}. {why}", self.measured(Language::En)),
            remedy: vec![
                first.to_owned(),
                "On that stretch look at speed and duplex of the ports, radio and Wi-Fi, limits set by a router or by the provider, and at \
                 what fills it now (backups, updates)."
                    .to_owned(),
                "Run trousse diagnose --deep again, and once more at another hour.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        let (why, first) = match self.limit() {
            Limit::Link => (
                "Le lien de ce portable est plein : c'est lui qui limite, ou le plan demande plus qu'il ne peut porter.",
                "Voyez à quelle vitesse tourne le lien (trousse link), et pourquoi : câble, carte, port du commutateur.",
            ),
            Limit::Server => (
                "Le processeur du serveur était entièrement pris par le test : la ligne en porte peut-être davantage.",
                "Mesurez vers un serveur plus rapide, ou à un moment où il travaille moins.",
            ),
            Limit::Laptop | Limit::Line => (
                "Ni ce portable ni le serveur n'étaient au bout de leurs moyens : un élément du chemin n'en porte pas plus, ou d'autres s'en \
                 servent en ce moment.",
                "Mesurez depuis plus près du serveur, saut par saut : le premier tronçon lent est celui à examiner.",
            ),
        };
        Wording {
            title: format!("La ligne vers « {name} » ({at}) porte moins que prévu"),
            why: format!("Mesuré par iperf3 : {}. {why}", self.measured(Language::Fr)),
            remedy: vec![
                first.to_owned(),
                "Sur ce tronçon, voyez la vitesse et le duplex des ports, la radio et le Wi-Fi, les limites posées par un routeur ou par \
                 l'opérateur, et ce qui le remplit en ce moment (sauvegardes, mises à jour)."
                    .to_owned(),
                "Relancez trousse diagnose --deep, puis une fois encore à une autre heure.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "A way carries less than it must: copies and backups take longer than planned.",
                "Find what slows that way: a cable, a device on it, or too much work at once.",
            ],
            french: [
                "Un chemin transporte moins qu'il ne le faut : copies et sauvegardes durent plus que prévu.",
                "Chercher ce qui freine ce chemin : un câble, un équipement, ou trop de travail à la fois.",
            ],
            by: By::Technician,
        })
    }

    fn concerns(&self, ip: IpAddr, _: Mac) -> bool {
        self.at.is_at(ip)
    }

    fn subject(&self) -> Subject {
        self.at.subject()
    }

    fn follows_from(&self, cause: &Problem) -> bool {
        match cause {
            Problem::SpeedDowngrade(_) => self.limit() == Limit::Link,
            // Collisions take far more than the other direction's share.
            Problem::HalfDuplex(_) | Problem::DuplexMismatch(_) => true,
            _ => false,
        }
    }
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Less throughput than planned",
            meaning: "A line carries fewer megabits a second than it should, or TCP must send too much again: copies and backups take long, \
                      and at busy hours everything does.",
            seen: "With --deep, iperf3 filled the line to a [[service]] of kind throughput for the plan's seconds (5), first to the server and \
                   then from it, alone and after everything else. What arrived is held against at_least_mbps, what TCP sent again against \
                   at_most_retransmits.",
            lookalikes: "A laptop whose processor is busy to the full is not fast enough to say: not tested. A full link of the laptop, or a \
                         busy server, is named in place of the line. Others who use the line at the same time take their share.",
            remedy: "Find the stretch where it begins; speed, duplex, radio, limits of routers and providers, load.",
        },
        Manual {
            title: "Débit inférieur au plan",
            meaning: "Une ligne porte moins de mégabits par seconde qu'elle ne devrait, ou TCP doit trop réémettre : les copies et les \
                      sauvegardes traînent, et tout traîne aux heures chargées.",
            seen: "Avec --deep, iperf3 a rempli la ligne vers un [[service]] de type throughput pendant les secondes du plan (5), d'abord vers \
                   le serveur puis depuis lui, seul et après tout le reste. Ce qui est arrivé est comparé à at_least_mbps, ce que TCP a \
                   réémis à at_most_retransmits.",
            lookalikes: "Un portable dont le processeur est au maximum n'est pas assez rapide pour en juger : non testé. Un lien du portable \
                         plein, ou un serveur occupé, est nommé à la place de la ligne. Ceux qui s'en servent en même temps en prennent \
                         leur part.",
            remedy: "Trouvez le tronçon où cela commence ; vitesse, duplex, radio, limites des routeurs et des opérateurs, charge.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::observe::{Fact, LinkState};
    use crate::service::throughput::Throughput;

    fn flow(mbps: u64, again: u64) -> Flow {
        Flow { bits_s: mbps * 1_000_000, retransmits: Some(again), laptop_percent: 10, server_percent: 10 }
    }

    fn scene(up: Flow, down: Flow) -> Scene {
        let plan = "[[service]]\nname = \"uplink\"\nhost = \"10.0.0.7\"\nkind = \"throughput\"\nat_least_mbps = 90\nat_most_retransmits = 50";
        let measured = Measured::Throughput(Throughput { up: Some(up), down: Some(down), said: None });
        Scene::swept().plan(plan).told("uplink", "10.0.0.7", Became::Answered, Some(measured))
    }

    #[test]
    fn a_line_that_carries_enough_is_clear_and_only_the_direction_that_does_not_is_named() {
        assert_eq!(scene(flow(90, 0), flow(400, 50)).verdict(judge), Verdict::Clear);
        let why = scene(flow(19, 3), flow(400, 0)).found(judge)[0].problem.explain().french().why;
        assert!(why.contains("19,0 Mbit/s, 3 segments réémis vers le serveur (au moins 90 Mbit/s prévus)"), "{why}");
        assert!(!why.contains("depuis le serveur"), "{why}");
        let why = scene(flow(90, 0), flow(100, 51)).found(judge)[0].problem.explain().english().why;
        assert!(why.contains("100 Mbit/s, 51 segments sent again from the server (at most 50 sent again)"), "{why}");
    }

    #[test]
    fn a_laptop_that_is_too_slow_accuses_no_line() {
        let busy = Flow { laptop_percent: 99, ..flow(19, 0) };
        let untested = Verdict::NotTested(Reason::LaptopLimits { service: "uplink".to_owned() });
        assert_eq!(scene(busy, flow(400, 0)).verdict(judge), untested);
        assert_eq!(scene(busy, flow(20, 0)).found(judge).len(), 1);
    }

    #[test]
    fn a_full_link_of_the_laptop_is_named_and_a_busy_server_too() {
        let link = Fact::LinkIs(LinkState { carrier: true, speed_mbps: Some(10), full_duplex: Some(true) });
        let why = |scene: &Scene| scene.found(judge)[0].problem.explain().english().why;
        assert!(why(&scene(flow(9, 0), flow(9, 0)).fact(link)).contains("link of this laptop is full"));
        let busy = Flow { server_percent: 95, ..flow(19, 0) };
        assert!(why(&scene(busy, flow(400, 0))).contains("server's processor"));
    }

    #[test]
    fn what_could_not_be_measured_is_not_tested_and_says_what_to_do() {
        let plan = "[[service]]\nname = \"uplink\"\nhost = \"10.0.0.7\"\nkind = \"throughput\"";
        let service = || "uplink".to_owned();
        let scene = Scene::swept().plan(plan);
        assert_eq!(scene.verdict(judge), Verdict::NotTested(Reason::ThroughputNotAgreed { service: service() }));
        let told = |became| scene.clone().told("uplink", "10.0.0.7", became, None).verdict(judge);
        assert_eq!(told(Became::NoProgram), Verdict::NotTested(Reason::NoIperf3 { service: service() }));
        assert_eq!(told(Became::Busy), Verdict::NotTested(Reason::ServiceBusy { service: service() }));
        assert_eq!(told(Became::Refused), Verdict::NotTested(Reason::ServiceUnreached { service: service() }));
    }
}
