//! The order of the steps: as they stand in the profile, each after those that it needs.

use super::{Condition, Refusal, Stage};
use crate::fault::Why;
use crate::prep::step::Kind;

/// Letters that a model must have: `*` alone would be any.
const FEWEST: usize = 3;

/// The places of the steps in that order.
///
/// # Errors
/// A need that no step fulfils, or steps that wait for each other.
pub(super) fn order(stages: &[Stage]) -> Result<Vec<usize>, Refusal> {
    let mut needs: Vec<Vec<usize>> = Vec::new();
    for stage in stages {
        let mut places = Vec::new();
        for need in &stage.needs {
            match stages.iter().position(|other| other.name == *need) {
                Some(place) => places.push(place),
                None => return Err(nobody(stage, need, stages)),
            }
        }
        needs.push(places);
    }
    let mut order: Vec<usize> = Vec::new();
    let mut placed = vec![false; stages.len()];
    while order.len() < stages.len() {
        let next = (0..stages.len()).find(|&place| !placed[place] && needs[place].iter().all(|&need| placed[need]));
        match next {
            Some(place) => {
                placed[place] = true;
                order.push(place);
            }
            None => return Err(cycle(stages, &needs, &placed)),
        }
    }
    firmware_last(stages, &order)?;
    Ok(order)
}

/// Refuses a step after the one that a PC might not come back from; looks and restarts alone may follow.
fn firmware_last(stages: &[Stage], order: &[usize]) -> Result<(), Refusal> {
    let mut in_order = order.iter().map(|&place| &stages[place]);
    let is_firmware = |stage: &Stage| matches!(stage.kind, Kind::Firmware(_));
    in_order.find(|stage| is_firmware(stage));
    let Some(after) = in_order.find(|stage| !is_firmware(stage) && !matches!(stage.kind, Kind::Reboot(_) | Kind::Check(_)))
    else {
        return Ok(());
    };
    let name = &after.name;
    let why = Why::new(
        format!("{name:?} comes after firmware, which is the last that is touched"),
        format!("{name:?} vient après un firmware, auquel on touche en dernier"),
    );
    Err(Refusal::new(after.line, why)
        .hint("put the step of the kind `firmware` at the end", "placez l'étape du genre `firmware` à la fin"))
}

/// Refuses a firmware that does not say for which models it is: another maker's may be newer by its number.
pub(super) fn firmware_of_a_model(stages: &[Stage], target: &Condition) -> Result<(), Refusal> {
    let names_one = |of: &Condition| !of.models.is_empty() && of.models.iter().all(|model| model.letters() >= FEWEST);
    let for_any = |stage: &&Stage| matches!(stage.kind, Kind::Firmware(_)) && !names_one(&stage.when) && !names_one(target);
    let Some(stage) = stages.iter().find(for_any) else { return Ok(()) };
    let name = &stage.name;
    let why = Why::new(
        format!("step {name:?}: it does not say for which models the firmware is"),
        format!("étape {name:?} : elle ne dit pas pour quels modèles est le firmware"),
    );
    Err(Refusal::new(stage.line, why).hint("write when = { models = [\"NUC11*\"] }", "écrivez when = { models = [\"NUC11*\"] }"))
}

fn nobody(stage: &Stage, need: &str, stages: &[Stage]) -> Refusal {
    let name = &stage.name;
    let why = Why::new(
        format!("{name:?} needs {need:?}, and no step is called so"),
        format!("{name:?} dépend de {need:?}, et aucune étape ne s'appelle ainsi"),
    );
    let names: Vec<&str> = stages.iter().map(|other| other.name.as_str()).filter(|other| other != name).collect();
    let names = names.join(", ");
    Refusal::new(stage.line, why).hint(format!("the other steps: {names}"), format!("les autres étapes : {names}"))
}

/// Steps that wait for each other: from any step that waits, need by need, until one comes again.
fn cycle(stages: &[Stage], needs: &[Vec<usize>], placed: &[bool]) -> Refusal {
    let mut path: Vec<usize> = placed.iter().position(|placed| !placed).into_iter().collect();
    let round = loop {
        let waits_for = path.last().and_then(|&last| needs[last].iter().copied().find(|&need| !placed[need]));
        let Some(next) = waits_for else { break path };
        if let Some(begin) = path.iter().position(|&place| place == next) {
            path.push(next);
            break path.split_off(begin);
        }
        path.push(next);
    };
    let names: Vec<&str> = round.iter().map(|&place| stages[place].name.as_str()).collect();
    let (first, rest) = (&names[..names.len().min(1)], &names[names.len().min(1)..]);
    let first = first.concat();
    let why = Why::new(
        format!("{first} needs {}", rest.join(", which needs ")),
        format!("{first} dépend de {}", rest.join(", qui dépend de ")),
    );
    let line = round.first().map_or(1, |&place| stages[place].line);
    Refusal::new(line, why).hint("take one of these needs out", "retirez l'une de ces dépendances")
}
