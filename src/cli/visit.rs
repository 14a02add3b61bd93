//! What every command that looks at a network does once it knows what to ask: look, show, record, report.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::cli::leases::{self, LeaseArgs};
use crate::cli::logbook::log;
use crate::cli::output::OutputArgs;
use crate::cli::progress::Progress;
use crate::edge::drive::Follower;
use crate::edge::look::{Look, Request};
use crate::edge::record::Recorder;
use crate::edge::stop;
use crate::fault::Result;
use crate::language::Language;
use crate::net::Moment;
use crate::observe::{Cut, Fact, Inventory, Observation};
use crate::probe::listen::{Direction, Listener};
use crate::report::Report;

/// Looks, and writes the report; the exit code. The visit is recorded in `record`, where that is named.
pub fn run(request: Request, leases: &LeaseArgs, record: Option<&Path>, output: &OutputArgs, language: Language) -> Result<u8> {
    let Looked { report, recorded, .. } = look(request, leases, record, false, language)?;
    let written = output.write(&report, language);
    written.and(recorded).map(|()| report.exit_code())
}

/// What a look came to.
pub struct Looked {
    /// The report.
    pub report: Report,
    /// Where it was recorded.
    pub record: Option<PathBuf>,
    /// Whether it could be recorded to its end, and told in the journal of the open visit.
    pub recorded: Result<()>,
}

/// Looks, `again` where an earlier look is repeated. While a visit is open its journal is told, and the look is recorded beside
/// it where `record` names no other place.
pub fn look(request: Request, leases: &LeaseArgs, record: Option<&Path>, again: bool, language: Language) -> Result<Looked> {
    let open = log::of_the_open_visit(language);
    let record = record.map(Path::to_owned).or_else(|| log::record_beside(open.as_deref(), language));
    let (report, recorded, _) = look_until(request, leases, record.as_deref(), language, &mut |_| false)?;
    let told = open.map_or(Ok(()), |folder| log::tell(&folder, &report, record.as_deref(), again));
    Ok(Looked { report, record, recorded: recorded.and(told) })
}

/// The same, but it ends as soon as `ends` says so, which is asked again and again; what was learnt comes with the report.
pub fn look_until(
    request: Request,
    leases: &LeaseArgs,
    record: Option<&Path>,
    language: Language,
    ends: &mut dyn FnMut(Moment) -> bool,
) -> Result<(Report, Result<()>, Inventory)> {
    let files = leases.read(language)?;
    let mut look = Look::prepare(request)?;
    let known = files.facts(Some(&look.circumstances.survey), look.circumstances.started_us, language);
    leases::matter(&known, &mut look.circumstances.survey.asking);
    let circumstances = look.circumstances.clone();
    // From the first line of the record on, Ctrl-C ends the look and not the program.
    stop::watch();
    let mut recorder = record.map(|folder| Recorder::create(folder, &circumstances)).transpose()?;
    if let Some(recorder) = &mut recorder {
        known.iter().for_each(|fact| recorder.fact(Moment::default(), fact));
    }
    let until = look.until;
    let mut follower = Following { progress: Progress::new(language, &circumstances), recorder, ends, until };
    let (mut inventory, ended) = look.run(&mut follower);
    leases::fold(known, &mut inventory);
    let Following { progress, recorder, .. } = follower;
    progress.finish();
    let report = Report::of(circumstances.visit(ended), &inventory, &circumstances.plan);
    let recorded = recorder.map_or(Ok(()), |recorder| recorder.close(ended, &report));
    Ok((report, recorded, inventory))
}

/// The screen and the record follow a look together.
struct Following<'a> {
    progress: Progress,
    recorder: Option<Recorder>,
    ends: &'a mut dyn FnMut(Moment) -> bool,
    /// When its time has run out.
    until: Option<Moment>,
}

impl Follower for Following<'_> {
    fn frame(&mut self, at: Moment, direction: Direction, bytes: &[u8]) -> Option<u32> {
        self.recorder.as_mut().and_then(|recorder| recorder.frame(at, direction, bytes))
    }

    fn answer(&mut self, at: Moment, from: SocketAddr, bytes: &[u8]) {
        self.recorder.iter_mut().for_each(|recorder| recorder.answer(at, from, bytes));
    }

    fn fact(&mut self, at: Moment, fact: &Fact) {
        self.progress.fact(fact);
        self.recorder.iter_mut().for_each(|recorder| recorder.fact(at, fact));
    }

    fn observed(&mut self, seen: &Observation) {
        self.progress.observed(seen);
    }

    fn turn(&mut self, now: Moment, listener: &Listener) {
        self.progress.turn(now, listener);
    }

    fn stops(&mut self, now: Moment) -> Option<Cut> {
        self.progress.tick(now);
        let by_user = stop::pressed() || (self.ends)(now);
        by_user.then_some(Cut::User).or_else(|| self.until.filter(|until| now >= *until).map(|_| Cut::Budget))
    }
}
