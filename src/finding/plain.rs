//! A finding for whoever pays for the network: what it is to him, what must be done, and by whom, without a word of the trade.

use crate::language::Language;

/// What a finding is in plain words. They name no address, so that many findings of one kind are told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plain {
    /// What is wrong and what it does to people; what must be done.
    pub english: [&'static str; 2],
    /// The same, written for a customer.
    pub french: [&'static str; 2],
    /// Whose work it is.
    pub by: By,
}

/// Whose work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Whoever looks after the network.
    Technician,
    /// Whoever lays and mends cables.
    Cabler,
    /// Whoever sells the way to the Internet.
    Provider,
}

impl Plain {
    /// What is wrong, and what must be done.
    pub fn words(&self, language: Language) -> [&'static str; 2] {
        language.pick(self.english, self.french)
    }
}

impl By {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            By::Technician => language.pick("network technician", "technicien réseau"),
            By::Cabler => language.pick("cabling installer", "câbleur"),
            By::Provider => language.pick("you, or the Internet provider", "vous, ou l'opérateur"),
        }
    }
}
