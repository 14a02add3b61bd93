//! `trousse dhcp`: who serves addresses here, with which settings, and whether they work.

use std::path::PathBuf;

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
    /// Also find from where to where each server leases, by at most 24 DISCOVERs that wish for an address; no lease is taken
    #[arg(long)]
    pub ask_pool: bool,
    /// Also ask each server what it has leased, for the addresses that matter (RFC 4388); few servers answer
    #[arg(long)]
    pub ask_leases: bool,
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

/// The most addresses of the plan that servers are asked about.
#[cfg(target_os = "linux")]
const ABOUT: usize = 64;

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &DhcpArgs, language: Language) -> Result<u8> {
    use crate::edge::look::Request;
    use crate::probe::{Asking, Errand, Rate};
    use crate::site::Plan;

    args.output.check()?;
    let plan = args.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
    let about = plan.fixed.iter().map(|fixed| fixed.address).take(ABOUT).collect();
    let request = Request {
        errand: Errand::Dhcp,
        interface: args.interface.clone(),
        targets: None,
        rate: Rate::PerSecond(1000),
        quick: false,
        agreed: false,
        cable_test: false,
        asking: Asking { pool: args.ask_pool, leases: args.ask_leases, about, started_s: 0 },
        plan,
    };
    super::visit::run(request, &args.leases, args.record.as_deref(), &args.output, language)
}
