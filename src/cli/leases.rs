//! `--leases` and `--pool` of every command that judges addresses: files of DHCP servers, read before anything else is done.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use jiff::tz::TimeZone;

use crate::cli::pools;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::lease::{self, Complaint, FORMATS, Leases, Refused};
use crate::line::one_line;
use crate::net::Moment;
use crate::observe::{Fact, Inventory, Observation};
use crate::pool::Configuration;
use crate::probe::{Asking, Survey};

/// Options about leases.
#[derive(Debug, Default, clap::Args)]
pub struct LeaseArgs {
    /// Leases or reservations of a DHCP server, to tell a leased address from a fixed one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub leases: Vec<PathBuf>,
    /// The format of these files, where it is not recognised
    #[arg(long, value_name = "NAME", requires = "leases", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub leases_format: Option<String>,
    /// Configuration of a DHCP server (dnsmasq.conf, dhcpd.conf, kea-dhcp4.conf, config.xml), to know its ranges; may be given
    /// several times
    #[arg(long, value_name = "FILE")]
    pub pool: Vec<PathBuf>,
}

/// The files that were named, each with what it holds.
#[derive(Debug, Default)]
pub struct LeaseFiles {
    leases: Vec<(String, Leases)>,
    pools: Vec<(String, Configuration)>,
}

impl LeaseArgs {
    /// Reads every file; tells on standard error what could not be read in it.
    pub fn read(&self, language: Language) -> Result<LeaseFiles> {
        let format = self.leases_format.as_deref().and_then(lease::format);
        let mut files = LeaseFiles { leases: Vec::new(), pools: pools::read(&self.pool, language)? };
        for path in &self.leases {
            let shown = path.display();
            let read = File::open(path).map_err(Refused::from).and_then(|file| lease::read(file, format, &TimeZone::system()));
            let leases = read.map_err(|refused| match refused {
                Refused::Unreadable(error) => {
                    Fault::because(format!("cannot read the leases {shown}"), format!("baux {shown} illisibles"), &error)
                }
                Refused::NoFormat => {
                    let known = FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ");
                    Fault::new(
                        format!("{shown} is no lease file of a kind that is known"),
                        format!("{shown} n'est pas un fichier de baux d'un type connu"),
                    )
                    .hint(
                        format!("name its format with --leases-format: {known}"),
                        format!("indiquez son format par --leases-format : {known}"),
                    )
                }
            })?;
            complain(path, &leases.complaints, leases.more, language);
            let name = name_of(path);
            files.leases.push((name, leases));
        }
        Ok(files)
    }
}

impl LeaseFiles {
    /// What the files say of the addresses that a look is about (all of them where that is not known), as it stands when the
    /// visit starts, in microseconds since 1970.
    pub fn facts(self, survey: Option<&Survey>, started_us: u64, language: Language) -> Vec<Fact> {
        let now = i64::try_from(started_us / 1_000_000).unwrap_or(i64::MAX);
        let mut facts = Vec::new();
        for (file, leases) in self.leases {
            let (entries, unread) = (leases.leases.len(), leases.complaints.len() as u32 + leases.more);
            facts.push(Fact::LeasesRead { file: file.clone(), entries: entries as u32, unread });
            let before = facts.len();
            let about =
                leases.as_of(now).leases.into_iter().filter(|lease| survey.is_none_or(|survey| concerns(survey, lease.ip)));
            facts.extend(about.map(|lease| Fact::LeaseHeld { file: file.clone(), lease }));
            if entries > 0 && facts.len() == before {
                let file = one_line(&file);
                eprintln!(
                    "trousse: {}",
                    language.pick(
                        format!("{file}: no address in it is of this network"),
                        format!("{file} : aucune de ses adresses n'est de ce réseau"),
                    )
                );
            }
        }
        for (file, configuration) in self.pools {
            facts.extend(pools::facts(&file, configuration, |ip| survey.is_none_or(|survey| concerns(survey, ip))));
        }
        facts
    }
}

/// Tells on standard error what could not be read in a file: the first lines one by one, and how many more.
pub(super) fn complain(path: &Path, complaints: &[Complaint], more: u32, language: Language) {
    let shown = one_line(&path.display().to_string());
    for bad in complaints {
        let (line, english, french) = (bad.line, one_line(&bad.why.english), one_line(&bad.why.french));
        let said = language.pick(format!("{shown}, line {line}: {english}"), format!("{shown}, ligne {line} : {french}"));
        eprintln!("trousse: {said}");
    }
    if more > 0 {
        let (english, french) = match more {
            1 => (format!("{shown}: 1 more line cannot be read"), format!("{shown} : 1 autre ligne illisible")),
            _ => (format!("{shown}: {more} more lines cannot be read"), format!("{shown} : {more} autres lignes illisibles")),
        };
        eprintln!("trousse: {}", language.pick(english, french));
    }
}

/// What reports call a file.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Whether a look is about an address: it is asked for, or in a prefix of our card. One by a card without an address asks nobody
/// in particular.
fn concerns(survey: &Survey, ip: Ipv4Addr) -> bool {
    let anywhere = survey.targets.count() == 0 && survey.identity.addresses.is_empty();
    anywhere || survey.targets.contains(ip) || survey.identity.addresses.iter().any(|net| net.contains(&ip))
}

/// The most addresses of lease files that a server is asked about.
const MATTER: usize = 64;

/// Adds the addresses of the files to those that a server is asked about.
pub fn matter(facts: &[Fact], asking: &mut Asking) {
    let of_files = facts.iter().filter_map(|fact| match fact {
        Fact::LeaseHeld { lease, .. } => Some(lease.ip),
        _ => None,
    });
    if asking.pool || asking.leases {
        asking.about.extend(of_files.take(MATTER));
    }
}

/// Adds what the files say to what was seen: they were there from the start.
pub fn fold(facts: Vec<Fact>, inventory: &mut Inventory) {
    facts.into_iter().for_each(|fact| inventory.fold(&Observation { at: Moment::default(), frame: None, fact }));
}
