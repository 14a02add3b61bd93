//! The first lines: what is closed, what is not; and what keeps the comparison from being the whole truth.

use super::{named, tone};
use crate::finding::Severity;
use crate::language::Language;
use crate::report::comparison::{Compared, Comparison, Status};
use crate::report::page::{Block, Tone};
use crate::report::words::{between, counted};

pub(super) fn blocks(compared: &Comparison, language: Language) -> Vec<Block> {
    let (tone, text) = verdict(compared, language);
    let mut blocks = vec![Block::Verdict(tone, text)];
    blocks.extend(warnings(compared, language).into_iter().map(Block::Warning));
    blocks
}

/// The findings above a note with this status that are told as stories of their own: all but those that only say why another one
/// about the same address came about.
pub(super) fn stories(compared: &Comparison, status: Status) -> Vec<&Compared> {
    let all: Vec<&Compared> = compared.with(status).filter(|one| one.severity != Severity::Note).collect();
    all.iter().filter(|one| !all.iter().any(|other| is_cause(one, other))).copied().collect()
}

/// Whether one finding says why the other came about.
pub(super) fn is_cause(one: &Compared, other: &Compared) -> bool {
    let because = other.latest().and_then(|finding| finding.because_of.as_deref());
    because == Some(one.code.as_str()) && one.subject.ip == other.subject.ip && one.code != other.code
}

fn verdict(compared: &Comparison, language: Language) -> (Tone, String) {
    let mut sentences = Vec::new();
    let mut tones = Vec::new();
    for status in Status::ALL {
        let stories = stories(compared, status);
        if let [first, others @ ..] = stories.as_slice() {
            let more = match others.len() as u32 {
                0 => String::new(),
                more => {
                    let count = counted(more, ("more", "autre"), ("more", "autres"), language);
                    language.pick(format!(" and {count}"), format!(" et {count}"))
                }
            };
            let colon = language.pick(":", " :");
            sentences.push(format!("{}{colon} {}{more}.", capital(status.word(language)), small(&named(first, language))));
            tones.extend(stories.iter().map(|one| tone(one)));
        }
    }
    let lost = compared.checks.iter().any(|check| check.is_lost());
    let worst = tones.into_iter().min().unwrap_or(Tone::Clear);
    if sentences.is_empty() {
        let text = match lost {
            false => language.pick("Nothing was wrong, and nothing is.", "Aucune anomalie, ni alors ni maintenant."),
            true => language.pick(
                "Nothing wrong was seen, but not everything was tested again.",
                "Aucune anomalie constatée, mais tout n'a pas été revérifié.",
            ),
        };
        sentences.push(text.to_owned());
    } else if lost && worst == Tone::Clear {
        sentences.push(language.pick("But not everything was tested again.", "Mais tout n'a pas été revérifié.").to_owned());
    }
    (if lost { worst.min(Tone::NotTested) } else { worst }, sentences.join(" "))
}

fn warnings(compared: &Comparison, language: Language) -> Vec<String> {
    let (before, after) = (&compared.before.visit, &compared.after.visit);
    let mut warnings = Vec::new();
    let unseen: Vec<String> = compared
        .with(Status::Closed)
        .filter(|one| one.severity != Severity::Note)
        .flat_map(|one| &one.devices)
        .filter(|place| place.now.is_empty())
        .map(|place| place.device.describe(language))
        .collect();
    let mut told: Vec<&String> = Vec::new();
    for device in &unseen {
        if !told.contains(&device) {
            told.push(device);
            warnings.push(language.pick(
                format!("Not seen in the second visit: {device}. If it is only switched off, the fault comes back with it."),
                format!("Non vu à la seconde intervention : {device}. S'il est seulement éteint, l'anomalie reviendra avec lui."),
            ));
        }
    }
    if between(&before.started, &after.started).is_none() {
        warnings.push(
            language
                .pick(
                    "The first visit is the later one: were they named in that order?",
                    "La première intervention est la plus récente des deux : l'ordre est-il voulu ?",
                )
                .to_owned(),
        );
    }
    if let (Some(first), Some(second)) = (&before.site, &after.site)
        && first != second
    {
        warnings.push(language.pick(
            format!("Their plans name two sites: “{first}” and “{second}”."),
            format!("Leurs plans nomment deux sites : « {first} » et « {second} »."),
        ));
    }
    let partial = !compared.after.coverage.complete || compared.after.coverage.frames_dropped > 0;
    if partial {
        let text = language.pick(
            "The second visit is partial: what it did not see may still be there.",
            "La seconde intervention est partielle : ce qu'elle n'a pas vu peut être encore là.",
        );
        warnings.push(text.to_owned());
    }
    warnings
}

/// A word at the start of a sentence.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// A title within a sentence: small, unless it begins with an abbreviation.
fn small(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), text.chars().nth(1)) {
        (Some(first), Some(second)) if !second.is_uppercase() => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
