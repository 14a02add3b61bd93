//! Power that a card feeds into the cable: a card of a router or of a switch, seldom a laptop's.

use netlink_bindings::ethtool as layout;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::malformed;
use crate::language::Language;
use crate::wire::Malformed;

/// PSE: power sourcing of four-pair cables (IEEE 802.3, clause 33) or of single-pair ones (PoDL, clause 104).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Power {
    /// It is switched on by the administrator; `None` where the card does not tell.
    pub enabled: Option<bool>,
    /// What it is doing; `None` where the card does not tell.
    pub fed: Option<Fed>,
    /// The class of the device at the other end (kernels from 6.10).
    pub class: Option<u32>,
    /// Milliwatts that flow (kernels from 6.10).
    pub milliwatts: Option<u32>,
}

/// What a power source is doing (`ETHTOOL_C33_PSE_PW_D_STATUS_*`, `ETHTOOL_PODL_PSE_PW_D_STATUS_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fed {
    /// Switched off.
    Disabled,
    /// Looks for a device to feed.
    Searching,
    /// Feeds one.
    Delivering,
    /// Tests itself.
    Test,
    /// The device sleeps, or waits (PoDL).
    Idle,
    /// A fault.
    Fault,
}

impl Fed {
    /// What it is doing, in words.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Fed::Disabled => language.pick("disabled", "désactivée"),
            Fed::Searching => language.pick("searching for a device", "en recherche d'un appareil"),
            Fed::Delivering => language.pick("delivering", "en cours"),
            Fed::Test => language.pick("testing itself", "en autotest"),
            Fed::Idle => language.pick("idle", "en veille"),
            Fed::Fault => language.pick("fault", "en défaut"),
        }
    }
}

pub(super) fn power(attributes: &[u8]) -> Result<Power, Malformed> {
    use layout::Pse::{C33PseActualPw, C33PseAdminState, C33PsePwClass, C33PsePwDStatus, PodlPseAdminState, PodlPsePwDStatus};
    let mut power = Power::default();
    for attribute in layout::Pse::new(attributes) {
        match attribute.map_err(|error| malformed(&error))? {
            // 1 unknown, 2 disabled, 3 enabled
            PodlPseAdminState(state @ (2 | 3)) | C33PseAdminState(state @ (2 | 3)) => power.enabled = Some(state == 3),
            PodlPsePwDStatus(status) => {
                power.fed = match status {
                    2 => Some(Fed::Disabled),
                    3 => Some(Fed::Searching),
                    4 => Some(Fed::Delivering),
                    5 | 6 => Some(Fed::Idle),
                    7 => Some(Fed::Fault),
                    _ => None,
                }
            }
            C33PsePwDStatus(status) => {
                power.fed = match status {
                    2 => Some(Fed::Disabled),
                    3 => Some(Fed::Searching),
                    4 => Some(Fed::Delivering),
                    5 => Some(Fed::Test),
                    6 | 7 => Some(Fed::Fault),
                    _ => None,
                }
            }
            C33PsePwClass(class) => power.class = Some(class),
            C33PseActualPw(milliwatts) => power.milliwatts = Some(milliwatts),
            _ => {}
        }
    }
    Ok(power)
}

#[cfg(test)]
mod tests {
    use super::super::{Message, parse};
    use super::*;

    fn told(write: impl FnOnce(&mut Vec<u8>)) -> Message {
        let mut bytes = vec![37, 1, 0, 0];
        write(&mut bytes);
        parse(&bytes).expect("a sound message")
    }

    #[test]
    fn a_source_tells_what_it_feeds() {
        let message = told(|bytes| {
            let power = layout::PushPse::new(bytes).push_c33_pse_admin_state(3).push_c33_pse_pw_d_status(4);
            drop(power.push_c33_pse_pw_class(4).push_c33_pse_actual_pw(11_300));
        });
        let power = Power { enabled: Some(true), fed: Some(Fed::Delivering), class: Some(4), milliwatts: Some(11_300) };
        assert_eq!(message, Message::Power(power));
    }

    #[test]
    fn the_two_kinds_of_source_number_their_faults_differently() {
        let four_pairs = told(|bytes| drop(layout::PushPse::new(bytes).push_c33_pse_pw_d_status(6)));
        let one_pair = told(|bytes| drop(layout::PushPse::new(bytes).push_podl_pse_pw_d_status(6)));
        assert_eq!(four_pairs, Message::Power(Power { fed: Some(Fed::Fault), ..Power::default() }));
        assert_eq!(one_pair, Message::Power(Power { fed: Some(Fed::Idle), ..Power::default() }));
    }
}
