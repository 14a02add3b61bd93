//! `trousse scan`: who is there, and which address is held twice.

use std::path::PathBuf;

#[cfg(target_os = "linux")]
use crate::cli::asking::AskArgs;
use crate::cli::leases::LeaseArgs;
use crate::cli::output::OutputArgs;
#[cfg(target_os = "linux")]
use crate::edge::clock::Budget;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::net::Targets;
use crate::probe::Rate;

/// Find who is on the segment, which address is held twice and by whom.
#[derive(Debug, clap::Args)]
pub struct ScanArgs {
    /// Prefixes, ranges or addresses: 192.168.1.0/24, 192.168.1.10-20, 192.168.1.7 [default: the interface's own prefix]
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// The interface [default: that of the default route]
    #[arg(short, long, value_name = "IFACE")]
    pub interface: Option<String>,
    /// Requests a second, or max [default: 1000]
    #[arg(long, value_name = "N|max")]
    pub rate: Option<String>,
    /// Do not listen 3 s longer for a late second owner
    #[arg(long)]
    pub quick: bool,
    /// The plan of the site (TOML)
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// Record the visit in DIR, for trousse replay
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Ask even where it takes long
    #[arg(long)]
    pub yes: bool,
    /// What DHCP servers say.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Requests a second where none are named: a real LAN has Wi-Fi and storm control on it.
const RATE: Rate = Rate::PerSecond(1000);

impl ScanArgs {
    /// Whom to ask, and how fast.
    fn asked(&self) -> Result<(Option<Targets>, Rate)> {
        let targets = self.targets.iter().map(|text| text.parse()).collect::<Result<Vec<Targets>>>()?;
        let rate = self.rate.as_deref().map_or(Ok(RATE), rate)?;
        Ok((targets.into_iter().reduce(Targets::union), rate))
    }
}

fn rate(text: &str) -> Result<Rate> {
    match text.parse::<u32>() {
        Ok(count) if count > 0 => Ok(Rate::PerSecond(count)),
        _ if text == "max" => Ok(Rate::Max),
        _ => Err(Fault::new(format!("\"{text}\" is not a rate"), format!("« {text} » n'est pas un débit"))
            .hint("a number of requests a second, or max", "un nombre de requêtes par seconde, ou max")),
    }
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(args: &ScanArgs, _: Language) -> Result<u8> {
    args.asked()?;
    Err(super::no_raw_frames("scan"))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &ScanArgs, language: Language) -> Result<u8> {
    args.look(crate::probe::Errand::Scan, &AskArgs::default(), None, false, language)
}

#[cfg(target_os = "linux")]
impl ScanArgs {
    /// Looks at what these options name, for that errand, within that time, `is_deep` where what is intrusive is wanted too.
    pub fn look(
        &self,
        errand: crate::probe::Errand,
        ask: &AskArgs,
        budget: Option<Budget>,
        is_deep: bool,
        language: Language,
    ) -> Result<u8> {
        use crate::cli::deep;
        use crate::cli::switches;
        use crate::edge::look::{Request, Tester};
        use crate::probe::{Errand, Switching};
        use crate::site::Plan;

        self.output.check()?;
        let plan = self.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
        let (targets, rate) = self.asked()?;
        let switching = match errand {
            Errand::Diagnose => Switching { switches: switches::asked(&plan), sought: None },
            _ => Switching::default(),
        };
        let mut asking = ask.of(&plan);
        if is_deep {
            asking.pool |= deep::agree(self.interface.as_deref(), &plan, self.yes, language)?;
        }
        let request = Request {
            errand,
            interface: self.interface.clone(),
            targets,
            rate,
            quick: self.quick,
            budget,
            agreed: self.yes,
            cable_test: is_deep.then_some(Tester::Card),
            fills: is_deep,
            asking,
            plan,
            outlet: None,
            listen_ms: 0,
            switching,
            snmp: None,
            power: Default::default(),
        };
        super::visit::run(request, &self.leases, self.record.as_deref(), &self.output, language)
    }
}
