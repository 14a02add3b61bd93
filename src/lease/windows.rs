//! Windows: `Get-DhcpServerv4Lease | Export-Csv`, and the list of leases that the DHCP console exports.

use jiff::tz::TimeZone;

use super::Reader;
use super::named::{self, Names};

const NAMES: Names = Names {
    ip: &["ipaddress", "clientipaddress", "adresseip", "adresseipduclient", "adresseipclient"],
    client: &["clientid", "uniqueid", "idunique", "identificateurunique", "idduclient"],
    name: &["hostname", "name", "nom"],
    expires: &["leaseexpirytime", "leaseexpiration", "expirationdubail"],
    state: &["addressstate"],
};

pub(super) fn recognises(head: &[String]) -> bool {
    named::recognises(&NAMES, head, true)
}

pub(super) fn reader(zone: &TimeZone) -> Box<dyn Reader> {
    named::reader(&NAMES, zone)
}
