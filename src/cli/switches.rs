//! The switches on the command line, and how they are asked.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::observe::Sought;
use crate::probe::Switching;
use crate::secret::Secret;
use crate::site::{Plan, Snmp};

/// Where the community stands for whoever does not want it on a command line, which everybody on the machine can read.
pub const COMMUNITY: &str = "TROUSSE_SNMP_COMMUNITY";

/// Switches, and the community they are asked with. Version 3, and a community for each, stand in the plan.
#[derive(Debug, Default, clap::Args)]
pub struct SwitchArgs {
    /// A switch to ask over SNMP; may be repeated [default: those of the plan that say how they are asked]
    #[arg(long = "switch", value_name = "ADDRESS")]
    pub switches: Vec<IpAddr>,
    /// The file whose first line is the community; TROUSSE_SNMP_COMMUNITY in the environment does as well. Without either it is
    /// asked for at the terminal
    #[arg(long, value_name = "FILE")]
    pub community_file: Option<PathBuf>,
    /// The community; whoever else works on this machine can read it there
    #[arg(long, value_name = "TEXT", conflicts_with = "community_file")]
    pub community: Option<String>,
}

impl SwitchArgs {
    /// How switches are asked that the plan does not say it of.
    pub fn snmp(&self) -> Result<Option<Snmp>> {
        let community = match (&self.community_file, &self.community) {
            (Some(file), _) => {
                let shown = file.display();
                let text = std::fs::read_to_string(file).map_err(|error| {
                    let (english, french) = (format!("cannot read {shown}"), format!("{shown} illisible"));
                    Fault::because(english, french, &error)
                })?;
                Some(text.lines().next().unwrap_or_default().trim().to_owned())
            }
            (None, Some(community)) => Some(community.clone()),
            (None, None) => from_environment(),
        };
        match community {
            Some(community) if community.is_empty() => Err(Fault::new("the community is empty", "la communauté est vide")),
            community => Ok(community.map(|community| Snmp::community(Secret::new(community)))),
        }
    }

    /// The same; whoever sits at the terminal is asked for the community of a switch that was named, and of which it is known
    /// nowhere.
    #[cfg(target_os = "linux")]
    pub fn snmp_or_ask(&self, plan: &Plan, language: Language) -> Result<Option<Snmp>> {
        use super::{agreement, unseen};
        let given = self.snmp()?;
        match self.unknown(plan, given.as_ref()) {
            Some(switch) if agreement::can_ask() => Ok(Some(Snmp::community(unseen::community(switch, language)?))),
            _ => Ok(given),
        }
    }

    /// Only on Linux is anybody asked.
    #[cfg(not(target_os = "linux"))]
    pub fn snmp_or_ask(&self, _: &Plan, _: Language) -> Result<Option<Snmp>> {
        self.snmp()
    }

    /// A switch that was named, and of which it is not known how it is asked.
    fn unknown(&self, plan: &Plan, snmp: Option<&Snmp>) -> Option<IpAddr> {
        let planned = |address: IpAddr| plan.switches.iter().find(|switch| switch.address.map(IpAddr::from) == Some(address));
        let knows = |address: IpAddr| snmp.is_some() || planned(address).is_some_and(|switch| switch.snmp.is_some());
        self.switches.iter().copied().find(|&address| !knows(address))
    }

    /// Which switches are asked, and for whom; refused where it is not known how one of them is asked.
    pub fn switching(&self, plan: &Plan, snmp: Option<&Snmp>, sought: Sought) -> Result<Switching> {
        if let Some(address) = self.unknown(plan, snmp) {
            return Err(Fault::new(
                format!("it is not known how the switch {address} is asked"),
                format!("on ne sait pas comment interroger le commutateur {address}"),
            )
            .hint(
                format!("give its community by --community-file FILE or {COMMUNITY}, or write snmp under its [[switch]] in the plan"),
                format!("donnez sa communauté par --community-file FICHIER ou {COMMUNITY}, ou écrivez snmp sous son [[switch]] dans le plan"),
            ));
        }
        let switches = if self.switches.is_empty() { asked(plan) } else { self.switches.clone() };
        Ok(Switching { sought: (!switches.is_empty()).then_some(sought), switches })
    }
}

/// The community in the environment, where there is one.
pub fn from_environment() -> Option<String> {
    std::env::var(COMMUNITY).ok().filter(|community| !community.is_empty())
}

/// The switches of a plan that say how they are asked.
pub fn asked(plan: &Plan) -> Vec<IpAddr> {
    plan.switches.iter().filter(|switch| switch.snmp.is_some()).filter_map(|switch| switch.address).map(IpAddr::from).collect()
}
