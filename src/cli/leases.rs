//! `--leases` of every command that judges addresses: files of DHCP servers, read before anything else is done.

use std::fs::File;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use jiff::tz::TimeZone;

use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::lease::{self, FORMATS, Leases, Refused};
use crate::net::Moment;
use crate::observe::{Fact, Inventory, Observation};
#[cfg(target_os = "linux")]
use crate::probe::Asking;
use crate::probe::Survey;

/// Options about leases.
#[derive(Debug, Default, clap::Args)]
pub struct LeaseArgs {
    /// Leases or reservations of a DHCP server, to tell a leased address from a fixed one; may be given several times
    #[arg(long, value_name = "FILE")]
    pub leases: Vec<PathBuf>,
    /// The format of these files, where it is not recognised
    #[arg(long, value_name = "NAME", requires = "leases", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub leases_format: Option<String>,
}

/// The files that were named, each with what it holds.
#[derive(Debug, Default)]
pub struct LeaseFiles(Vec<(String, Leases)>);

impl LeaseArgs {
    /// Reads every file; tells on standard error what could not be read in it.
    pub fn read(&self, language: Language) -> Result<LeaseFiles> {
        let format = self.leases_format.as_deref().and_then(lease::format);
        let mut files = LeaseFiles::default();
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
            for bad in &leases.complaints {
                let (line, why) = (bad.line, &bad.why);
                eprintln!(
                    "trousse: {}",
                    language.pick(
                        format!("{shown}, line {line}: {}", why.english),
                        format!("{shown}, ligne {line} : {}", why.french)
                    )
                );
            }
            if leases.more > 0 {
                let more = leases.more;
                eprintln!(
                    "trousse: {}",
                    language.pick(
                        format!("{shown}: {more} more lines cannot be read"),
                        format!("{shown} : {more} autres lignes illisibles"),
                    )
                );
            }
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            files.0.push((name, leases));
        }
        Ok(files)
    }
}

impl LeaseFiles {
    /// What the files say of the addresses that a look is about (all of them where that is not known), as it stands when the visit
    /// starts, in microseconds since 1970.
    pub fn facts(self, survey: Option<&Survey>, started_us: u64, language: Language) -> Vec<Fact> {
        let now = i64::try_from(started_us / 1_000_000).unwrap_or(i64::MAX);
        let mut facts = Vec::new();
        for (file, leases) in self.0 {
            let (entries, unread) = (leases.leases.len(), leases.complaints.len() as u32 + leases.more);
            facts.push(Fact::LeasesRead { file: file.clone(), entries: entries as u32, unread });
            let before = facts.len();
            let about =
                leases.as_of(now).leases.into_iter().filter(|lease| survey.is_none_or(|survey| concerns(survey, lease.ip)));
            facts.extend(about.map(|lease| Fact::LeaseHeld { file: file.clone(), lease }));
            if entries > 0 && facts.len() == before {
                eprintln!(
                    "trousse: {}",
                    language.pick(
                        format!("{file}: no address in it is of this network"),
                        format!("{file} : aucune de ses adresses n'est de ce réseau"),
                    )
                );
            }
        }
        facts
    }
}

/// Whether a look is about an address: it is asked for, or in a prefix of our card.
fn concerns(survey: &Survey, ip: Ipv4Addr) -> bool {
    survey.targets.contains(ip) || survey.identity.addresses.iter().any(|net| net.contains(&ip))
}

/// The most addresses of lease files that a server is asked about.
const MATTER: usize = 64;

/// Adds the addresses of the files to those that a server is asked about.
#[cfg(target_os = "linux")]
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
