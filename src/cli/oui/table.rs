//! The answers in aligned columns, in the reader's language.

use std::io::{self, Write};

use super::{Answer, Answers, Held};
use crate::language::Language;
use crate::oui::{Registry, Vendor};
use crate::report::columns;

/// One line: what was asked (empty where it is the same for all), block, registry, who, what kind of device.
type Line = [String; 5];

pub(super) fn write(answers: &Answers<'_>, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let mut lines: Vec<Line> = Vec::new();
    for answer in &answers.answers {
        match answer {
            Answer::Address { asked, held, vendor, .. } => lines.push(line(asked, held, who(vendor, language), language)),
            Answer::Name { asked, held, .. } if held.is_empty() => {
                let who = language.pick(
                    format!("'{asked}': no vendor of that name in the registry"),
                    format!("« {asked} » : aucun constructeur de ce nom dans le registre"),
                );
                lines.push(["".into(), "-".into(), "-".into(), who, "".into()]);
            }
            Answer::Name { held, .. } => {
                lines
                    .extend(held.iter().map(|held| line("", held, private(held.vendor.unwrap_or_default(), language), language)));
            }
        }
    }
    let widest = |column: usize| lines.iter().map(|line| columns::width(&line[column])).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(widest);
    for line in &lines {
        let cells = line.iter().zip(widths).filter(|&(_, width)| width > 0).map(|(cell, width)| columns::pad(cell, width));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    writeln!(out, "{}", origin(answers, language))
}

fn line(asked: &str, held: &Held<'_>, who: String, language: Language) -> Line {
    let block = held.block.map_or("-".to_owned(), |block| block.to_string());
    let registry = held.block.map_or("-", |block| match block.registry {
        Registry::Convention => language.pick("by convention", "par convention"),
        registry => registry.name(),
    });
    let kind = held.kind.as_ref().map_or(String::new(), |inferred| inferred.say(language));
    [asked.to_owned(), block, registry.to_owned(), who, kind]
}

/// The vendor, or why there is none.
fn who(vendor: &Vendor<'_>, language: Language) -> String {
    let said = match vendor {
        Vendor::Known { name, .. } => return private(name, language),
        Vendor::Shared { parts } => {
            return language.pick(
                format!("shared: {parts} blocks start with these digits, give more of them"),
                format!("partagé : {parts} blocs commencent par ces chiffres, donnez-en davantage"),
            );
        }
        Vendor::Unassigned(_) => ("unassigned part of a shared block", "partie non attribuée d'un bloc partagé"),
        Vendor::Local => ("random or virtual (locally administered)", "aléatoire ou virtuelle (administrée localement)"),
        Vendor::Group => ("group address, of no single card", "adresse de groupe, qui n'est celle d'aucune carte"),
        Vendor::Unknown => ("in no block of the registry", "dans aucun bloc du registre"),
    };
    language.pick(said.0, said.1).to_owned()
}

/// The name, explained where the holder paid for it not to be published.
fn private(name: &str, language: Language) -> String {
    match name {
        "Private" => language.pick("private (holder not published)", "privé (titulaire non publié)").to_owned(),
        name => name.to_owned(),
    }
}

/// The last line: what the answers were taken from.
fn origin(answers: &Answers<'_>, language: Language) -> String {
    match (&answers.file, answers.date) {
        (Some(file), _) => language.pick(format!("registry: {file}"), format!("registre : {file}")),
        (None, date) => {
            let date = date.unwrap_or("-");
            language.pick(format!("IEEE registry of {date}"), format!("registre de l'IEEE du {date}"))
        }
    }
}
