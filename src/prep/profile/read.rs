//! From the text to the profile. Steps are told apart by their kind by hand, so that every error keeps its place in the text.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::variables::{fill, known, settled};
use super::{COMMON, Common, Head, LONGEST_TIMEOUT_S, MOST_RETRIES, NamesKeys, Naming, Profile, Refusal, Restart, Stage, order};
use crate::fault::Why;
use crate::prep::look::Digest;
use crate::prep::names::pattern::{Pattern, is_counter};
use crate::prep::step::{KINDS, Kind, typed};

impl Profile {
    /// Reads a profile; `given` are the values of variables from the command line.
    pub fn parse(text: &str, given: &BTreeMap<String, String>) -> Result<Profile, Refusal> {
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let wrong = |error: toml::de::Error| {
            let said = error.message().replace('\n', ", ");
            Refusal::new(error.span().map_or(1, |span| line(span.start)), Why::new(said.clone(), said))
        };
        let table = DeTable::parse(text).map_err(wrong)?;
        let whole = table.span();
        let (steps, head): (DeTable<'_>, DeTable<'_>) =
            table.into_inner().into_iter().partition(|(key, _)| key.get_ref().as_ref() == "step");
        let variable_line = |name: &str| place_of(&head, name).map_or(1, line);
        let lines: BTreeMap<String, usize> = names_of(&head).map(|name| (name.to_owned(), variable_line(name))).collect();
        let table_line =
            |name: &str| head.iter().find(|(key, _)| key.get_ref().as_ref() == name).map_or(1, |(key, _)| line(key.span().start));
        let (names_at, target_at) = (table_line("names"), table_line("for"));
        let head: Head = typed(Spanned::new(whole, DeValue::Table(head))).map_err(wrong)?;
        let depot = head.depot.map(|depot| depot.path);
        let variables = settled(head.variables, given, |name| lines.get(name).copied().unwrap_or(1))?;
        known(&head.target, &variables, target_at)?;
        let names = head.names.map(|keys| naming(keys, &variables, names_at)).transpose()?;
        let mut stages: Vec<Stage> = Vec::new();
        for (_, list) in steps {
            let at = list.span().start;
            let DeValue::Array(list) = list.into_inner() else { return Err(no_list(line(at))) };
            for mut value in list {
                fill(&mut value, &variables, &line)?;
                let stage = stage(value, &line, &wrong)?;
                known(&stage.when, &variables, stage.line)?;
                if let Some(other) = stages.iter().find(|other| other.name == stage.name) {
                    return Err(twice(&stage, other.line));
                }
                stages.push(stage);
            }
        }
        if stages.is_empty() {
            let why = Why::new("no step stands in it", "il ne contient aucune étape");
            return Err(Refusal { line: None, ..Refusal::new(1, why) }.hint("write a [[step]]", "écrivez une [[step]]"));
        }
        if let Some(stage) = stages.iter().find(|stage| names.is_none() && stage.kind.step().wants_name()) {
            return Err(nameless(stage));
        }
        let order = order::order(&stages)?;
        order::firmware_of_a_model(&stages, &head.target)?;
        let sha256 = Digest::of(text.as_bytes()).sha256;
        let (title, version, target) = (head.title, head.version, head.target);
        Ok(Profile { title, version, target, variables, depot, names, stages, sha256, order })
    }
}

/// The names of the variables of a profile, whatever their values.
pub(super) fn variables_in(text: &str) -> Vec<String> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    names_of(table.get_ref()).map(str::to_owned).collect()
}

/// How PCs are named; its table begins on this line.
fn naming(keys: NamesKeys, variables: &BTreeMap<String, String>, line: usize) -> Result<Naming, Refusal> {
    let NamesKeys { pattern, file } = keys;
    let refused =
        |why: Why| Refusal::new(line, Why::new(format!("[names]: {}", why.english), format!("[names] : {}", why.french)));
    if let Some(name) = variables.keys().find(|name| is_counter(name)) {
        let why = Why::new(
            format!("{name:?} is the counter of the pattern, and no variable may be called so"),
            format!("{name:?} est le compteur du modèle, et aucune variable ne peut s'appeler ainsi"),
        );
        return Err(refused(why).hint("call the variable otherwise", "donnez un autre nom à la variable"));
    }
    let pattern = Pattern::parse(&pattern, variables).map_err(|why| {
        refused(why).hint(
            "as in \"{customer}-pc-{nn}\": variables of the profile and one counter; --set customer=… says the value",
            "par exemple \"{customer}-pc-{nn}\" : des variables du profil et un compteur ; --set customer=… dit la valeur",
        )
    })?;
    Ok(Naming { pattern, file })
}

fn nameless(stage: &Stage) -> Refusal {
    let name = &stage.name;
    let why = Why::new(
        format!("step {name:?}: it gives the PC a name, and no pattern stands under [names]"),
        format!("étape {name:?} : elle attribue un nom au PC, et aucun modèle ne figure sous [names]"),
    );
    Refusal::new(stage.line, why).hint(
        "say the name: to = \"…\", or add [names] with pattern = \"{customer}-pc-{nn}\"",
        "dites le nom : to = \"…\", ou ajoutez [names] avec pattern = \"{customer}-pc-{nn}\"",
    )
}

fn variables_of<'a, 'i>(head: &'a DeTable<'i>) -> Option<&'a DeTable<'i>> {
    head.iter().find(|(key, _)| key.get_ref().as_ref() == "variables").and_then(|(_, value)| value.get_ref().as_table())
}

fn names_of<'a>(head: &'a DeTable<'_>) -> impl Iterator<Item = &'a str> {
    variables_of(head).into_iter().flat_map(|table| table.iter().map(|(key, _)| key.get_ref().as_ref()))
}

fn place_of(head: &DeTable<'_>, name: &str) -> Option<usize> {
    variables_of(head)?.iter().find(|(key, _)| key.get_ref().as_ref() == name).map(|(key, _)| key.span().start)
}

fn stage(
    value: Spanned<DeValue<'_>>,
    line: &impl Fn(usize) -> usize,
    wrong: &impl Fn(toml::de::Error) -> Refusal,
) -> Result<Stage, Refusal> {
    let span = value.span();
    let at = line(span.start);
    let DeValue::Table(table) = value.into_inner() else { return Err(no_list(at)) };
    let mut kind: Option<(String, usize)> = None;
    let (mut common, mut own) = (DeTable::new(), DeTable::new());
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "kind" => {
                let place = line(value.span().start);
                let DeValue::String(word) = value.into_inner() else {
                    let why = Why::new("`kind` is a text", "`kind` est un texte");
                    return Err(Refusal::new(place, why));
                };
                kind = Some((word.into_owned(), place));
            }
            word if COMMON.contains(&word) => drop(common.insert(key, value)),
            _ => drop(own.insert(key, value)),
        }
    }
    let common: Common = typed(Spanned::new(span.clone(), DeValue::Table(common))).map_err(wrong)?;
    let kinds = KINDS.join(", ");
    let Some((word, place)) = kind else {
        let why = Why::new("missing field `kind`", "il manque `kind`");
        return Err(Refusal::new(at, why).hint(format!("one of: {kinds}"), format!("un parmi : {kinds}")));
    };
    let Some(kind) = Kind::read(&word, Spanned::new(span, DeValue::Table(own))) else {
        let why = Why::new(format!("no kind of step is called {word:?}"), format!("aucun genre d'étape ne s'appelle {word:?}"));
        return Err(Refusal::new(place, why).hint(format!("one of: {kinds}"), format!("un parmi : {kinds}")));
    };
    let kind = kind.map_err(|error| {
        // The keys that there are, `done_when` among them, are named for a mistyped one too.
        let detection = error.message().starts_with("missing field `done_when`");
        let refusal = wrong(error);
        if !detection {
            return refusal;
        }
        refusal.hint(
            "say how it is seen that the script has done its work: done_when = { file = \"/path\" } or { command = \"…\" }",
            "dites à quoi se voit que le script a fait son travail : done_when = { file = \"/chemin\" } ou { command = \"…\" }",
        )
    })?;
    let Common { name, when, needs, reboot, retries, timeout_s } = common;
    let stage = Stage { name, when, needs, reboot, retries, timeout_s, kind, line: at };
    check(&stage).map_err(|why| {
        let name = &stage.name;
        Refusal::new(at, Why::new(format!("step {name:?}: {}", why.english), format!("étape {name:?} : {}", why.french)))
    })?;
    Ok(stage)
}

fn check(stage: &Stage) -> Result<(), Why> {
    let name = &stage.name;
    if name.trim().is_empty() || name.contains(char::is_control) {
        return Err(Why::new("a step without a name", "une étape sans nom"));
    }
    if stage.retries > MOST_RETRIES {
        let retries = stage.retries;
        return Err(Why::new(
            format!("retries: {retries} is more than {MOST_RETRIES}"),
            format!("retries : {retries} dépasse {MOST_RETRIES}"),
        ));
    }
    if !(1..=LONGEST_TIMEOUT_S).contains(&stage.timeout_s) {
        let timeout = stage.timeout_s;
        return Err(Why::new(
            format!("timeout_s: {timeout} is not within 1 and {LONGEST_TIMEOUT_S}"),
            format!("timeout_s : {timeout} n'est pas entre 1 et {LONGEST_TIMEOUT_S}"),
        ));
    }
    if matches!(stage.kind, Kind::Reboot(_)) && stage.reboot == Restart::Never {
        return Err(Why::new(
            "a reboot with reboot = \"never\" would be none",
            "un redémarrage avec reboot = \"never\" n'en serait pas un",
        ));
    }
    stage.kind.step().check()
}

fn no_list(line: usize) -> Refusal {
    let why = Why::new("steps are written as [[step]]", "les étapes s'écrivent [[step]]");
    Refusal::new(line, why)
}

fn twice(stage: &Stage, other: usize) -> Refusal {
    let name = &stage.name;
    let why = Why::new(format!("two steps are called {name:?}"), format!("deux étapes s'appellent {name:?}"));
    Refusal::new(stage.line, why).hint(
        format!("the other one stands in line {other}: give each its own name"),
        format!("l'autre est à la ligne {other} : donnez à chacune son nom"),
    )
}
