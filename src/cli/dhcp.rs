//! `trousse dhcp`: who serves addresses here, with which settings, and whether they work.

use std::path::PathBuf;

use crate::cli::asking::AskArgs;
use crate::cli::leases::LeaseArgs;
use crate::cli::output::OutputArgs;
use crate::fault::Result;
use crate::language::Language;

/// Find every DHCP server on the segment and what it would give; no lease is taken.
#[derive(Debug, clap::Args)]
pub struct DhcpArgs {
    /// The interface; it needs no address [default: that of the default route]
    #[arg(short, long, value_name = "IFACE")]
    pub interface: Option<String>,
    /// What servers are asked.
    #[command(flatten)]
    pub ask: AskArgs,
    /// The plan of the site (TOML)
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// Record the visit in DIR, for trousse replay
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// What DHCP servers say.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(_: &DhcpArgs, _: Language) -> Result<u8> {
    Err(super::no_raw_frames("dhcp"))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &DhcpArgs, language: Language) -> Result<u8> {
    use crate::edge::look::Request;
    use crate::probe::{Errand, Rate, Switching};
    use crate::site::Plan;

    args.output.check()?;
    let plan = args.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
    let request = Request {
        errand: Errand::Dhcp,
        interface: args.interface.clone(),
        targets: None,
        rate: Rate::PerSecond(1000),
        quick: false,
        budget: None,
        agreed: false,
        cable_test: None,
        fills: false,
        asking: args.ask.of(&plan),
        plan,
        outlet: None,
        listen_ms: 0,
        switching: Switching::default(),
        snmp: None,
        power: Default::default(),
    };
    super::visit::run(request, &args.leases, args.record.as_deref(), &args.output, language)
}
