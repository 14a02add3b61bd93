//! `trousse diagnose`: the ladder in one go: link, addresses, DHCP, gateway, DNS.

use crate::cli::asking::AskArgs;
use crate::cli::budget;
use crate::cli::scan::ScanArgs;
use crate::edge::clock::Budget;
use crate::fault::Result;
use crate::language::Language;

/// Climb the ladder in one go: link, addresses, DHCP servers, gateway, DNS; say what is wrong, and what follows from it.
#[derive(Debug, clap::Args)]
pub struct DiagnoseArgs {
    /// What a scan takes too.
    #[command(flatten)]
    pub scan: ScanArgs,
    /// Also do what disturbs others: test the cable, fill the lines of the plan by iperf3, ask servers for their ranges. It is
    /// listed first, and needs a yes, or --yes
    #[arg(long)]
    pub deep: bool,
    /// What DHCP servers are asked.
    #[command(flatten)]
    pub ask: AskArgs,
    /// End within this time, the report written: 60s, 2m, or 90 for seconds; what there was no time for is not tested. Printing a
    /// PDF comes on top [default: none: each question has its own deadline, the services of a plan 45 s together]
    #[arg(long, value_name = "TIME")]
    pub budget: Option<String>,
}

impl DiagnoseArgs {
    /// The time that all of it may take, from now on.
    fn budget(&self) -> Result<Option<Budget>> {
        Ok(self.budget.as_deref().map(budget::milliseconds).transpose()?.map(Budget::from_now))
    }
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(args: &DiagnoseArgs, _: Language) -> Result<u8> {
    args.budget()?;
    Err(super::no_raw_frames("diagnose"))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &DiagnoseArgs, language: Language) -> Result<u8> {
    args.scan.look(crate::probe::Errand::Diagnose, &args.ask, args.budget()?, args.deep, language)
}
