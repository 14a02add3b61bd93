//! What is wrong, how badly, why we think so, and how it is said in each language.

mod subject;

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::Problem;
use crate::check::holder::Holder;
use crate::check::served::Served;
use crate::language::Language;
use crate::net::Mac;
use crate::observe::{Cut, Observation};
pub use subject::Subject;

/// How bad a finding is, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody cannot work.
    Broken,
    /// Somebody works badly.
    Degraded,
    /// It works, and will not for long.
    Risk,
    /// Worth knowing; nothing is wrong. Never changes the exit code.
    Note,
}

impl Severity {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Severity::Broken => language.pick("broken", "en panne"),
            Severity::Degraded => language.pick("degraded", "dégradé"),
            Severity::Risk => language.pick("risk", "risque"),
            Severity::Note => language.pick("note", "remarque"),
        }
    }
}

/// The rung of the ladder, counted upward from the cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(into = "u8", try_from = "u8")]
pub enum Layer {
    /// L1: carrier, speed, pairs, PoE.
    Link = 1,
    /// L2: neighbour, VLAN, loops.
    Switching = 2,
    /// L3: addresses, DHCP, gateway.
    Addressing = 3,
    /// L4: ports, path MTU.
    Transport = 4,
    /// L7: the services of the plan.
    Services = 7,
}

impl Layer {
    /// The rung's name, as in `L3 addressing`.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Layer::Link => language.pick("L1 link", "L1 liaison"),
            Layer::Switching => language.pick("L2 switching", "L2 commutation"),
            Layer::Addressing => language.pick("L3 addressing", "L3 adressage"),
            Layer::Transport => "L4 transport",
            Layer::Services => "L7 services",
        }
    }
}

impl From<Layer> for u8 {
    fn from(layer: Layer) -> u8 {
        layer as u8
    }
}

impl TryFrom<u8> for Layer {
    type Error = String;

    fn try_from(number: u8) -> Result<Layer, String> {
        match number {
            1 => Ok(Layer::Link),
            2 => Ok(Layer::Switching),
            3 => Ok(Layer::Addressing),
            4 => Ok(Layer::Transport),
            7 => Ok(Layer::Services),
            _ => Err(format!("{number} is not a layer: 1, 2, 3, 4 or 7 is expected")),
        }
    }
}

/// One thing that is wrong on the site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is; its words are made when it is shown.
    #[serde(flatten)]
    pub problem: Problem,
    /// The rung of the ladder.
    pub layer: Layer,
    /// How bad it is.
    pub severity: Severity,
    /// The sightings that prove it.
    pub evidence: Vec<Observation>,
    /// The code of the finding that it is a consequence of.
    pub because_of: Option<String>,
}

impl Finding {
    /// A finding that is nobody's consequence.
    pub fn new(severity: Severity, problem: Problem, evidence: Vec<Observation>) -> Finding {
        Finding { layer: problem.layer(), problem, severity, evidence, because_of: None }
    }
}

/// What a check says. "Nothing wrong" and "could not look" are different answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Looked, and nothing is wrong.
    Clear,
    /// Something was found.
    Found(Vec<Finding>),
    /// Could not look, or not fully.
    NotTested(Reason),
}

impl Verdict {
    /// `Found` where there are findings, else `otherwise`.
    pub fn of(findings: Vec<Finding>, otherwise: Verdict) -> Verdict {
        if findings.is_empty() { otherwise } else { Verdict::Found(findings) }
    }
}

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Reason {
    /// Only a capture was read: no address was asked for.
    NothingAsked,
    /// It is not known which card and address are ours.
    NoCardOfOurs,
    /// Our card has no address.
    NoAddressOfOurs,
    /// The user stopped before every address was asked.
    Stopped {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The interface went down in the middle.
    InterfaceLost {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The capture ends in the middle of a frame.
    CaptureCut,
    /// Only a capture was read: no DHCP server was asked.
    DhcpNotAsked,
    /// Addresses were offered, and nobody asked whether they are free.
    OffersNotProbed,
    /// The look ended before slow DHCP servers could answer.
    NotListenedOut,
    /// More was claimed than any real network claims, and not everything was kept.
    Flooded,
    /// No lease file was given: a look without one is whole without these checks.
    NoLeases,
    /// Neither the plan nor a configuration names a range of a DHCP server.
    NoRanges,
    /// There is no link, so nothing above it was asked.
    NoLink,
    /// The driver did not tell of its link.
    LinkUnknown,
    /// Nobody names a gateway within reach.
    NoGateway,
    /// What lies behind the gateway cannot be reached, because it does not answer.
    GatewaySilent,
    /// Nobody names a DNS server.
    NoDnsServer,
    /// The kernel did not send what was to be asked.
    NotSent,
    /// There is no configuration of a server to compare: a look without one is whole without this check.
    NoPools,
    /// Nothing proves that a pool is exhausted, but a server that answers offers no address.
    NothingOffered {
        /// The server.
        server: Ipv4Addr,
    },
    /// Frames were lost before they could be read.
    FramesLost {
        /// How many.
        count: u32,
    },
    /// Of a comparison: the other visit asked other addresses.
    OtherTargets {
        /// What it asked.
        targets: Vec<String>,
    },
    /// Of a comparison: the other visit did not make this check.
    CheckNotMade,
    /// Of a comparison: the other visit did not listen for late owners.
    LessPatience,
}

impl Reason {
    /// What a look that was cut short after so many of the addresses could not see.
    pub fn of_cut(cut: Cut, asked: u32, planned: u32) -> Reason {
        match cut {
            Cut::User => Reason::Stopped { asked, planned },
            Cut::Interface => Reason::InterfaceLost { asked, planned },
            Cut::Capture => Reason::CaptureCut,
        }
    }

    /// The reason with what to do about it, as one sentence without a capital or a full stop.
    pub fn say(&self, language: Language) -> String {
        match self {
            Reason::NothingAsked => language
                .pick(
                    "no address was asked for: only what the capture shows was judged",
                    "aucune adresse n'a été interrogée : seul le contenu de la capture a été jugé",
                )
                .to_owned(),
            Reason::NoCardOfOurs => language
                .pick(
                    "the capture does not say which address is the laptop's",
                    "la capture ne dit pas quelle adresse est celle du portable",
                )
                .to_owned(),
            Reason::NoAddressOfOurs => {
                language.pick("the interface has no address of its own", "l'interface n'a pas d'adresse").to_owned()
            }
            Reason::Stopped { asked, planned } => language.pick(
                format!("stopped after {asked} of {planned} addresses: run it again to the end"),
                format!("arrêté après {asked} adresses sur {planned} : relancez jusqu'au bout"),
            ),
            Reason::InterfaceLost { asked, planned } => language.pick(
                format!("the interface went down after {asked} of {planned} addresses: check the cable and run it again"),
                format!("l'interface est tombée après {asked} adresses sur {planned} : vérifiez le cordon et relancez"),
            ),
            Reason::CaptureCut => language
                .pick(
                    "the capture ends in the middle of a frame: take it again, or ask for the whole file",
                    "la capture s'arrête au milieu d'une trame : refaites-la ou demandez le fichier entier",
                )
                .to_owned(),
            Reason::DhcpNotAsked => language
                .pick(
                    "no DHCP server was asked: only what the capture shows was judged",
                    "aucun serveur DHCP n'a été interrogé : seul le contenu de la capture a été jugé",
                )
                .to_owned(),
            Reason::OffersNotProbed => language
                .pick(
                    "nobody asked by ARP whether the addresses offered are free: run trousse dhcp again",
                    "personne n'a demandé par ARP si les adresses proposées sont libres : relancez trousse dhcp",
                )
                .to_owned(),
            Reason::NotListenedOut => language
                .pick(
                    "it ended before slow DHCP servers could answer: run it again to the end",
                    "arrêt avant que les serveurs DHCP lents aient pu répondre : relancez jusqu'au bout",
                )
                .to_owned(),
            Reason::Flooded => language
                .pick(
                    "more addresses were claimed than any real network holds: find the device that forges them and run it again",
                    "plus d'adresses revendiquées que n'en porte aucun vrai réseau : trouvez l'appareil qui les forge et relancez",
                )
                .to_owned(),
            Reason::NoLeases => language
                .pick("no lease file was given: add --leases FILE", "aucun fichier de baux donné : ajoutez --leases FICHIER")
                .to_owned(),
            Reason::NoRanges => language
                .pick(
                    "no range is known: add --pool FILE, or write the server's ranges under [[dhcp]] in the plan",
                    "aucune plage connue : ajoutez --pool FICHIER, ou écrivez celles du serveur sous [[dhcp]] dans le plan",
                )
                .to_owned(),
            Reason::NoLink => language.pick("no link: see L1-no-carrier", "pas de lien : voir L1-no-carrier").to_owned(),
            Reason::LinkUnknown => {
                language.pick("the card's driver does not tell of its link", "le pilote de la carte ne dit rien du lien").to_owned()
            }
            Reason::NoGateway => language
                .pick(
                    "no gateway within reach is known: add it to the plan (gateways under [[network]])",
                    "aucune passerelle connue à portée : ajoutez-la au plan (gateways sous [[network]])",
                )
                .to_owned(),
            Reason::GatewaySilent => language
                .pick(
                    "the gateway does not answer: see L3-gateway-silent",
                    "la passerelle ne répond pas : voir L3-gateway-silent",
                )
                .to_owned(),
            Reason::NoDnsServer => language
                .pick(
                    "no DNS server is known: add it to the plan (dns under [[network]])",
                    "aucun serveur DNS connu : ajoutez-le au plan (dns sous [[network]])",
                )
                .to_owned(),
            Reason::NotSent => language
                .pick(
                    "this machine could not ask: no route to it, or a firewall of its own",
                    "ce portable n'a pas pu interroger : pas de route, ou son propre pare-feu",
                )
                .to_owned(),
            Reason::NoPools => language
                .pick(
                    "no configuration of a DHCP server to compare: add --pool FILE",
                    "aucune configuration de serveur DHCP à comparer : ajoutez --pool FICHIER",
                )
                .to_owned(),
            Reason::NothingOffered { server } => language.pick(
                format!("{server} answers INFORM and offers no address: its range may be exhausted (possible); add --leases FILE"),
                format!("{server} répond à INFORM et ne propose aucune adresse : sa plage est peut-être épuisée (possible) ; ajoutez --leases FICHIER"),
            ),
            Reason::FramesLost { count } => language.pick(
                format!("{count} frames were lost before they could be read: run it again with a lower --rate"),
                format!("{count} trames perdues avant lecture : relancez avec un --rate plus bas"),
            ),
            Reason::OtherTargets { targets } => {
                let asked = targets.join(", ");
                match targets.as_slice() {
                    [] => language.pick("no address was asked for", "aucune adresse n'a été interrogée").to_owned(),
                    _ => language.pick(format!("only {asked} was asked"), format!("seul {asked} a été interrogé")),
                }
            }
            Reason::CheckNotMade => language
                .pick("the visit did not make this check", "l'intervention ne comportait pas ce contrôle")
                .to_owned(),
            Reason::LessPatience => language
                .pick("late owners were not listened for: run it without --quick", "les détenteurs tardifs n'ont pas été attendus : relancez sans --quick")
                .to_owned(),
        }
    }
}

/// The words of a finding in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// One line: what is wrong, where.
    pub title: String,
    /// Why we say so and what it does to people, in a few sentences.
    pub why: String,
    /// What to do, step by step.
    pub remedy: Vec<String>,
}

/// A problem that can be told. Leaving a language out does not compile.
pub trait Explain {
    /// In English.
    fn english(&self) -> Wording;
    /// In French, written for a site and not translated.
    fn french(&self) -> Wording;
    /// Whether it is about this card's claim of this address.
    fn concerns(&self, ip: IpAddr, mac: Mac) -> bool;
    /// What the same finding is known by in another visit.
    fn subject(&self) -> Subject;

    /// The owners that a reader must tell apart.
    fn holders(&self) -> &[Holder] {
        &[]
    }

    /// Whether it is a consequence of that other problem, where the two are not about one card and address.
    fn follows_from(&self, _cause: &Problem) -> bool {
        false
    }

    /// The DHCP servers that a reader must tell apart.
    fn servers(&self) -> &[Served] {
        &[]
    }

    /// In the reader's language.
    fn words(&self, language: Language) -> Wording {
        match language {
            Language::En => self.english(),
            Language::Fr => self.french(),
        }
    }
}

/// What `trousse explain CODE` tells of a check, in one language.
#[derive(Clone, Copy, Debug)]
pub struct Manual {
    /// The name of the fault.
    pub title: &'static str,
    /// What it means on site.
    pub meaning: &'static str,
    /// How it is seen, with the standard and its section.
    pub seen: &'static str,
    /// What looks like it and is not.
    pub lookalikes: &'static str,
    /// What to do.
    pub remedy: &'static str,
}
