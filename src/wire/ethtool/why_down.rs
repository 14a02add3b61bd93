//! Why a link is down, as a driver tells it: most tell nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::language::Language;

/// The extended state of a link that is down (`ETHTOOL_LINK_EXT_STATE_*`), and what is known beyond it (`…_SUBSTATE_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct WhyDown {
    /// The state's number.
    pub state: u8,
    /// The number of the substate, which counts within the state; `None` where the driver does not tell.
    pub substate: Option<u8>,
}

/// The states, from 0.
const STATES: &[(&str, &str)] = &[
    ("auto-negotiation failed", "échec de l'auto-négociation"),
    ("link training failed", "échec de l'apprentissage du lien"),
    ("the two ends do not agree (logical mismatch)", "les deux bouts ne s'accordent pas (niveau logique)"),
    ("bad signal", "mauvais signal"),
    ("no cable", "pas de câble"),
    ("the cable is at fault", "câble en cause"),
    ("the module's memory (EEPROM) cannot be read", "mémoire (EEPROM) du module illisible"),
    ("calibration failed", "échec de l'étalonnage"),
    ("more power is needed than the port may give", "puissance demandée supérieure à celle du port"),
    ("too hot", "surchauffe"),
    ("the module is at fault", "module en cause"),
];

/// The substates, by state and number.
const SUBSTATES: &[(u8, u8, &str, &str)] = &[
    (0, 1, "no partner detected", "aucun partenaire détecté"),
    (0, 2, "no acknowledgement from the partner", "pas d'accusé de réception du partenaire"),
    (0, 3, "the exchange of next pages failed", "échec de l'échange des pages suivantes"),
    (0, 4, "no partner detected, with the speed forced", "aucun partenaire détecté, vitesse imposée"),
    (0, 5, "error correction (FEC) differs", "correction d'erreurs (FEC) différente"),
    (0, 6, "no speed in common", "aucune vitesse en commun"),
    (1, 1, "no frame lock", "trames non verrouillées"),
    (1, 2, "it took too long", "délai dépassé"),
    (1, 3, "the partner's receiver is not ready", "récepteur du partenaire pas prêt"),
    (1, 4, "fault at the other end", "défaut à l'autre bout"),
    (2, 1, "no block lock", "blocs non verrouillés"),
    (2, 2, "no alignment marker lock", "marqueurs d'alignement non verrouillés"),
    (2, 3, "no alignment", "pas d'alignement"),
    (2, 4, "FC-FEC not locked", "FC-FEC non verrouillée"),
    (2, 5, "RS-FEC not locked", "RS-FEC non verrouillée"),
    (3, 1, "many physical errors", "nombreuses erreurs physiques"),
    (3, 2, "speed not supported", "vitesse non prise en charge"),
    (3, 3, "reference clock lost", "horloge de référence perdue"),
    (3, 4, "signal lost", "signal perdu"),
    (5, 1, "cable not supported", "câble non pris en charge"),
    (5, 2, "the cable test failed", "échec du test de câble"),
    (10, 1, "module not ready (CMIS)", "module pas prêt (CMIS)"),
];

impl WhyDown {
    /// The reason in words.
    pub fn say(self, language: Language) -> String {
        let Some((english, french)) = STATES.get(usize::from(self.state)) else {
            let state = self.state;
            return language
                .pick(format!("reason {state}, unknown to this version"), format!("motif {state}, inconnu de cette version"));
        };
        let reason = language.pick(*english, *french);
        let known = SUBSTATES.iter().find(|row| (row.0, Some(row.1)) == (self.state, self.substate));
        match known {
            Some((_, _, english, french)) => language.pick(format!("{reason}: {english}"), format!("{reason} : {french}")),
            None => reason.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_and_substate_has_words_of_its_own_in_both_languages() {
        let states = (0..STATES.len() as u8).map(|state| WhyDown { state, substate: None });
        let substates = SUBSTATES.iter().map(|row| WhyDown { state: row.0, substate: Some(row.1) });
        let all: Vec<WhyDown> = states.chain(substates).collect();
        for language in Language::ALL {
            let mut said: Vec<String> = all.iter().map(|why| why.say(language)).collect();
            said.sort();
            said.dedup();
            assert_eq!(said.len(), all.len());
        }
    }

    #[test]
    fn a_substate_is_told_after_its_state_and_only_within_it() {
        let why = |state, substate| WhyDown { state, substate }.say(Language::En);
        assert_eq!(why(4, None), "no cable");
        assert_eq!(why(5, Some(1)), "the cable is at fault: cable not supported");
        assert_eq!(why(4, Some(1)), "no cable");
        assert_eq!(why(77, None), "reason 77, unknown to this version");
    }
}
