//! Pings to a host of the plan are lost, slow or uneven beyond what the plan allows.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use super::serviced::{Heard, Place, verdict};
use crate::finding::{By, Explain, Finding, Manual, Plain, Severity, Subject, Verdict, Wording};
use crate::language::{Language, travel};
use crate::net::Mac;
use crate::observe::{Became, Inventory};
use crate::service::ping::Echoes;
use crate::service::{Kind, Measured, Service};
use crate::site::Plan;

/// Pings beyond a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PingThreshold {
    /// The host.
    #[serde(flatten)]
    pub at: Place,
    /// What came back.
    pub echoes: Echoes,
    /// The most that may be lost, in percent, where more was.
    pub max_loss: Option<u8>,
    /// The longest median round trip allowed, in milliseconds, where it was longer.
    pub max_rtt_ms: Option<u32>,
    /// The largest jitter allowed, in milliseconds, where it was larger.
    pub max_jitter_ms: Option<u32>,
}

/// Every ping of the plan that was answered at all.
pub fn judge(inventory: &Inventory, plan: &Plan) -> Verdict {
    verdict(inventory, plan, |service| service.kind == Kind::Ping, |service, told, seen| match (&told.became, &told.measured) {
        (Became::Answered, Some(Measured::Echoes(echoes))) => {
            let beyond = echoes.beyond(service);
            if !beyond.contains(&true) {
                return Heard::Well;
            }
            let problem = Problem::PingThreshold(PingThreshold::of(service, Place::of(service, told), *echoes, beyond));
            Heard::Wrong(Box::new(Finding::new(Severity::Degraded, problem, vec![seen.clone()])))
        }
        _ => Heard::Elsewhere,
    })
}

impl PingThreshold {
    fn of(service: &Service, at: Place, echoes: Echoes, [loss, rtt, jitter]: [bool; 3]) -> PingThreshold {
        PingThreshold {
            at,
            echoes,
            max_loss: loss.then_some(service.max_loss.unwrap_or(0)),
            max_rtt_ms: service.max_rtt_ms.filter(|_| rtt),
            max_jitter_ms: service.max_jitter_ms.filter(|_| jitter),
        }
    }

    fn beyond(&self, language: Language) -> String {
        let ms = |us: Option<u32>| us.map_or("–".to_owned(), |us| travel(us, language));
        let (lost, sent, rtt, jitter) = (self.echoes.lost, self.echoes.sent, ms(self.echoes.median_us), ms(self.echoes.jitter_us));
        let loss = self.max_loss.map(|max| {
            let (were, pings) = if lost == 1 { ("was", "ping perdu") } else { ("were", "pings perdus") };
            language.pick(
                format!("{lost} of {sent} pings {were} lost (at most {max} % by the plan)"),
                format!("{lost} {pings} sur {sent} (au plus {max} % selon le plan)"),
            )
        });
        let rtt = self.max_rtt_ms.map(|max| {
            language.pick(format!("the round trip takes {rtt} (at most {max} ms)"), format!("l'aller-retour prend {rtt} (au plus {max} ms)"))
        });
        let jitter = self.max_jitter_ms.map(|max| {
            language.pick(format!("the jitter is {jitter} (at most {max} ms)"), format!("la gigue est de {jitter} (au plus {max} ms)"))
        });
        let separator = language.pick("; ", " ; ");
        [loss, rtt, jitter].into_iter().flatten().collect::<Vec<_>>().join(separator)
    }
}

impl Explain for PingThreshold {
    fn english(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        Wording {
            title: format!("The way to “{name}” ({at}) is worse than planned"),
            why: format!("Measured: {}. Voice breaks up and remote sessions stall before anything else is noticed.", self.beyond(Language::En)),
            remedy: vec![
                "Ping the gateway and each hop from here: the first that loses or delays is where to look.".to_owned(),
                "On that segment look at cables, duplex, Wi-Fi or radio links, and at what fills the line (backups, updates).".to_owned(),
                "Run trousse diagnose again, and once more at another hour.".to_owned(),
            ],
        }
    }

    fn french(&self) -> Wording {
        let (name, at) = (&self.at.service, self.at.say());
        Wording {
            title: format!("Le chemin vers « {name} » ({at}) est moins bon que prévu"),
            why: format!("Mesuré : {}. La voix se hache et les sessions distantes se figent avant que rien d'autre ne se voie.", self.beyond(Language::Fr)),
            remedy: vec![
                "Faites un ping vers la passerelle puis vers chaque saut : le premier qui perd ou retarde est l'endroit à examiner.".to_owned(),
                "Sur ce segment, voyez câbles, duplex, Wi-Fi ou liaisons radio, et ce qui remplit la ligne (sauvegardes, mises à jour).".to_owned(),
                "Relancez trousse diagnose, puis une fois encore à une autre heure.".to_owned(),
            ],
        }
    }

    fn plain(&self) -> Option<Plain> {
        Some(Plain {
            english: [
                "The way to a device is slower or less steady than it must be: calls and remote work suffer first.",
                "Find what loads or disturbs that way.",
            ],
            french: [
                "Le chemin vers un appareil est plus lent ou moins régulier qu'il ne le faut : la téléphonie et le travail à distance en souffrent d'abord.",
                "Chercher ce qui charge ou perturbe ce chemin.",
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
}

/// The page of `trousse explain`.
pub fn manual(language: Language) -> Manual {
    language.pick(
        Manual {
            title: "Loss, delay or jitter beyond the plan",
            meaning: "Packets to a host are lost, late or uneven: telephony, radio bridges and remote desktops suffer first.",
            seen: "20 pings, one each 100 ms, to a [[service]] of kind ping: loss against max_loss (0 % where the plan does not say), the \
                   median round trip against max_rtt_ms, the mean change between round trips (RFC 3393, 2.7) against max_jitter_ms.",
            lookalikes: "A router that gives pings little priority is slow to answer and quick to forward: ping what is behind it.",
            remedy: "Find the hop where it begins; cable, duplex, radio, load.",
        },
        Manual {
            title: "Perte, délai ou gigue hors du plan",
            meaning: "Des paquets vers une machine se perdent, tardent ou arrivent irrégulièrement : la téléphonie, les ponts radio et les \
                      bureaux à distance en souffrent d'abord.",
            seen: "20 pings, un toutes les 100 ms, vers un [[service]] de type ping : la perte face à max_loss (0 % si le plan n'en dit \
                   rien), l'aller-retour médian face à max_rtt_ms, l'écart moyen entre allers-retours (RFC 3393, 2.7) face à max_jitter_ms.",
            lookalikes: "Un routeur qui donne peu de priorité aux pings répond lentement et transmet vite : visez ce qui est derrière.",
            remedy: "Trouvez le saut où cela commence ; câble, duplex, radio, charge.",
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::Scene;
    use crate::finding::Reason;

    #[test]
    fn what_is_beyond_a_limit_is_named_and_the_rest_is_not() {
        let scene = Scene::swept().plan("[[service]]\nname = \"pbx\"\nhost = \"10.0.0.7\"\nkind = \"ping\"\nmax_rtt_ms = 10\nmax_jitter_ms = 3");
        let told = |lost, median| {
            let echoes = Echoes { sent: 20, lost, median_us: Some(median), jitter_us: Some(900) };
            scene.clone().told("pbx", "10.0.0.7", Became::Answered, Some(Measured::Echoes(echoes)))
        };
        assert_eq!(told(0, 9_000).verdict(judge), Verdict::Clear);
        let why = told(2, 40_000).found(judge)[0].problem.explain().french().why;
        assert!(why.contains("2 pings perdus sur 20") && why.contains("40,0 ms (au plus 10 ms)") && !why.contains("gigue"), "{why}");
        let silent = scene.told("pbx", "10.0.0.7", Became::Silent, None).verdict(judge);
        assert_eq!(silent, Verdict::NotTested(Reason::ServiceUnreached { service: "pbx".to_owned() }));
    }
}
