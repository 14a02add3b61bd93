//! What the checks of switches have in common: what keeps them from saying "clear".

use crate::finding::Reason;
use crate::mib::Tables;
use crate::observe::{Cut, Inventory, Part, SwitchTold};

/// What keeps a check of what switches have learned from saying "clear": none was asked, one did not tell, or not to the end.
pub fn gap(inventory: &Inventory) -> Option<Reason> {
    let switches = inventory.switches();
    if switches.to_ask().next().is_none() && switches.all().next().is_none() {
        return Some(Reason::NoSwitch);
    }
    for switch in switches.to_ask() {
        if switches.at(switch).and_then(|seen| seen.told(Tables::Forwarding)).is_none() {
            let coverage = inventory.coverage();
            return Some(match coverage.cut_of(Part::Switches) {
                Some(cut @ Cut::Budget) => Reason::of_cut(cut, coverage.asked, coverage.planned),
                _ => Reason::SwitchNotAsked { switch },
            });
        }
    }
    let untold = |told: &SwitchTold| match (&told.said, told.cut.first()) {
        (Err(because), _) => Some(Reason::SwitchSilent { switch: told.switch, because: because.clone() }),
        (Ok(_), Some(cut)) => Some(Reason::WalkCut { switch: told.switch, cut: cut.clone() }),
        (Ok(_), None) => None,
    };
    switches.all().find_map(|switch| switch.tellings().find_map(untold))
}

/// What keeps a look for a card from saying where it is.
pub fn unlocated(inventory: &Inventory) -> Option<Reason> {
    inventory.switches().sought().next()?;
    let cards = inventory.sought_cards();
    if cards.is_empty() {
        return Some(Reason::NoHolder);
    }
    let board = inventory.switchboard();
    cards.into_iter().any(|mac| board.plug_of(mac).is_none()).then_some(Reason::NotLearned)
}
