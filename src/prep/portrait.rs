//! What a PC is like at a moment, and how each step of its profile stands then: what the delivery sheet is made from, and what a
//! later check compares with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::change::{Aspect, Change, Sight, State};
use super::look::{Build, Identity, Look, NetworkCard};
use super::outcome::{Failure, Outcome};
use crate::fault::{Result, Why};
use crate::language::Language;

/// What a PC is like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Portrait {
    /// The version of the program that looked.
    pub program: String,
    /// Which PC it is.
    pub pc: Identity,
    /// What it is called.
    pub host_name: String,
    /// The system that runs on it.
    pub system: Build,
    /// Its network cards; `None` where they could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cards: Option<Vec<NetworkCard>>,
    /// The system itself says that it must be restarted; `None` where it could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restart_pending: Option<bool>,
}

/// How a step of the profile stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stood {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What it came to.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How it is seen that it is done.
    pub detection: Worded,
    /// What was seen of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Sight>,
    /// Why it could not be looked at, where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Failure>,
}

/// A few words in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Worded {
    /// In English.
    pub english: String,
    /// In French.
    pub french: String,
}

impl From<Why> for Worded {
    fn from(Why { english, french }: Why) -> Worded {
        Worded { english, french }
    }
}

impl Worded {
    /// In the reader's language.
    pub fn say(&self, language: Language) -> &str {
        language.pick(&self.english, &self.french)
    }
}

impl Portrait {
    /// Of a PC as it is.
    pub fn of(pc: &dyn Look) -> Result<Portrait> {
        Ok(Portrait {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            pc: pc.identity()?,
            host_name: pc.host_name()?.now,
            system: pc.build()?,
            cards: pc.cards().ok(),
            restart_pending: pc.restart_pending().ok(),
        })
    }

    /// What has changed of the PC itself until it was looked at again.
    pub fn until(&self, now: &Portrait) -> Vec<Change> {
        let pairs = self.sights().into_iter().filter_map(|then| now.sights().iter().find_map(|again| then.until(again)));
        let gone = self.cards_not_in(now).map(|mac| (mac, State::Present, State::Absent));
        let new = now.cards_not_in(self).map(|mac| (mac, State::Absent, State::Present));
        let cards = gone.chain(new).map(|(mac, before, after)| Change::new(mac, Aspect::Card, before, after));
        pairs.chain(cards).collect()
    }

    fn sights(&self) -> [Sight; 2] {
        let text = |aspect, text: String| Sight::new("PC", aspect, State::Text(text));
        [text(Aspect::HostName, self.host_name.clone()), text(Aspect::System, self.system.say())]
    }

    /// The cards that another look at the PC did not see, where it could see any.
    fn cards_not_in<'a>(&'a self, other: &'a Portrait) -> impl Iterator<Item = String> + 'a {
        let there = other.cards.as_deref();
        let missing = move |card: &&NetworkCard| there.is_some_and(|there| there.iter().all(|one| one.mac != card.mac));
        self.cards.iter().flatten().filter(missing).map(|card| card.mac.to_string())
    }
}

impl Build {
    /// The system as people call it, with its version or build where the name does not say it.
    pub fn say(&self) -> String {
        match self.version.as_ref().filter(|version| !self.name.contains(version.as_str())) {
            Some(version) => format!("{} ({version})", self.name),
            None => self.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Mac;
    use crate::prep::fake::Fake;

    #[test]
    fn what_has_changed_of_a_pc_is_its_name_its_system_and_its_cards() {
        let then = Portrait::of(&Fake::default()).expect("a portrait");
        assert_eq!(then.until(&then), []);
        let card = |last| NetworkCard { name: "eth0".into(), mac: Mac([0x54, 0xb2, 3, 0, 0, last]) };
        let mut now = Portrait { host_name: "other".into(), cards: Some(vec![card(2)]), ..then.clone() };
        now.system.version = Some("12.1".into());
        let then = Portrait { cards: Some(vec![card(1)]), ..then };
        let said: Vec<String> = then.until(&now).iter().map(|change| change.say(Language::En)).collect();
        assert_eq!(
            said,
            [
                "name of the PC: debian → other",
                "system: Debian GNU/Linux 12 → Debian GNU/Linux 12 (12.1)",
                "54:b2:03:00:00:01: network card there → none",
                "54:b2:03:00:00:02: network card none → there",
            ]
        );
        let unread = Portrait { cards: None, ..now.clone() };
        assert_eq!(then.until(&unread).len(), 2, "cards that cannot be read are not said to be gone");
    }
}
