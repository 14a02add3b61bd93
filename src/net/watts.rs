//! Electrical power.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Electrical power in whole milliwatts, the finest unit that a protocol of ours counts in (CDP).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Watts(u32);

impl Watts {
    /// So many thousandths of a watt.
    pub const fn from_milliwatts(milliwatts: u32) -> Watts {
        Watts(milliwatts)
    }

    /// So many tenths of a watt, the unit of LLDP.
    pub const fn from_tenths(tenths: u16) -> Watts {
        Watts(tenths as u32 * 100)
    }

    /// As people write it: `30 W`, `25.5 W`, `25,5 W`.
    pub fn say(self, language: Language) -> String {
        let shown = self.to_string();
        let shown = shown.strip_suffix(".0").unwrap_or(&shown);
        format!("{} W", language.pick(shown.to_owned(), shown.replace('.', ",")))
    }

    /// In thousandths of a watt.
    pub const fn milliwatts(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Watts {
    /// Watts with as many decimals as it takes, one to three: `25.5`, `12.95`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1000, self.0 % 1000);
        let decimals = format!("{rest:03}");
        let shown = decimals.trim_end_matches('0');
        write!(f, "{whole}.{}", if shown.is_empty() { "0" } else { shown })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_shown_in_watts_with_the_decimals_that_it_takes() {
        let shown = |milliwatts| Watts::from_milliwatts(milliwatts).to_string();
        assert_eq!([shown(25_500), shown(12_950), shown(7_000), shown(5)], ["25.5", "12.95", "7.0", "0.005"]);
        assert_eq!(Watts::from_tenths(255).say(Language::Fr), "25,5 W");
        assert_eq!(Watts::from_tenths(713), Watts::from_milliwatts(71_300));
    }
}
