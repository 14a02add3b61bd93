//! Who a switch is (SNMPv2-MIB, RFC 3418).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Column, Refusals, Varbind};

const SYS_DESCR: Column = Column { name: "sysDescr", oid: &[1, 3, 6, 1, 2, 1, 1, 1] };
const SYS_UP_TIME: Column = Column { name: "sysUpTime", oid: &[1, 3, 6, 1, 2, 1, 1, 3] };
const SYS_NAME: Column = Column { name: "sysName", oid: &[1, 3, 6, 1, 2, 1, 1, 5] };
const SYS_LOCATION: Column = Column { name: "sysLocation", oid: &[1, 3, 6, 1, 2, 1, 1, 6] };

/// What is walked for this.
pub const COLUMNS: &[Column] = &[SYS_DESCR, SYS_UP_TIME, SYS_NAME, SYS_LOCATION];

/// Who a switch says it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// sysDescr: the maker, the model, the software.
    pub description: String,
    /// sysName.
    pub name: String,
    /// sysLocation.
    pub location: String,
    /// sysUpTime, in seconds.
    pub up_s: Option<u32>,
}

/// Who it says it is.
pub fn system(walk: &[Varbind], refused: &mut Refusals) -> System {
    let mut text = |column: &Column| column.rows(walk, refused, |_, value| value.text()).next().unwrap_or_default();
    let (description, name, location) = (text(&SYS_DESCR), text(&SYS_NAME), text(&SYS_LOCATION));
    // TimeTicks are hundredths of a second.
    let up_s = SYS_UP_TIME.rows(walk, refused, |_, value| value.number::<u32>()).next().map(|ticks| ticks / 100);
    System { description, name, location, up_s }
}
