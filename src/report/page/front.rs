//! The first page, for whoever pays for the network: how it is, what must be done and by whom, without a word of the trade.

use super::findings::{cause_of, stories};
use super::{Block, Cell, Column, Fit, Reading, Row, Table, Tone};
use crate::finding::{By, Finding, Layer, Plain, Severity};
use crate::language::Language;
use crate::report::words::counted;
use crate::report::{Report, Said};

pub(super) fn block(report: &Report, language: Language) -> Block {
    let wrong: Vec<&Finding> = stories(report).into_iter().filter(|finding| finding.severity != Severity::Note).collect();
    let (tone, state) = state(report, &wrong, language);
    let mut blocks =
        vec![Block::Heading(language.pick("In short", "En bref").to_owned()), Block::Verdict(tone, state.to_owned())];
    if !wrong.is_empty() {
        blocks.push(Block::Table(table(report, &wrong, language)));
    }
    blocks.extend(looked_at(report, language).map(Block::Text));
    Block::Front(blocks)
}

/// How the network is.
fn state(report: &Report, wrong: &[&Finding], language: Language) -> (Tone, &'static str) {
    let untested = report.ladder.iter().any(|rung| rung.verdict == Said::NotTested) || !report.coverage.complete;
    match wrong.iter().map(|finding| finding.severity).min() {
        Some(Severity::Broken) => {
            (Tone::Broken, language.pick("Part of the network does not work.", "Une partie du réseau ne fonctionne pas."))
        }
        Some(Severity::Degraded) => (
            Tone::Degraded,
            language.pick("The network works, but badly in places.", "Le réseau fonctionne, mais mal par endroits."),
        ),
        Some(Severity::Risk | Severity::Note) => (
            Tone::Risk,
            language.pick(
                "The network works today; something in it will not last.",
                "Le réseau fonctionne aujourd'hui ; quelque chose n'y durera pas.",
            ),
        ),
        None if untested => (
            Tone::NotTested,
            language.pick(
                "Nothing wrong was seen, but not everything could be tested.",
                "Aucune anomalie constatée, mais tout n'a pas pu être testé.",
            ),
        ),
        None => (Tone::Clear, language.pick("All that was tested works.", "Tout ce qui a été testé fonctionne.")),
    }
}

/// What is wrong, one row for each kind, worst first.
fn table(report: &Report, wrong: &[&Finding], language: Language) -> Table {
    let mut told: Vec<([&'static str; 2], By, Severity, u32)> = Vec::new();
    for finding in wrong {
        let plain = plain(finding);
        let cause = cause_of(report, finding).filter(|cause| cause.severity != Severity::Note).map(self::plain).unwrap_or(plain);
        let words = [plain.words(language)[0], cause.words(language)[1]];
        match told.iter_mut().find(|(known, _, _, _)| *known == words) {
            Some((_, _, _, count)) => *count += 1,
            None => told.push((words, cause.by, finding.severity, 1)),
        }
    }
    let row = |([what, todo], by, severity, count): ([&'static str; 2], By, Severity, u32)| {
        let times = counted(count, ("case", "cas"), ("cases", "cas"), language);
        let what = if count > 1 { format!("{what} ({times})") } else { what.to_owned() };
        let cells: [Cell; 4] = [severity.word(language).into(), what.into(), todo.into(), by.word(language).into()];
        Row { tone: Some(severity.into()), cells: cells.to_vec() }
    };
    let heading = |english: &str, french: &str, fit| Column::new(language.pick(english, french), fit);
    Table {
        columns: vec![
            heading("State", "État", Fit::Said),
            heading("What we found", "Ce que nous avons constaté", Fit::Wrap),
            heading("What must be done", "Ce qu'il faut faire", Fit::Wrap),
            heading("By whom", "Par qui", Fit::Wrap),
        ],
        rows: told.into_iter().map(row).collect(),
        reading: Reading::Short,
    }
}

/// The words of a finding; those of its layer where its check has none of its own.
fn plain(finding: &Finding) -> Plain {
    finding.problem.explain().plain().unwrap_or_else(|| of_layer(finding.layer))
}

fn of_layer(layer: Layer) -> Plain {
    match layer {
        Layer::Link | Layer::Switching => Plain {
            english: ["Something is wrong with a cable or with the equipment it leads to.", "See the pages that follow."],
            french: ["Un câble, ou l'équipement auquel il mène, est en défaut.", "Voir les pages suivantes."],
            by: By::Technician,
        },
        Layer::Addressing => Plain {
            english: ["The settings of a device on the network are wrong.", "See the pages that follow."],
            french: ["Un appareil du réseau a de mauvais réglages.", "Voir les pages suivantes."],
            by: By::Technician,
        },
        Layer::Transport | Layer::Services => Plain {
            english: ["A service that people need does not answer as it should.", "See the pages that follow."],
            french: ["Un service dont les gens ont besoin ne répond pas comme il faut.", "Voir les pages suivantes."],
            by: By::Technician,
        },
    }
}

/// How much was looked at, what could not be, and where the proof is.
fn looked_at(report: &Report, language: Language) -> impl Iterator<Item = String> {
    let mut cards: Vec<_> = report.hosts.iter().map(|host| host.mac).collect();
    cards.sort();
    cards.dedup();
    let devices = counted(
        cards.len() as u32,
        ("device was seen", "appareil a été vu"),
        ("devices were seen", "appareils ont été vus"),
        language,
    );
    let count = |verdict| report.ladder.iter().filter(|rung| rung.verdict == verdict).count() as u32;
    let done = count(Said::Clear) + count(Said::Found);
    let done = counted(done, ("check was made", "contrôle effectué"), ("checks were made", "contrôles effectués"), language);
    let not = count(Said::NotTested);
    let not = (not > 0).then(|| {
        let not = counted(not, ("could not be", "n'a pas pu l'être"), ("could not be", "n'ont pas pu l'être"), language);
        language.pick(format!("; {not}"), format!(" ; {not}"))
    });
    let seen = (!cards.is_empty()).then(|| format!("{devices}. "));
    let proof = language.pick(
        "The pages that follow are for the technician: they hold the proof of what stands here.",
        "Les pages suivantes sont destinées au technicien : elles contiennent la preuve de ce qui est écrit ici.",
    );
    [format!("{}{done}{}.", seen.unwrap_or_default(), not.unwrap_or_default()), proof.to_owned()].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_a_layer_is_plain_in_both_languages() {
        for layer in [Layer::Link, Layer::Addressing, Layer::Services] {
            is_plain(&of_layer(layer));
        }
    }

    fn is_plain(plain: &Plain) {
        for text in Language::ALL.map(|language| plain.words(language)).concat() {
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
            let trade = include_str!("../../../tests/trade-words.txt").lines().find(|word| words.contains(word));
            assert_eq!(trade, None, "{text}");
            assert!(text.ends_with('.') && !text.chars().any(|c| c.is_ascii_digit()), "{text}");
        }
    }
}
