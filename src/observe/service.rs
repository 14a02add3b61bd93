//! What the services of the plan answered.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Observation;
use crate::language::Language;
use crate::service::certificate::TlsTold;
use crate::service::{MOST, Measured};

/// What became of a question to a service of the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ServiceTold {
    /// The service, by its name in the plan.
    pub service: String,
    /// The address that it was asked at; `None` where its name has none.
    pub address: Option<IpAddr>,
    /// How far it went.
    pub became: Became,
    /// How long the whole took, in microseconds.
    pub took_us: u32,
    /// What its TLS handshake showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<Box<TlsTold>>,
    /// What was measured, where it answered and there was anything to measure.
    pub measured: Option<Measured>,
}

/// How far a question to a service went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Became {
    /// It answered as such a service does.
    Answered,
    /// The other end closed or refused the connection at once: the host is there, and nothing listens.
    Refused,
    /// Nothing came back.
    Silent,
    /// It accepted, and then did not say all that it had to, in time.
    Mute,
    /// It accepted, and broke the connection.
    Reset,
    /// What it said is not what such a service says.
    Garbled,
    /// It speaks TLS, and none that this laptop would: too old, or it wants a certificate of the laptop.
    NoHandshake,
    /// The name of its host has no address.
    Unresolved,
    /// This machine could not ask: no route by the interface.
    NotSent,
    /// It answered that it is busy with somebody else.
    Busy,
    /// The program that asks is not on this machine.
    NoProgram,
    /// It was stopped before its end.
    Stopped,
}

impl Became {
    /// Whether anything was asked to its end, so that what came back says something of the service.
    pub fn was_asked(self) -> bool {
        !matches!(self, Became::NotSent | Became::NoProgram | Became::Stopped)
    }

    /// As a reader sees it.
    pub fn say(self, language: Language) -> &'static str {
        match self {
            Became::Answered => language.pick("answered", "a répondu"),
            Became::Refused => language.pick("refused", "refusé"),
            Became::Silent => language.pick("no answer", "aucune réponse"),
            Became::Mute => language.pick("accepted, then no whole answer", "accepté, puis pas de réponse entière"),
            Became::Reset => language.pick("accepted, then hung up", "accepté, puis raccroché"),
            Became::Garbled => language.pick("answered something else", "a répondu autre chose"),
            Became::NoHandshake => language.pick("no TLS in common", "pas de TLS en commun"),
            Became::Unresolved => language.pick("its name has no address", "son nom n'a pas d'adresse"),
            Became::NotSent => language.pick("could not be asked", "n'a pas pu être interrogé"),
            Became::Busy => language.pick("busy with somebody else", "occupé avec quelqu'un d'autre"),
            Became::NoProgram => language.pick("the program for it is missing here", "le programme nécessaire manque ici"),
            Became::Stopped => language.pick("stopped before its end", "arrêté avant la fin"),
        }
    }
}

impl BarrierTried {
    /// Whether anything came back.
    pub fn reached(&self) -> bool {
        self.ping || !self.open.is_empty() || !self.refused.is_empty()
    }

    /// What came back, as a reader sees it.
    pub fn say(&self, language: Language) -> String {
        let list = |ports: &[u16]| ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
        let (open, refused) = (list(&self.open), list(&self.refused));
        let open = (!open.is_empty()).then(|| language.pick(format!("open: {open}"), format!("ouvert : {open}")));
        let refused = (!refused.is_empty())
            .then(|| language.pick(format!("refused there: {refused}"), format!("refusé sur place : {refused}")));
        let ping = self.ping.then(|| language.pick("a ping was answered", "un ping a reçu une réponse").to_owned());
        let nothing = match self.not_sent {
            true => Became::NotSent.say(language),
            false => language.pick("nothing came back", "rien n'est revenu"),
        };
        let said: Vec<String> = [open, refused, ping].into_iter().flatten().collect();
        if said.is_empty() { nothing.to_owned() } else { said.join(language.pick("; ", " ; ")) }
    }
}

/// What of what must not be reached was reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct BarrierTried {
    /// The barrier, by its name in the plan.
    pub barrier: String,
    /// The address that was tried; `None` where its name has none.
    pub address: Option<IpAddr>,
    /// This machine could not try, or not every port: no route by the interface.
    pub not_sent: bool,
    /// The ports that opened.
    pub open: Vec<u16>,
    /// The ports that were refused: whoever refuses was reached.
    pub refused: Vec<u16>,
    /// A ping was answered.
    pub ping: bool,
}

/// Sightings that are kept of each; there is one of each in a look.
const SIGHTINGS: usize = 3;

/// What is known of the services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServicesSeen {
    told: BTreeMap<String, BTreeSet<(ServiceTold, Observation)>>,
    tried: BTreeMap<String, BTreeSet<(BarrierTried, Observation)>>,
}

impl ServicesSeen {
    pub(super) fn told(&mut self, seen: &Observation, told: &ServiceTold) {
        keep(&mut self.told, &told.service, (told.clone(), seen.clone()));
    }

    pub(super) fn tried(&mut self, seen: &Observation, tried: &BarrierTried) {
        keep(&mut self.tried, &tried.barrier, (tried.clone(), seen.clone()));
    }

    /// What became of a service; `None` where it was not asked.
    pub fn of(&self, service: &str) -> Option<&(ServiceTold, Observation)> {
        self.told.get(service)?.first()
    }

    /// Everything that was told.
    pub fn all(&self) -> impl Iterator<Item = &ServiceTold> {
        self.told.values().filter_map(|sightings| sightings.first()).map(|(told, _)| told)
    }

    /// What became of a barrier.
    pub fn barrier(&self, name: &str) -> Option<&(BarrierTried, Observation)> {
        self.tried.get(name)?.first()
    }
}

fn keep<T: Ord>(of: &mut BTreeMap<String, BTreeSet<T>>, name: &str, one: T) {
    let sightings = of.entry(name.to_owned()).or_default();
    sightings.insert(one);
    if sightings.len() > SIGHTINGS {
        sightings.pop_last();
    }
    if of.len() > MOST {
        of.pop_last();
    }
}
