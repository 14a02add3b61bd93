//! `trousse replay`: the report of a recorded visit, or of anybody's capture, on any machine and without privilege.

use std::path::PathBuf;

use crate::cli::leases::{self, LeaseArgs};
use crate::cli::output::OutputArgs;
use crate::edge::replay;
use crate::fault::Result;
use crate::language::Language;
use crate::report::Report;
use crate::site::Plan;

/// Report on a recorded visit, or on a capture of tcpdump or Wireshark.
#[derive(Debug, clap::Args)]
pub struct ReplayArgs {
    /// A folder made by --record, or a pcap or pcapng file
    #[arg(value_name = "DIR|FILE")]
    pub record: PathBuf,
    /// The plan of the site (TOML) [default: that of the record]
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// What DHCP servers say.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Runs the command.
pub fn run(args: &ReplayArgs, language: Language) -> Result<u8> {
    args.output.check()?;
    let named = args.site.as_deref().map(Plan::load_alone).transpose()?;
    let files = args.leases.read(language)?;
    let mut replayed = replay::replay(&args.record)?;
    let survey = replayed.circumstances.as_ref().map(|circumstances| &circumstances.survey);
    leases::fold(files.facts(survey, replayed.started_us, language), &mut replayed.inventory);
    let visit = replayed.visit(&args.record);
    let plan = named.or(replayed.circumstances.map(|circumstances| circumstances.plan)).unwrap_or_default();
    let report = Report::of(visit, &replayed.inventory, &plan);
    args.output.write(&report, language)?;
    Ok(report.exit_code())
}
