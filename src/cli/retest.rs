//! `trousse retest`: a recorded visit made again, with the same questions, and compared: the proof that something was mended.

#[cfg(target_os = "linux")]
use std::path::Path;
use std::path::PathBuf;

use crate::cli::leases::LeaseArgs;
use crate::cli::output::OutputArgs;
use crate::fault::{Fault, Result};
use crate::language::Language;
#[cfg(target_os = "linux")]
use crate::line::one_line;

/// Make a recorded visit again, with the same questions, and compare: the proof that something was mended.
///
/// Exit code 0: all is closed and nothing is new; 1: something is still wrong, or newly so; 3: nothing is, but something was not
/// tested again.
#[derive(Debug, clap::Args)]
pub struct RetestArgs {
    /// The folder of the visit, made by --record
    #[arg(value_name = "VISIT")]
    pub visit: PathBuf,
    /// How it is made again.
    #[command(flatten)]
    pub again: AgainArgs,
}

/// How a look is made again, and where the comparison goes.
#[derive(Debug, clap::Args)]
pub struct AgainArgs {
    /// The interface [default: that of the first time]
    #[arg(short, long, value_name = "IFACE")]
    pub interface: Option<String>,
    /// Record the new look in DIR, with the comparison [default while a visit is open: beside its journal]
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// What DHCP servers say now: what they said the first time is not taken over.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// What disturbs others.
    #[command(flatten)]
    pub deep: DeepAgain,
    /// Where the comparison goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What disturbs others is agreed to anew each time.
#[derive(Debug, clap::Args)]
pub struct DeepAgain {
    /// Again do what disturbs others, as diagnose --deep does; without it, that is not tested again
    #[arg(long)]
    pub deep: bool,
    /// Agree to what --deep lists
    #[arg(long, requires = "deep")]
    pub yes: bool,
}

impl RetestArgs {
    /// Refuses what is no record: a report does not hold the plan and the pace of its visit.
    fn check(&self) -> Result<()> {
        self.again.output.check()?;
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
    let again = &args.again;
    let (before, Looked { report: after, recorded, .. }) = again.look(&args.visit, language)?;
    let comparison = Comparison::of(&before, &after)?;
    let written = again.output.write_comparison(&comparison, language);
    let kept =
        recorded.and_then(|()| again.record.as_deref().map_or(Ok(()), |folder| record::keep_comparison(folder, &comparison)));
    written.and(kept).map(|()| comparison.exit_code())
}

#[cfg(target_os = "linux")]
impl AgainArgs {
    /// Repeats the look that is recorded in a folder; what it said then, and what it says now.
    pub fn look(&self, visit: &Path, language: Language) -> Result<(crate::report::Report, crate::cli::visit::Looked)> {
        use crate::cli::deep;
        use crate::cli::switches::SwitchArgs;
        use crate::edge::clock::Budget;
        use crate::edge::look::{Request, Tester, targets_again};
        use crate::edge::{replay, visits};
        use crate::probe::Errand;

        let leases = &self.leases;
        let first = replay::circumstances(visit)?;
        let before = visits::replayed(visit)?;
        let files = before.coverage.lease_files.iter().filter(|_| leases.leases.is_empty()).map(|file| (&file.file, "--leases"));
        let pools = before.coverage.pool_files.iter().filter(|_| leases.pool.is_empty()).map(|file| (&file.file, "--pool"));
        for (name, option) in files.chain(pools) {
            let name = one_line(name);
            eprintln!(
                "trousse: {}",
                language.pick(
                    format!("the first visit read {name}: without {option} and a fresh copy, what rests on it is not tested again"),
                    format!("la première intervention a lu {name} : sans {option} et une copie fraîche, ce qui en dépend n'est pas revérifié"),
                )
            );
        }
        let targets = targets_again(&first);
        let interface = self.interface.clone().unwrap_or(first.interface);
        let mut asking = first.survey.asking;
        let is_deep = self.deep.deep;
        if is_deep && first.survey.errand != Errand::Diagnose {
            return Err(Fault::new(
                "--deep is for what trousse diagnose looked at, and this was another look",
                "--deep ne concerne que ce que trousse diagnose a examiné, et il s'agissait d'autre chose",
            )
            .hint("leave --deep out", "retirez --deep"));
        }
        if is_deep {
            asking.pool |= deep::agree(Some(&interface), &first.plan, self.deep.yes, language)?;
        }
        let request = Request {
            errand: first.survey.errand,
            targets,
            interface: Some(interface),
            rate: first.survey.rate,
            quick: first.survey.quick,
            budget: first.survey.budget_ms.map(Budget::from_now),
            // Who made the visit has agreed to its length.
            agreed: true,
            // Nobody else has agreed to the link's dropping again, nor to the line's being filled.
            cable_test: is_deep.then_some(Tester::Card),
            fills: is_deep,
            asking,
            plan: first.plan,
            outlet: first.survey.surroundings.outlet,
            listen_ms: first.survey.surroundings.listen_ms,
            switching: first.survey.switching,
            // A record does not hold how switches are asked.
            snmp: SwitchArgs::default().snmp()?,
            power: first.survey.power,
        };
        let after = crate::cli::visit::look(request, leases, self.record.as_deref(), true, language)?;
        Ok((before, after))
    }
}
