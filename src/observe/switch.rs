//! What switches told over SNMP.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, Observation, Sought};
use crate::language::Language;
use crate::mib::forwarding::Forwarding;
use crate::mib::interfaces::Interface;
use crate::mib::neighbours::Neighbour;
use crate::mib::pse::Feeding;
use crate::mib::system::System;
use crate::mib::{Refusals, Said, Tables};
use crate::net::{Mac, Moment};

/// What became of one question to a switch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SwitchTold {
    /// Its address.
    pub switch: IpAddr,
    /// What it was asked for.
    pub tables: Tables,
    /// What it said; of tables that it does not have, empty ones.
    pub said: Result<Said, Unanswered>,
    /// The first values that are not what their table says they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedValue>,
    /// How many of them there were.
    #[serde(default)]
    pub refusals: u32,
    /// The columns that were not read to their end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<WalkCut>,
}

/// Why a switch did not tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unanswered {
    /// It is not known how it is asked: neither a community nor a user.
    NoCredentials,
    /// It said nothing. A wrong community looks the same, and so do a wrong user and password: what a switch says of these is not
    /// authenticated, and not believed (RFC 3414).
    Silent,
    /// It says that it does not know the user, who needs no password.
    Denied,
    /// The question could not be put, or the answer not be read.
    Failed(String),
}

/// A value that is not what its table says it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RefusedValue {
    /// The object, by the name it has in its MIB.
    pub object: String,
    /// Its whole OID.
    pub oid: String,
}

/// A column that was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct WalkCut {
    /// The column, by the name it has in its MIB.
    pub column: String,
    /// Rows that were read all the same.
    pub rows: u32,
    /// By what.
    pub by: CutBy,
}

/// What cuts a walk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutBy {
    /// What the switch gave as next is not after what it gave before.
    Circle,
    /// It fell silent.
    Silence,
    /// It took too long.
    Deadline,
    /// It told more rows than are kept.
    Rows,
    /// It said that it could not, or said it so that it could not be read.
    Error(String),
}

impl SwitchTold {
    /// What a switch said, with the values that were refused.
    pub fn answered(switch: IpAddr, tables: Tables, said: Said, refused: &Refusals, cut: Vec<WalkCut>) -> SwitchTold {
        let dotted = |oid: &[u32]| oid.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
        let first = refused.first.iter().map(|one| RefusedValue { object: one.object.to_owned(), oid: dotted(&one.oid) });
        let refusals = u32::try_from(refused.count).unwrap_or(u32::MAX);
        SwitchTold { switch, tables, said: Ok(said), refused: first.collect(), refusals, cut }
    }

    /// That a switch did not tell.
    pub fn unanswered(switch: IpAddr, tables: Tables, why: Unanswered) -> SwitchTold {
        SwitchTold { switch, tables, said: Err(why), refused: Vec::new(), refusals: 0, cut: Vec::new() }
    }
}

impl SwitchTold {
    /// In a line.
    pub fn say(&self, language: Language) -> String {
        let (switch, tables) = (self.switch, self.tables.say(language));
        match &self.said {
            Ok(Said::Forwarding(Forwarding { learned, .. })) if learned.len() == 1 => {
                let (mac, ports) = learned.first_key_value().expect("there is one");
                let ports = ports.iter().map(|port| port.number.to_string()).collect::<Vec<_>>().join(", ");
                language.pick(
                    format!("{switch} has learned {mac} on its bridge port {ports}"),
                    format!("{switch} a appris {mac} sur son port de pont {ports}"),
                )
            }
            Ok(_) => language.pick(format!("{switch} was asked for {tables}"), format!("{switch} a été interrogé sur {tables}")),
            Err(why) => {
                let why = why.say(language);
                language.pick(format!("{switch}, asked for {tables}: {why}"), format!("{switch}, interrogé sur {tables} : {why}"))
            }
        }
    }
}

impl Unanswered {
    /// In words.
    pub fn say(&self, language: Language) -> String {
        match self {
            Unanswered::NoCredentials => {
                language.pick("neither a community nor a user was given", "ni communauté ni utilisateur n'ont été donnés")
            }
            Unanswered::Silent => language.pick(
                "no answer; a wrong community, user or password gets none either",
                "pas de réponse ; une communauté, un utilisateur ou un mot de passe erroné n'en reçoit pas non plus",
            ),
            Unanswered::Denied => language.pick("it refuses the user", "il refuse l'utilisateur"),
            Unanswered::Failed(error) => return error.clone(),
        }
        .to_owned()
    }
}

impl WalkCut {
    /// In a line.
    pub fn say(&self, language: Language) -> String {
        let by = match &self.by {
            CutBy::Circle => language.pick(
                "the switch went round in a circle: what it gave as next is not after what it gave before",
                "le commutateur a tourné en rond : ce qu'il donne comme suivant ne vient pas après le précédent",
            ),
            CutBy::Silence => language.pick("the switch fell silent", "le commutateur n'a plus répondu"),
            CutBy::Deadline => language.pick("not read to its end in time", "pas lue jusqu'au bout à temps"),
            CutBy::Rows => {
                language.pick("the switch told more rows than are kept", "le commutateur a donné plus de lignes qu'on n'en garde")
            }
            CutBy::Error(error) => error,
        };
        let (column, rows) = (&self.column, self.rows);
        language.pick(format!("{column}: {by} ({rows} rows were read)"), format!("{column} : {by} ({rows} lignes lues)"))
    }
}

/// Switches that are kept: a record may say anything. The lowest addresses are kept.
const SWITCHES: usize = 64;

/// What switches told, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwitchesSeen {
    switches: BTreeMap<IpAddr, BTreeMap<Tables, Telling>>,
    named: BTreeSet<IpAddr>,
    sought: BTreeSet<Sought>,
}

/// What was told of a set of tables, and when. An answer is more than none, and the later the better.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Telling {
    answered: bool,
    at: Moment,
    told: SwitchTold,
}

impl SwitchesSeen {
    /// Adds what was told.
    pub fn told(&mut self, seen: &Observation, told: &SwitchTold) {
        let telling = Telling { answered: told.said.is_ok(), at: seen.at, told: told.clone() };
        let tables = self.switches.entry(told.switch).or_default();
        match tables.get_mut(&told.tables) {
            Some(kept) if *kept >= telling => {}
            Some(kept) => *kept = telling,
            None => drop(tables.insert(told.tables, telling)),
        }
        if self.switches.len() > SWITCHES {
            self.switches.pop_last();
        }
    }

    pub(super) fn named(&mut self, switches: &[IpAddr], sought: Option<Sought>) {
        for &switch in switches {
            self.named.insert(switch);
            if self.named.len() > SWITCHES {
                self.named.pop_last();
            }
        }
        self.sought.extend(sought);
        if self.sought.len() > SWITCHES {
            self.sought.pop_last();
        }
    }

    /// The switches that were to be asked from the start.
    pub fn to_ask(&self) -> impl Iterator<Item = IpAddr> {
        self.named.iter().copied()
    }

    /// Who is looked for.
    pub fn sought(&self) -> impl Iterator<Item = Sought> {
        self.sought.iter().copied()
    }

    /// What a switch has learned of one card, as a sighting of that alone: a whole forwarding database proves nothing more.
    pub fn sighting(&self, switch: IpAddr, mac: Mac) -> Option<Observation> {
        let telling = self.switches.get(&switch)?.get(&Tables::Forwarding)?;
        let Ok(Said::Forwarding(forwarding)) = &telling.told.said else { return None };
        let learned = forwarding.learned.get_key_value(&mac).map(|(mac, ports)| (*mac, ports.clone())).into_iter().collect();
        let said = Ok(Said::Forwarding(Forwarding { learned, ..Forwarding::default() }));
        let told = SwitchTold { said, refused: Vec::new(), refusals: 0, cut: Vec::new(), ..telling.told.clone() };
        Some(Observation { at: telling.at, frame: None, fact: Fact::SwitchTold(Box::new(told)) })
    }

    /// The switches that were asked, by address.
    pub fn all(&self) -> impl Iterator<Item = SwitchSeen<'_>> {
        self.switches.iter().map(|(&address, tables)| SwitchSeen { address, tables })
    }

    /// One of them.
    pub fn at(&self, address: IpAddr) -> Option<SwitchSeen<'_>> {
        let tables = self.switches.get(&address)?;
        Some(SwitchSeen { address, tables })
    }
}

/// What one switch told.
#[derive(Clone, Copy, Debug)]
pub struct SwitchSeen<'a> {
    /// Its address.
    pub address: IpAddr,
    tables: &'a BTreeMap<Tables, Telling>,
}

impl<'a> SwitchSeen<'a> {
    /// What became of the question for these tables; `None` where they were not asked for.
    pub fn told(&self, tables: Tables) -> Option<&'a SwitchTold> {
        self.tables.get(&tables).map(|telling| &telling.told)
    }

    /// What became of each question.
    pub fn tellings(&self) -> impl Iterator<Item = &'a SwitchTold> {
        self.tables.values().map(|telling| &telling.told)
    }

    fn said(&self, tables: Tables) -> Option<&'a Said> {
        self.told(tables)?.said.as_ref().ok()
    }

    /// Who it is.
    pub fn system(&self) -> Option<&'a System> {
        match self.said(Tables::System)? {
            Said::System(system) => Some(system),
            _ => None,
        }
    }

    /// Its ports, by ifIndex.
    pub fn interfaces(&self) -> Option<&'a BTreeMap<u32, Interface>> {
        match self.said(Tables::Interfaces)? {
            Said::Interfaces(interfaces) => Some(interfaces),
            _ => None,
        }
    }

    /// Which card it has learned on which port.
    pub fn forwarding(&self) -> Option<&'a Forwarding> {
        match self.said(Tables::Forwarding)? {
            Said::Forwarding(forwarding) => Some(forwarding),
            _ => None,
        }
    }

    /// Who hangs on its ports.
    pub fn neighbours(&self) -> Option<&'a [Neighbour]> {
        match self.said(Tables::Neighbours)? {
            Said::Neighbours(neighbours) => Some(neighbours),
            _ => None,
        }
    }

    /// Which cards have an address, as a switch that routes has asked by ARP.
    pub fn owners(&self, ip: Ipv4Addr) -> impl Iterator<Item = Mac> + use<'a> {
        let known = match self.said(Tables::Arp) {
            Some(Said::Arp(known)) => known.get(&ip),
            _ => None,
        };
        known.into_iter().flatten().copied()
    }

    /// What its ports give in power.
    pub fn power(&self) -> Option<&'a Feeding> {
        match self.said(Tables::Power)? {
            Said::Power(power) => Some(power),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mib::forwarding::BridgePort;
    use crate::mib::pse::FeedingPort;

    fn a_fact(said: Result<Said, Unanswered>, tables: Tables) -> Fact {
        let cut = vec![WalkCut { column: "ifName".into(), rows: 3, by: CutBy::Circle }];
        Fact::SwitchTold(Box::new(SwitchTold {
            switch: [10, 0, 0, 2].into(),
            tables,
            said,
            refused: Vec::new(),
            refusals: 0,
            cut,
        }))
    }

    #[test]
    fn what_a_switch_told_is_written_and_read_again() {
        let port = BridgePort { number: 7, interface: Some(10_107) };
        let forwarding =
            Forwarding { learned: BTreeMap::from([(Mac([2, 0, 0, 0, 0, 7]), BTreeSet::from([port]))]), ..Forwarding::default() };
        let interfaces = BTreeMap::from([(10_107, Interface { name: "Gi0/7".into(), ..Interface::default() })]);
        let power = Feeding { ports: vec![FeedingPort { group: 1, number: 7, ..FeedingPort::default() }], supplies: Vec::new() };
        for fact in [
            a_fact(Ok(Said::Forwarding(forwarding)), Tables::Forwarding),
            a_fact(Ok(Said::Interfaces(interfaces)), Tables::Interfaces),
            a_fact(Ok(Said::Power(power)), Tables::Power),
            a_fact(Err(Unanswered::Silent), Tables::System),
        ] {
            let text = serde_json::to_string(&fact).expect("a fact is JSON");
            assert_eq!(serde_json::from_str::<Fact>(&text).expect(&text), fact);
        }
    }

    #[test]
    fn an_answer_is_more_than_none_whenever_it_came() {
        let told = |said| SwitchTold {
            switch: [10, 0, 0, 2].into(),
            tables: Tables::System,
            said,
            refused: Vec::new(),
            refusals: 0,
            cut: Vec::new(),
        };
        let at =
            |at, told: &SwitchTold| Observation { at: Moment(at), frame: None, fact: Fact::SwitchTold(Box::new(told.clone())) };
        let (answer, silence) = (told(Ok(Said::System(System::default()))), told(Err(Unanswered::Silent)));
        for (first, second) in [(&answer, &silence), (&silence, &answer)] {
            let mut seen = SwitchesSeen::default();
            seen.told(&at(1, first), first);
            seen.told(&at(2, second), second);
            assert!(seen.all().all(|switch| switch.system().is_some()));
        }
    }

    #[test]
    fn switches_without_number_fill_no_memory() {
        let mut seen = SwitchesSeen::default();
        for last in (0..=255).rev() {
            let told = SwitchTold::unanswered([10, 0, 0, last].into(), Tables::System, Unanswered::Silent);
            seen.told(&Observation { at: Moment(1), frame: None, fact: Fact::SwitchTold(Box::new(told.clone())) }, &told);
        }
        assert_eq!(seen.all().count(), SWITCHES);
        assert!(seen.at([10, 0, 0, 0].into()).is_some() && seen.at([10, 0, 0, 255].into()).is_none());
    }
}
