//! A plain table with a row of headings: `ip,mac,name,expires`, parted by commas, semicolons or tabs.

use jiff::tz::TimeZone;

use super::Reader;
use super::named::{self, Names};

const NAMES: Names = Names {
    ip: &["ip", "address", "ipaddress", "ipv4", "adresse", "adresseip"],
    client: &["mac", "macaddress", "hwaddr", "hardwareaddress", "adressemac"],
    name: &["name", "hostname", "nom", "host"],
    expires: &["expires", "expiry", "expire", "expiration", "ends", "end", "until", "fin"],
    state: &["state", "status", "type", "etat", "état"],
};

pub(super) fn recognises(head: &[String]) -> bool {
    named::recognises(&NAMES, head, false)
}

pub(super) fn reader(zone: &TimeZone) -> Box<dyn Reader> {
    named::reader(&NAMES, zone)
}
