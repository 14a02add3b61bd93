//! `--pool` of every command that judges addresses: configurations of DHCP servers, read before anything else is done.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use super::leases::{complain, name_of};
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::observe::{Fact, PoolFile};
use crate::pool::{self, Configuration, Refused};

/// Reads every file; tells on standard error what could not be read in it.
pub(super) fn read(paths: &[PathBuf], language: Language) -> Result<Vec<(String, Configuration)>> {
    let mut files = Vec::new();
    for path in paths {
        let shown = path.display();
        let read = File::open(path).map_err(Refused::from).and_then(|file| pool::read(file, None));
        let configuration = read.map_err(|refused| match refused {
            Refused::Unreadable(error) => {
                Fault::because(format!("cannot read the configuration {shown}"), format!("configuration {shown} illisible"), &error)
            }
            Refused::NoFormat => Fault::new(
                format!("{shown} is no configuration of a DHCP server that is known"),
                format!("{shown} n'est pas la configuration d'un serveur DHCP connu"),
            )
            .hint(
                "dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf or config.xml of pfSense or OPNsense; for another server, write its ranges under [[dhcp]] in the plan",
                "dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf ou config.xml de pfSense ou OPNsense ; pour un autre serveur, écrivez ses plages sous [[dhcp]] dans le plan",
            ),
        })?;
        complain(path, &configuration.complaints, configuration.more, language);
        files.push((name_of(path), configuration));
    }
    Ok(files)
}

/// What a configuration says, its reservations where they concern the look.
pub(super) fn facts(file: &str, configuration: Configuration, concerns: impl Fn(Ipv4Addr) -> bool) -> Vec<Fact> {
    let unread = configuration.complaints.len() as u32 + configuration.more;
    let (ranges, reserved) = (configuration.pools.len() as u32, configuration.reserved.len() as u32);
    let read = Fact::PoolsRead(PoolFile { file: file.to_owned(), ranges, reserved, unread });
    let ranges = configuration.pools.into_iter().map(|pool| Fact::PoolConfigured { file: file.to_owned(), pool });
    let reserved = configuration.reserved.into_iter().filter(|lease| concerns(lease.ip));
    let reserved = reserved.map(|lease| Fact::LeaseHeld { file: file.to_owned(), lease });
    std::iter::once(read).chain(ranges).chain(reserved).collect()
}
