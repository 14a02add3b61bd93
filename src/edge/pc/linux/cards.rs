//! The network cards of the PC, as the kernel lists them: Documentation/ABI/testing/sysfs-class-net.

use std::fs;
use std::path::Path;

use super::about;
use crate::fault::Result;
use crate::net::Mac;
use crate::prep::look::NetworkCard;

/// One folder for each interface.
pub(super) const CLASS: &str = "/sys/class/net";
/// ARPHRD_ETHER of if_arp.h: Ethernet, and Wi-Fi too.
const ETHERNET: &str = "1";

/// Those with hardware behind them: what a program made up (a bridge, a tunnel) has no `device`.
pub(super) fn all(class: &Path) -> Result<Vec<NetworkCard>> {
    let mut cards = Vec::new();
    for folder in fs::read_dir(class).map_err(|error| about(class, &error))?.flatten() {
        let read = |file: &str| fs::read_to_string(folder.path().join(file)).ok().map(|text| text.trim().to_owned());
        let is_card = folder.path().join("device").exists() && read("type").as_deref() == Some(ETHERNET);
        // A card of Wi-Fi that is not connected may have made up an address; that of its radio is its own.
        let mac = read("phy80211/macaddress")
            .or_else(|| read("address"))
            .and_then(|text| text.parse::<Mac>().ok())
            .filter(|mac| *mac != Mac::ZERO);
        let name = folder.file_name().to_string_lossy().into_owned();
        cards.extend(mac.filter(|_| is_card).map(|mac| NetworkCard { name, mac }));
    }
    cards.sort_by(|one, two| one.name.cmp(&two.name));
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_has_hardware_behind_it_and_an_address() {
        let class = tempfile::tempdir().expect("a folder");
        for (name, kind, address, device) in [
            ("wlan0", "1", "54:b2:03:00:00:02", true),
            ("eth0", "1", "54:b2:03:00:00:01", true),
            ("docker0", "1", "02:42:00:00:00:01", false),
            ("lo", "772", "00:00:00:00:00:00", false),
            ("can0", "280", "", true),
        ] {
            let folder = class.path().join(name);
            fs::create_dir_all(folder.join(if device { "device" } else { "queues" })).expect("a folder");
            fs::write(folder.join("type"), format!("{kind}\n")).expect("a file");
            fs::write(folder.join("address"), format!("{address}\n")).expect("a file");
            if name == "wlan0" {
                fs::write(folder.join("address"), "02:11:22:33:44:55\n").expect("a file");
                fs::create_dir_all(folder.join("phy80211")).expect("a folder");
                fs::write(folder.join("phy80211/macaddress"), format!("{address}\n")).expect("a file");
            }
        }
        let cards = all(class.path()).expect("a list");
        let said: Vec<String> = cards.iter().map(|card| format!("{} {}", card.name, card.mac)).collect();
        assert_eq!(said, ["eth0 54:b2:03:00:00:01", "wlan0 54:b2:03:00:00:02"]);
        assert!(all(&class.path().join("nowhere")).is_err());
    }
}
