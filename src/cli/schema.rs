//! `trousse schema`: the JSON Schema of what people write and of what programs read.

use schemars::schema_for;

use crate::certify::{Profile, certificate};
use crate::cli::output::print;
use crate::fault::Result;
use crate::firm::Firm;
use crate::logbook;
use crate::prep;
use crate::report::{self, comparison};
use crate::site::Plan;

/// Print the JSON Schema of what people write (a plan, a profile, a link profile, a firm, a list of PCs) or of what programs read (a
/// report, a comparison, a certificate, a visit, a preparation, that of many PCs, a delivery sheet, a depot, a check of one, the names
/// of PCs).
#[derive(Debug, clap::Args)]
pub struct SchemaArgs {
    /// Of what
    #[arg(value_enum, value_name = "WHAT")]
    pub what: Schema,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Schema {
    /// The plan of a site.
    Plan,
    /// What a delivered PC is.
    Profile,
    /// The firm at the head of reports.
    Firm,
    /// The report of a scan or replay.
    Report,
    /// The comparison of two visits.
    Comparison,
    /// What an outlet must be good for.
    LinkProfile,
    /// What outlets came to.
    Certificate,
    /// What was done on a visit.
    Logbook,
    /// A line of what a preparation tells.
    Preparation,
    /// A list of PCs that are prepared at once.
    Hosts,
    /// A line of what the preparation of many PCs tells.
    Bench,
    /// The delivery sheet of a PC.
    Sheet,
    /// What is in a depot.
    Depot,
    /// How a check found a depot.
    DepotCheck,
    /// The names of PCs that are taken.
    Names,
}

/// Runs the command.
pub fn run(args: &SchemaArgs) -> Result<u8> {
    let schema = match args.what {
        Schema::Plan => schema_for!(Plan).to_value(),
        Schema::Profile => prep::profile::schema(),
        Schema::Firm => schema_for!(Firm).to_value(),
        Schema::Report => report::schema(),
        Schema::Comparison => comparison::schema(),
        Schema::LinkProfile => schema_for!(Profile).to_value(),
        Schema::Certificate => certificate::schema(),
        Schema::Logbook => logbook::schema(),
        Schema::Preparation => prep::tell::schema(),
        Schema::Hosts => schema_for!(prep::bench::hosts::Hosts).to_value(),
        Schema::Bench => prep::bench::result::schema(),
        Schema::Sheet => prep::sheet::schema(),
        Schema::Depot => prep::depot::schema(),
        Schema::DepotCheck => prep::depot::check_schema(),
        Schema::Names => prep::names::schema(),
    };
    print(&format!("{schema:#}\n")).map(|()| 0)
}
