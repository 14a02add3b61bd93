//! What a switch says of a cable as a whole, where it does not tell the pairs apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::wire::ethtool::Pair;

/// The unit alaskaPhyStatus of rlPhyTestGetUnits (RADLAN-PHY-MIB, 21 September 2003).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WholeResult {
    /// 4_pair_cable(1).
    FourPairs,
    /// 2_pair_cable(2): good for 100 Mb/s.
    TwoPairs,
    /// no_cable(3).
    NoCable,
    /// open_cable(4).
    Open,
    /// short_cable(5).
    Short,
    /// bad_cable(6): nothing more is told of it.
    Bad,
    /// impedance_mismatch(7).
    ImpedanceMismatch,
    /// A code that the MIB does not have.
    Unknown(u8),
}

impl WholeResult {
    /// Whether the cable is good; `None` where the test does not tell.
    pub fn is_good(self) -> Option<bool> {
        match self {
            WholeResult::FourPairs => Some(true),
            WholeResult::NoCable | WholeResult::Open | WholeResult::Short | WholeResult::Bad | WholeResult::ImpedanceMismatch => {
                Some(false)
            }
            WholeResult::TwoPairs | WholeResult::Unknown(_) => None,
        }
    }

    /// The pairs that this result does not show to be sound: one fault hides the others.
    pub fn untold(self) -> &'static [Pair] {
        match self {
            WholeResult::FourPairs => &[],
            WholeResult::TwoPairs => &[Pair::C, Pair::D],
            _ => &Pair::ALL,
        }
    }

    /// The result in words.
    pub fn say(self, language: Language) -> String {
        let text = match self {
            WholeResult::FourPairs => language.pick("four good pairs", "quatre paires bonnes"),
            WholeResult::TwoPairs => language.pick("two pairs only", "deux paires seulement"),
            WholeResult::NoCable => language.pick("no cable", "pas de câble"),
            WholeResult::Open => language.pick("open", "coupé"),
            WholeResult::Short => language.pick("short-circuited", "en court-circuit"),
            WholeResult::Bad => language.pick("bad", "mauvais"),
            WholeResult::ImpedanceMismatch => language.pick("impedance mismatch", "défaut d'impédance"),
            WholeResult::Unknown(code) => {
                return language.pick(format!("unknown result {code}"), format!("résultat inconnu ({code})"));
            }
        };
        text.to_owned()
    }
}
