//! What a profile is to a PC: looked at without touching it, or run. Whenever the power goes, the journal and the PC tell where to go
//! on.

mod run;

use super::change::{Aspect, Change, State};
use super::entry::{Entry, Starter};
use super::look::Look;
use super::outcome::{Failure, Outcome};
use super::past::Past;
use super::portrait::Stood;
use super::profile::{Facts, Profile, Stage};
use super::step::Scene;
use super::tell::{Record, SCHEMA, Started, Told};
use crate::fault::{Fault, Result};
pub use run::run;

/// A PC that starts a run by itself more often than this is in a loop.
pub const RESUMES: u32 = 20;

/// Where the lines of the journal go.
pub trait Log {
    /// Writes a line; it is on the disk when this comes back.
    fn write(&mut self, entry: &Entry) -> Result<()>;
}

/// How a run is to go.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Who started it.
    pub by: Starter,
    /// It may restart the PC.
    pub may_restart: bool,
}

/// Looks at every step and touches nothing.
pub fn look(profile: &Profile, pc: &dyn Look, past: &Past) -> Result<Record> {
    let facts = profile.facts(pc)?;
    let mut steps: Vec<Told> = Vec::new();
    for stage in profile.in_order() {
        let step = past.step(&stage.name);
        let outcome = if !stage.when.holds(&facts) {
            Outcome::Skipped
        } else {
            match stage.kind.step().plan(pc, &scene(profile, stage, past, step.restart_asked_under.as_deref())) {
                Ok(changes) if changes.is_empty() => Outcome::AlreadySo,
                Ok(changes) => Outcome::ToDo(changes),
                Err(fault) => match waits_for(stage, &steps) {
                    Some(need) => Outcome::ToDo(vec![after(&stage.name, need)]),
                    None => Outcome::Failed(Failure::from(&fault)),
                },
            }
        };
        steps.push(told(stage, outcome));
    }
    Ok(Record { steps, ..Record::new(started(profile, pc, &facts)?) })
}

/// The step that this one needs and that is still to be done: what cannot be planned now may be after it.
fn waits_for<'a>(stage: &'a Stage, steps: &[Told]) -> Option<&'a str> {
    let to_do = |need: &&String| steps.iter().any(|told| told.name == **need && matches!(told.outcome, Outcome::ToDo(_)));
    stage.needs.iter().find(to_do).map(String::as_str)
}

/// What is known of a step that waits for another.
fn after(step: &str, need: &str) -> Change {
    let (english, french) = (format!("done after {need}"), format!("fait après {need}"));
    Change::new(step, Aspect::Done, State::Absent, State::Said { english, french })
}

/// How each step stands by what can be seen of it now; `outcomes` are what they came to, in the order in which they come.
pub fn stood(profile: &Profile, pc: &dyn Look, past: &Past, outcomes: &[Told]) -> Vec<Stood> {
    let told = profile.in_order().zip(outcomes);
    told.map(|(stage, told)| {
        let step = past.step(&stage.name);
        let scene = scene(profile, stage, past, step.restart_asked_under.as_deref());
        let seen = match told.outcome {
            Outcome::Skipped => Ok(Vec::new()),
            _ => stage.kind.step().seen(pc, &scene),
        };
        let (seen, unseen) = seen.map_or_else(|fault| (Vec::new(), Some(Failure::from(&fault))), |seen| (seen, None));
        let Told { name, kind, outcome, .. } = told.clone();
        Stood { name, kind, outcome, detection: stage.kind.step().detection().into(), seen, unseen }
    })
    .collect()
}

/// The names of the secrets without which the run would fail.
pub fn secrets(profile: &Profile, pc: &dyn Look) -> Result<Vec<String>> {
    let (facts, past) = (profile.facts(pc)?, Past::default());
    let mut names: Vec<String> = Vec::new();
    for stage in profile.in_order().filter(|stage| stage.when.holds(&facts)) {
        let step = stage.kind.step();
        let may_need = step.secrets();
        if may_need.is_empty() {
            continue;
        }
        match step.plan(pc, &scene(profile, stage, &past, None)) {
            Ok(changes) => names.extend(changes.iter().flat_map(|change| step.needs_secrets(change)).map(str::to_owned)),
            // One that cannot be planned yet may wait for another step, and need all of its secrets after that.
            Err(_) => names.extend(may_need.into_iter().map(str::to_owned)),
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Refuses what can be seen to be wrong with the files beside the profile, before anything is touched.
pub fn inspect(profile: &Profile, pc: &dyn Look) -> Result<()> {
    let facts = profile.facts(pc)?;
    profile.fits(&facts)?;
    profile.in_order().filter(|stage| stage.when.holds(&facts)).try_for_each(|stage| stage.kind.step().inspect(pc))
}

fn scene<'a>(profile: &'a Profile, stage: &Stage, past: &'a Past, restart_asked_under: Option<&'a str>) -> Scene<'a> {
    let name = past.opened.as_ref().and_then(|opened| opened.name.as_deref());
    Scene { variables: &profile.variables, timeout_s: stage.timeout_s, restart_asked_under, name }
}

fn told(stage: &Stage, outcome: Outcome) -> Told {
    Told { name: stage.name.clone(), kind: stage.kind.word().to_owned(), outcome, since: Vec::new() }
}

fn started(profile: &Profile, pc: &dyn Look, facts: &Facts) -> Result<Started> {
    Ok(Started {
        schema: SCHEMA.to_owned(),
        title: profile.title.clone(),
        version: profile.version.clone(),
        profile: profile.sha256.clone(),
        pc: facts.identity.clone(),
        system: facts.build.name.clone(),
        host_name: pc.host_name()?.now,
        steps: profile.stages.len(),
        since: Vec::new(),
    })
}

/// Refuses a journal of another profile, of another PC, or of the same run with other variables or other files beside the
/// profile.
pub fn goes_on(past: &Past, now: &super::entry::Opened) -> Result<()> {
    let Some(before) = &past.opened else { return Ok(()) };
    let name = &before.title;
    if before.profile != now.profile {
        return Err(Fault::new(
            format!("the journal is one of another profile: {name:?} {}", before.version),
            format!("le journal est celui d'un autre profil : {name:?} {}", before.version),
        )
        .hint(
            "name another folder with --state, or move that journal away if that preparation is given up",
            "indiquez un autre dossier avec --state, ou déplacez ce journal si cette préparation est abandonnée",
        ));
    }
    if !before.pc.is(&now.pc) {
        let serial = before.pc.serial.as_deref().or(before.pc.machine.as_deref()).unwrap_or("?");
        return Err(Fault::new(
            format!("the journal is one of another PC: {serial}"),
            format!("le journal est celui d'un autre PC : {serial}"),
        )
        .hint(
            "name another folder with --state: each PC has its own",
            "indiquez un autre dossier avec --state : chaque PC a le sien",
        ));
    }
    if before.variables != now.variables {
        let differs = now.variables.iter().find(|(name, value)| before.variables.get(*name) != Some(value));
        let (name, value) = differs.map(|(name, value)| (name.as_str(), value.as_str())).unwrap_or_default();
        let was = before.variables.get(name).map(String::as_str).unwrap_or_default();
        return Err(Fault::new(
            format!("this preparation was begun with {name}={was:?}, not {value:?}"),
            format!("cette préparation a commencé avec {name}={was:?}, pas {value:?}"),
        )
        .hint(
            "leave --set out to go on with it, or name another folder with --state",
            "omettez --set pour la poursuivre, ou indiquez un autre dossier avec --state",
        ));
    }
    let changed = before.payloads.iter().find(|(name, digest)| now.payloads.get(*name) != Some(digest));
    changed.map_or(Ok(()), |(name, _)| {
        Err(Fault::new(
            format!("{name} is not what it was when this preparation was begun"),
            format!("{name} n'est plus ce qu'il était au début de cette préparation"),
        )
        .hint(
            "put the file back, or name another folder with --state",
            "remettez le fichier, ou indiquez un autre dossier avec --state",
        ))
    })
}
