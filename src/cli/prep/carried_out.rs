//! What `trousse prep` does, on this PC.

use std::io::Write;
use std::path::PathBuf;

use super::naming::{self, Asked};
use super::progress::Progress;
use super::secrets::given;
use super::{PlanArgs, PrepFormat, ProfileArgs, RunArgs, StatusArgs, VerifyArgs, given_variables, sheet};
use crate::cli::output::{print, view};
use crate::edge::names::Place;
use crate::edge::pc::payloads::Payloads;
use crate::edge::pc::told::Told as Lines;
use crate::edge::pc::{Held, Kept, Pc, Resume, folder_of, opening, past_of, profile_text, refuse_others};
use crate::edge::{self, stop};
use crate::fault::{Fault, Result};
use crate::json::escaped;
use crate::language::Language;
use crate::prep::engine::{self, Log, Terms};
use crate::prep::entry::{Entry, Left, Opened, Starter};
use crate::prep::look::{Digest, Look};
use crate::prep::names::pattern::Pattern;
use crate::prep::outcome::{Failure, Outcome, RunEnd};
use crate::prep::past::Past;
use crate::prep::portrait::Portrait;
use crate::prep::profile::Profile;
use crate::prep::sheet::Sheet;
use crate::prep::tell::{Event, Record, Started, Told};
use crate::report::{Purpose, preparation};

/// Exit code after Ctrl-C, as a shell has it. The journal tells where the next run goes on.
const INTERRUPTED: i32 = 130;

/// A profile that is found sound, and the PC that it is for.
struct Ready {
    profile: Profile,
    pc: Pc,
    past: Option<Past>,
    opened: Opened,
    /// Where this PC is still to be given its name.
    names: Option<(Pattern, Place)>,
}

impl ProfileArgs {
    /// Reads the profile and its files, and refuses here whatever can be refused. `delivered`: the name that the PC was delivered
    /// with, where a sheet tells it.
    fn ready(&self, delivered: Option<&str>, language: Language) -> Result<Ready> {
        let past = past_of(&super::read(&self.state, language)?);
        let set = given_variables(&self.set)?;
        let text = profile_text(&self.profile)?;
        let sha256 = Digest::of(text.as_bytes()).sha256;
        // Whoever goes on with a preparation need not say again what it was begun with.
        let before =
            past.as_ref().and_then(|past| past.opened.as_ref()).filter(|opened| set.is_empty() && opened.profile == sha256);
        let given = before.map_or(set, |opened| opened.variables.clone());
        let profile = Profile::parse(&text, &given).map_err(|refusal| refusal.of(&self.profile.display().to_string()))?;
        let folder = folder_of(&self.profile);
        let depot = self.depot.clone().or_else(|| profile.depot.as_ref().map(|depot| folder.join(depot)));
        let payloads = Payloads::find(&profile, &folder, depot.as_deref())?;
        let digests = payloads.digests();
        let pc = Pc::new(payloads);
        engine::inspect(&profile, &pc)?;
        let mut opened = opening(&profile, pc.identity()?, digests);
        let same = |before: &&Opened| before.profile == opened.profile && before.pc.is(&opened.pc);
        let before = past.as_ref().and_then(|past| past.opened.as_ref()).filter(same);
        let asked = Asked {
            name: self.name.as_deref(),
            before: before.and_then(|before| before.name.as_deref()).or(delivered),
            file: self.names.as_deref(),
            depot: depot.as_deref(),
            folder: &folder,
        };
        let named = asked.name_for(profile.naming(&profile.facts(&pc)?), &opened.pc)?;
        opened.name = named.name;
        let names = named.reserve_by;
        Ok(Ready { profile, pc, past, opened, names })
    }
}

/// Shows what a run would do.
pub(super) fn plan(args: &PlanArgs, language: Language) -> Result<u8> {
    let ready = args.profile.ready(None, language)?;
    if let (Some((_, place)), Some(name)) = (&ready.names, &ready.opened.name) {
        naming::tell(name, place, !place.path.exists(), language);
    }
    let before = ready.past.as_ref().filter(|past| engine::goes_on(past, &ready.opened).is_ok());
    let mut past = before.cloned().unwrap_or_default();
    past.opened.get_or_insert_with(|| ready.opened.clone());
    let record = engine::look(&ready.profile, &ready.pc, &past)?;
    show(&record, Purpose::Plan, args.profile.format, language)?;
    let waits = ready.pc.boot().is_ok_and(|boot| past.waits_for_restart(&boot).is_some());
    Ok(match looked(&record) {
        0 | 1 if waits => RunEnd::RestartPending.exit_code(),
        code => code,
    })
}

/// Shows what has changed since the PC was prepared.
pub(super) fn verify(args: &VerifyArgs, language: Language) -> Result<u8> {
    let sheet = args.sheet.as_deref().map(sheet::read).transpose()?;
    let ready = args.profile.ready(sheet.as_ref().and_then(Sheet::host_name), language)?;
    let prepared = ready.past.as_ref().filter(|past| matches!(past.end, Some(RunEnd::Ready | RunEnd::Failed)));
    let (past, left) = match (&sheet, prepared) {
        (Some(sheet), _) => {
            of_this(sheet, &ready)?;
            // The journal tells more of the past, where it is one of this preparation.
            let own = ready.past.clone().filter(|past| engine::goes_on(past, &ready.opened).is_ok() && past.opened.is_some());
            let past = own.unwrap_or_else(|| {
                let mut past = sheet.past();
                past.opened = Some(ready.opened.clone());
                past
            });
            (past, sheet.delivered())
        }
        (None, Some(past)) => {
            engine::goes_on(past, &ready.opened)?;
            (past.clone(), past.left.as_deref().cloned())
        }
        (None, None) => {
            let fault =
                Fault::new("this PC has not been prepared to the end yet", "ce PC n'a pas encore été préparé jusqu'au bout");
            return Err(fault.hint(
                "trousse prep plan shows what is left to do; trousse prep status how it stands",
                "trousse prep plan montre ce qui reste à faire ; trousse prep status où elle en est",
            ));
        }
    };
    let mut record = engine::look(&ready.profile, &ready.pc, &past)?;
    if let Some(left) = left {
        let now = engine::stood(&ready.profile, &ready.pc, &past, &record.steps);
        record.compare(&left, &Left { portrait: Portrait::of(&ready.pc)?, steps: now });
    }
    show(&record, Purpose::Verify, args.profile.format, language)?;
    Ok(looked(&record))
}

/// Refuses a sheet of another PC, of another profile, or of a preparation without an end.
fn of_this(sheet: &Sheet, ready: &Ready) -> Result<()> {
    let pc = &ready.opened.pc;
    if !sheet.pc.is(pc) {
        let [theirs, ours] = [&sheet.pc, pc].map(|pc| pc.serial.as_deref().or(pc.machine.as_deref()).unwrap_or("?"));
        return Err(Fault::new(
            format!("the sheet is one of another PC: {theirs}, and this one is {ours}"),
            format!("la fiche est celle d'un autre PC : {theirs}, et celui-ci est {ours}"),
        )
        .hint("take the sheet with the serial number of this PC", "prenez la fiche qui porte le numéro de série de ce PC"));
    }
    if sheet.profile != ready.profile.sha256 {
        let (title, version) = (&sheet.title, &sheet.version);
        return Err(Fault::new(
            format!("the sheet was made with another profile: {title:?} {version}"),
            format!("la fiche a été faite avec un autre profil : {title:?} {version}"),
        )
        .hint("take the very profile that the PC was prepared with", "prenez le profil même qui a servi à préparer le PC"));
    }
    if sheet.left.is_none() {
        return Err(Fault::new(
            "the sheet is one of a preparation that had not come to its end",
            "la fiche est celle d'une préparation qui n'était pas terminée",
        )
        .hint("make it again once the PC is ready", "refaites-la une fois le PC prêt"));
    }
    Ok(())
}

/// The exit code of a look: 0 nothing to do, 1 something, 20 a step cannot be looked at.
fn looked(record: &Record) -> u8 {
    let any = |is: fn(&Outcome) -> bool| record.steps.iter().any(|told| is(&told.outcome));
    match (any(Outcome::is_failure), any(|outcome| matches!(outcome, Outcome::ToDo(_)))) {
        (true, _) => RunEnd::Failed.exit_code(),
        (false, true) => 1,
        (false, false) => 0,
    }
}

/// Prepares the PC.
pub(super) fn run(args: &RunArgs, language: Language) -> Result<u8> {
    let mut told = match args.tell.as_deref().map(Lines::open).transpose() {
        // Whoever followed the run is gone, and what was there for that; the run goes on without.
        Err(_) if args.resumed => None,
        opened => opened?,
    };
    let ran = prepare(args, &mut told, language);
    if let (Err(fault), Some(told)) = (&ran, &mut told) {
        told.write(&Event::Stopped { refused: true, why: Failure::from(fault) });
    }
    ran
}

fn prepare(args: &RunArgs, told: &mut Option<Lines>, language: Language) -> Result<u8> {
    let technician = args.technician.as_deref().map(sheet::technician).transpose()?;
    let mut ready = args.profile.ready(None, language)?;
    refuse_others()?;
    if let Some(past) = ready.past.as_ref().filter(|past| past.end.is_none()) {
        engine::goes_on(past, &ready.opened)?;
    }
    let secrets = given(&engine::secrets(&ready.profile, &ready.pc)?, &args.secrets, args.resumed, language)?;
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let (state, profile) = (absolute(&args.profile.state), absolute(&args.profile.profile));
    // Refused before a name is reserved, and that before anything is written.
    let held = Held::take(&state, &ready.profile)?;
    engine::goes_on(&held.past, &ready.opened)?;
    if let Some((pattern, place)) = &ready.names {
        let begins = !place.path.exists();
        let given = edge::names::reserve(place, pattern, &ready.opened.pc)?;
        naming::tell(given.name(), place, begins, language);
        ready.opened.name = Some(given.name().to_owned());
    }
    let mut kept = held.open()?;
    if kept.past.opened.is_none() {
        kept.write(&Entry::Opened(Box::new(ready.opened.clone())))?;
        kept.past.opened = Some(ready.opened);
    }
    if let Some(name) = technician {
        kept.write(&Entry::Technician { name })?;
    }
    let mut words = ["--lang", language.tag(), "prep", "run", "--resumed", "--state"].map(str::to_owned).to_vec();
    words.push(state.display().to_string());
    words.extend(args.reboot.then(|| "--reboot".to_owned()));
    words.extend(args.tell.iter().flat_map(|file| ["--tell".to_owned(), absolute(file).display().to_string()]));
    let mut pc = ready.pc.with(secrets).resumes_by(Resume { state, profile, words });
    let by = if args.resumed { Starter::Startup } else { Starter::Person };
    let terms = Terms { by, may_restart: args.reboot };
    let progress = Progress::new(language);
    let json = args.profile.format == PrepFormat::Json;
    let past = std::mem::take(&mut kept.past);
    stop::watch();
    let mut log = UntilPressed { kept: &mut kept, progress: &progress };
    let ran = engine::run(&ready.profile, &mut pc, past, &mut log, terms, &mut |event| {
        if let Some(told) = told.as_mut() {
            told.write(event);
        }
        match json {
            // A reader that went away does not stop the work.
            true => drop(line(event)),
            false => progress.tell(event),
        }
        if stop::pressed() {
            interrupted(&progress);
        }
    });
    progress.clear();
    match ran {
        Ok(record) => {
            // What was done is done, whether or not it can be shown.
            if !json && let Err(fault) = show(&record, Purpose::Run, PrepFormat::Terminal, language) {
                eprintln!("trousse: {}", fault.say(language));
            }
            Ok(record.end.map_or(RunEnd::Failed, |end| end).exit_code())
        }
        // What was begun may have been done: the next run looks.
        Err(fault) if kept.began => {
            if let Some(told) = told.as_mut() {
                told.write(&Event::Stopped { refused: false, why: Failure::from(&fault) });
            }
            eprintln!("trousse: {}", fault.say(language));
            Ok(RunEnd::Failed.exit_code())
        }
        Err(fault) => Err(fault),
    }
}

/// The journal until Ctrl-C. The program of a step that was ended by it has not failed: nothing is written of that, and the next run
/// goes on with the step.
struct UntilPressed<'a> {
    kept: &'a mut Kept,
    progress: &'a Progress,
}

impl Log for UntilPressed<'_> {
    fn write(&mut self, entry: &Entry) -> Result<()> {
        // What had come to its end before is told.
        let ended_well =
            matches!(entry, Entry::Ended { outcome, .. } if !matches!(outcome, Outcome::Failed(_) | Outcome::DidNotTake(_)));
        if stop::pressed() && !ended_well {
            interrupted(self.progress);
        }
        self.kept.write(entry)
    }
}

/// Ends the program, after Ctrl-C.
fn interrupted(progress: &Progress) -> ! {
    progress.clear();
    std::process::exit(INTERRUPTED)
}

/// Shows how the preparation stands.
pub(super) fn status(args: &StatusArgs, language: Language) -> Result<u8> {
    let past = past_of(&super::read(&args.state, language)?);
    let Some((past, opened)) = past.and_then(|past| past.opened.clone().map(|opened| (past, opened))) else {
        return Err(super::no_preparation(&args.state));
    };
    let pc = Pc::default();
    let told = |name: &String| {
        let step = past.step(name);
        // Begun and not ended: the power went, or it is being done.
        let outcome = step.outcome.filter(|_| !step.interrupted).unwrap_or(Outcome::ToDo(step.changes));
        Told { name: name.clone(), kind: String::new(), outcome, since: Vec::new() }
    };
    let awaited = pc.boot().ok().and_then(|boot| past.waits_for_restart(&boot).map(str::to_owned));
    let record = Record {
        steps: past.order.iter().map(told).collect(),
        end: awaited.as_ref().map(|_| RunEnd::RestartPending).or(past.end),
        restart_for: awaited,
        ..Record::new(Started {
            schema: crate::prep::tell::SCHEMA.to_owned(),
            title: opened.title,
            version: opened.version,
            profile: opened.profile,
            pc: opened.pc,
            system: pc.build()?.name,
            host_name: pc.host_name()?.now,
            steps: past.order.len(),
            since: Vec::new(),
        })
    };
    show(&record, Purpose::Status, args.format, language)?;
    Ok(record.end.map_or(1, RunEnd::exit_code))
}

/// Writes what was found.
fn show(record: &Record, purpose: Purpose, format: PrepFormat, language: Language) -> Result<()> {
    if format == PrepFormat::Terminal {
        return print(&preparation(record, purpose, &view(true, language)));
    }
    line(&Event::Started(Box::new(record.started.clone())))?;
    record.steps.iter().try_for_each(|told| line(&Event::Step(told.clone())))?;
    let Record { restart_for, restarting, by_hand, .. } = record.clone();
    record.end.map_or(Ok(()), |end| line(&Event::Finished { end, restart_for, restarting, by_hand }))
}

/// A line for a program, at once.
fn line(event: &Event) -> Result<()> {
    print(&(escaped(&serde_json::to_string(event).unwrap_or_default()) + "\n"))?;
    // It is flushed with each line; a pipe whose reader went away has had enough.
    drop(std::io::stdout().flush());
    Ok(())
}
