//! The network cards of a PC.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Row;
use crate::net::Mac;

/// Where Windows keeps its network adapters (MSFT_NetAdapter, Windows 8 and later).
pub const NAMESPACE: &str = "root\\StandardCimv2";
/// Those with hardware behind them.
pub const QUESTION: &str =
    "SELECT Name, PermanentAddress, NdisPhysicalMedium FROM MSFT_NetAdapter WHERE HardwareInterface = TRUE";
/// NdisPhysicalMediumBluetooth (ntddndis.h): a network among telephones, and no card that a cable or an access point knows.
const BLUETOOTH: &str = "10";

/// A network card of a PC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetworkCard {
    /// What the system calls it.
    pub name: String,
    /// Its hardware address.
    pub mac: Mac,
}

/// The cards in what WMI answers, in the order of their names.
pub fn told(rows: &[Row]) -> Vec<NetworkCard> {
    let text = |row: &Row, name: &str| row.get(name).cloned().unwrap_or_default();
    let card = |row: &Row| {
        let mac = text(row, "PermanentAddress").parse().ok().filter(|mac| *mac != Mac::ZERO)?;
        let is_card = text(row, "NdisPhysicalMedium") != BLUETOOTH;
        is_card.then(|| NetworkCard { name: text(row, "Name"), mac })
    };
    let mut cards: Vec<NetworkCard> = rows.iter().filter_map(card).collect();
    cards.sort_by(|one, two| one.name.cmp(&two.name));
    cards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_of_windows_has_the_address_that_its_maker_gave_it() {
        let row = |name: &str, address: &str, medium: &str| {
            let pairs = [("Name", name), ("PermanentAddress", address), ("NdisPhysicalMedium", medium)];
            pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect::<Row>()
        };
        let rows = [
            row("Wi-Fi", "54B2031C0A0C", "9"),
            row("Ethernet", "54-B2-03-1C-0A-0B", "14"),
            row("Bluetooth", "54B2031C0A0D", "10"),
            row("Ethernet 2", "000000000000", "14"),
            row("Ethernet 3", "", "14"),
        ];
        let cards: Vec<String> = told(&rows).iter().map(|card| format!("{} {}", card.name, card.mac)).collect();
        assert_eq!(cards, ["Ethernet 54:b2:03:1c:0a:0b", "Wi-Fi 54:b2:03:1c:0a:0c"]);
    }
}
