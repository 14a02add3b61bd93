//! `trousse retest`: a recorded visit made again, with the same questions, and compared: the proof that something was mended.

use std::path::PathBuf;

use crate::cli::leases::LeaseArgs;
use crate::cli::output::OutputArgs;
use crate::fault::{Fault, Result};
use crate::language::Language;

/// Make a recorded visit again, with the same questions, and compare: the proof that something was mended.
///
/// Exit code 0: all is closed and nothing is new; 1: something is still wrong, or newly so; 3: nothing is, but something was not
/// tested again.
#[derive(Debug, clap::Args)]
pub struct RetestArgs {
    /// The folder of the visit, made by --record
    #[arg(value_name = "VISIT")]
    pub visit: PathBuf,
    /// The interface [default: that of the first time]
    #[arg(short, long, value_name = "IFACE")]
    pub interface: Option<String>,
    /// Record the new visit in DIR, with the comparison
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// What DHCP servers say now: what they said the first time is not taken over.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// Where the comparison goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

impl RetestArgs {
    /// Refuses what is no record: a report does not hold the plan and the pace of its visit.
    fn check(&self) -> Result<()> {
        self.output.check()?;
        if self.visit.is_dir() {
            return Ok(());
        }
        let shown = self.visit.display();
        let fault = if self.visit.exists() {
            Fault::new(
                format!("{shown} is no recorded visit, and does not tell how to make it again"),
                format!("{shown} n'est pas une intervention enregistrée, et ne dit pas comment la refaire"),
            )
        } else {
            Fault::new(format!("there is no {shown}"), format!("{shown} n'existe pas"))
        };
        Err(fault.hint(
            "name a folder made by --record; two reports are compared by: trousse diff VISIT1 VISIT2",
            "indiquez un dossier créé par --record ; deux rapports se comparent par : trousse diff INTERVENTION1 INTERVENTION2",
        ))
    }
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(args: &RetestArgs, _: Language) -> Result<u8> {
    args.check()?;
    Err(super::no_raw_frames("retest"))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &RetestArgs, language: Language) -> Result<u8> {
    use crate::cli::visit::Looked;
    use crate::edge::record;
    use crate::report::Comparison;

    args.check()?;
    let again = Again {
        visit: &args.visit,
        interface: args.interface.as_deref(),
        record: args.record.as_deref(),
        leases: &args.leases,
        language,
    };
    let (before, Looked { report: after, recorded, .. }) = again.look()?;
    let comparison = Comparison::of(&before, &after)?;
    let written = args.output.write_comparison(&comparison, language);
    let kept =
        recorded.and_then(|()| args.record.as_deref().map_or(Ok(()), |folder| record::keep_comparison(folder, &comparison)));
    written.and(kept).map(|()| comparison.exit_code())
}

/// A recorded look, to be repeated.
#[cfg(target_os = "linux")]
pub struct Again<'a> {
    /// The folder of its record.
    pub visit: &'a std::path::Path,
    /// The interface, where it is another.
    pub interface: Option<&'a str>,
    /// Where the new look is recorded.
    pub record: Option<&'a std::path::Path>,
    /// What DHCP servers say now.
    pub leases: &'a LeaseArgs,
    /// The reader's language.
    pub language: Language,
}

#[cfg(target_os = "linux")]
impl Again<'_> {
    /// Repeats it; what it said then, and what it says now.
    pub fn look(&self) -> Result<(crate::report::Report, crate::cli::visit::Looked)> {
        use crate::cli::switches::SwitchArgs;
        use crate::edge::clock::Budget;
        use crate::edge::look::{Request, targets_again};
        use crate::edge::{replay, visits};

        let (leases, language) = (self.leases, self.language);
        let first = replay::circumstances(self.visit)?;
        let before = visits::replayed(self.visit)?;
        let files = before.coverage.lease_files.iter().filter(|_| leases.leases.is_empty()).map(|file| (&file.file, "--leases"));
        let pools = before.coverage.pool_files.iter().filter(|_| leases.pool.is_empty()).map(|file| (&file.file, "--pool"));
        for (name, option) in files.chain(pools) {
            eprintln!(
                "trousse: {}",
                language.pick(
                    format!("the first visit read {name}: without {option} and a fresh copy, what rests on it is not tested again"),
                    format!("la première intervention a lu {name} : sans {option} et une copie fraîche, ce qui en dépend n'est pas revérifié"),
                )
            );
        }
        let request = Request {
            errand: first.survey.errand,
            targets: targets_again(&first),
            interface: Some(self.interface.map_or(first.interface, str::to_owned)),
            rate: first.survey.rate,
            quick: first.survey.quick,
            budget: first.survey.budget_ms.map(Budget::from_now),
            // Who made the visit has agreed to its length.
            agreed: true,
            // Nobody has agreed to the link's dropping again.
            cable_test: None,
            asking: first.survey.asking,
            plan: first.plan,
            outlet: first.survey.surroundings.outlet,
            listen_ms: first.survey.surroundings.listen_ms,
            switching: first.survey.switching,
            // A record does not hold how switches are asked.
            snmp: SwitchArgs::default().snmp()?,
            power: first.survey.power,
        };
        let after = crate::cli::visit::look(request, leases, self.record, true, language)?;
        Ok((before, after))
    }
}
