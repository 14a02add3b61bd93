//! A depot on a page: what is in it, or how it was found.

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Fit, Page, Reading, Row, Table, Tone};
use crate::language::Language;
use crate::prep::depot::{Checked, Condition, Manifest, Payload};
use crate::report::words::{counted, day_and_time, size};

impl Page {
    /// The page of what is in a depot.
    pub fn of_depot(folder: &str, manifest: &Manifest, language: Language, zone: &TimeZone) -> Page {
        // What a list says of sizes may be anything.
        let all = manifest.payloads.iter().map(|payload| payload.digest.size).fold(0, u64::saturating_add);
        let number = payloads(manifest.payloads.len(), language);
        let text = format!("{number}, {}", size(all, language));
        let mut blocks = vec![Block::Text(text)];
        if !manifest.payloads.is_empty() {
            blocks.push(Block::Table(table(manifest, language, zone)));
        }
        page(folder, language.pick("Depot", "Dépôt"), blocks, language)
    }

    /// The page of how the payloads of a depot were found; `took` says how long that took.
    pub fn of_depot_check(folder: &str, checked: &[Checked], took: &str, language: Language) -> Page {
        let count = |is: fn(&Condition) -> bool| checked.iter().filter(|checked| is(&checked.condition)).count();
        let unread = count(|condition| matches!(condition, Condition::Unreadable { .. }));
        let intact = count(|condition| *condition == Condition::Intact);
        let wrong = checked.len() - unread - intact;
        let intact_sizes =
            checked.iter().filter(|checked| checked.condition == Condition::Intact).filter_map(|checked| checked.size);
        let bytes = intact_sizes.fold(0, u64::saturating_add);
        let (tone, text) = match (wrong, unread) {
            (0, 0) => (
                Tone::Clear,
                language.pick(
                    format!("Every payload is as it was put there: {}.", payloads(intact, language)),
                    format!("Tout est tel que déposé : {}.", payloads(intact, language)),
                ),
            ),
            (0, unread) => (
                Tone::NotTested,
                language.pick(
                    format!("Not all of it could be looked at: {}.", unreadable(unread, language)),
                    format!("Tout n'a pas pu être examiné : {}.", unreadable(unread, language)),
                ),
            ),
            (wrong, _) => (
                Tone::Broken,
                language.pick(
                    format!("Not as it was put there: {}.", files(wrong, language)),
                    format!("Plus tel que déposé : {}.", files(wrong, language)),
                ),
            ),
        };
        let hashed = size(bytes, language);
        let mut blocks = vec![
            Block::Verdict(tone, text),
            Block::Text(
                language.pick(format!("{hashed} intact, hashed in {took}"), format!("{hashed} intacts, vérifiés en {took}")),
            ),
        ];
        let shown: Vec<&Checked> = checked.iter().filter(|checked| checked.condition != Condition::Intact).collect();
        if !shown.is_empty() {
            let columns = vec![
                Column::new(language.pick("File", "Fichier"), Fit::Wrap),
                Column::new(language.pick("Found", "Constat"), Fit::Wrap),
            ];
            let rows = shown.into_iter().map(|checked| {
                let tone = match checked.condition {
                    Condition::Unreadable { .. } => Tone::NotTested,
                    Condition::Unknown => Tone::Risk,
                    _ => Tone::Broken,
                };
                let cells = [checked.name.clone(), said(checked, language)];
                Row { tone: Some(tone), cells: cells.into_iter().map(Cell::from).collect() }
            });
            blocks.push(Block::Table(Table { columns, rows: rows.collect(), reading: Reading::Short }));
        }
        page(folder, language.pick("Check of the depot", "Contrôle du dépôt"), blocks, language)
    }
}

fn page(folder: &str, title: &str, blocks: Vec<Block>, language: Language) -> Page {
    Page { language, title: title.to_owned(), subtitle: folder.to_owned(), blocks }.made_fit()
}

fn payloads(count: usize, language: Language) -> String {
    counted(count as u32, ("payload", "paquet"), ("payloads", "paquets"), language)
}

fn files(count: usize, language: Language) -> String {
    counted(count as u32, ("file", "fichier"), ("files", "fichiers"), language)
}

fn unreadable(count: usize, language: Language) -> String {
    // A payload, or a folder that cannot be listed.
    let (one, many) = (("unreadable entry", "élément illisible"), ("unreadable entries", "éléments illisibles"));
    counted(count as u32, one, many, language)
}

fn said(checked: &Checked, language: Language) -> String {
    match &checked.condition {
        Condition::Intact => language.pick("intact", "intact").to_owned(),
        Condition::Changed => {
            language.pick("changed: other bytes than were put there", "modifié : d'autres octets que ceux déposés").to_owned()
        }
        Condition::Truncated { left } => {
            let size = checked.size.unwrap_or_default();
            language.pick(format!("truncated: {left} of {size} bytes"), format!("tronqué : {left} octets sur {size}"))
        }
        Condition::Missing => language.pick("missing", "manquant").to_owned(),
        Condition::Unreadable { why } => {
            language.pick(format!("unreadable: {}", why.english), format!("illisible : {}", why.french))
        }
        Condition::Unknown => language.pick("unknown: nobody added it", "inconnu : personne ne l'a ajouté").to_owned(),
    }
}

fn table(manifest: &Manifest, language: Language, zone: &TimeZone) -> Table {
    let columns = vec![
        Column::new(language.pick("Name", "Nom"), Fit::Wrap),
        Column::new(language.pick("Form", "Format"), Fit::Whole),
        Column::right(language.pick("Size", "Taille"), Fit::Whole),
        Column::new(language.pick("Product", "Produit"), Fit::Wrap),
        Column::new(language.pick("Version", "Version"), Fit::Wrap),
        Column::new(language.pick("Publisher", "Éditeur"), Fit::Spare),
        Column::new(language.pick("Added", "Ajouté"), Fit::Spare),
    ];
    let row = |payload: &Payload| {
        let Payload { name, digest, about, added } = payload;
        let text = |text: &Option<String>| Cell::from(text.clone().unwrap_or_default());
        let cells = vec![
            Cell::from(name.clone()),
            Cell::from(about.form.word()),
            Cell::keyed(size(digest.size, language), digest.size),
            text(&about.product),
            text(&about.version),
            text(&about.publisher),
            Cell::from(day_and_time(added, zone, language)),
        ];
        Row { tone: None, cells }
    };
    Table { columns, rows: manifest.payloads.iter().map(row).collect(), reading: Reading::Long }.without_empty_columns()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::fault::Why;
    use crate::prep::look::Digest;
    use crate::prep::payload::{About, Form};
    use crate::report::{View, depot_check, depot_list};

    fn payload(name: &str) -> Payload {
        let about = About {
            form: Form::Msi,
            product: Some("A suite of programs for the office\u{1b}[2J".into()),
            version: Some("24.9.0.1234".into()),
            publisher: Some("Société Exemple SARL".into()),
            product_code: Some("{9A1C2D34-0000-4000-8000-0123456789AB}".into()),
            upgrade_code: None,
        };
        let digest = Digest { size: 1_234_567_890, ..Digest::of(b"x") };
        Payload { name: name.into(), digest, about, added: "2026-11-21T18:00:00Z".into() }
    }

    #[test]
    fn the_pages_fit_80_columns_and_obey_nothing_in_either_language() {
        let mut manifest = Manifest::default();
        ["a-rather-long-name-of-an-installer-x64-24.9.0.msi", "b.msi"]
            .map(payload)
            .into_iter()
            .for_each(|payload| manifest.put(payload));
        let checked = |condition| Checked { name: "a\u{1b}[2J".into(), size: Some(12), condition };
        let all = [
            Condition::Intact,
            Condition::Changed,
            Condition::Truncated { left: 3 },
            Condition::Missing,
            Condition::Unreadable { why: Why::from(&io::Error::from(io::ErrorKind::PermissionDenied)) },
            Condition::Unknown,
        ];
        for language in Language::ALL {
            let view = View { width: 80, ..View::new(language, TimeZone::UTC) };
            let checks: Vec<Checked> = all.iter().cloned().map(checked).collect();
            let texts = [
                depot_list("/srv/depot", &manifest, &view),
                depot_list("/srv/depot", &Manifest::default(), &view),
                depot_check("/srv/depot", &checks, "3 s", &view),
                depot_check("/srv/depot", &checks[..1], "3 s", &view),
                depot_check("/srv/depot", &checks[4..5], "3 s", &view),
            ];
            for text in texts {
                assert!(text.lines().all(|line| crate::report::columns::width(line) <= 80), "{text}");
                assert!(!text.contains('\u{1b}'), "{text}");
            }
        }
        let french = View { width: 80, ..View::new(Language::Fr, TimeZone::UTC) };
        let text = depot_check("/srv/depot", &[checked(all[4].clone())], "3 s", &french);
        assert!(text.contains("illisible : permission refusée"), "{text}");
        let huge = Payload { digest: Digest { size: u64::MAX, ..Digest::of(b"x") }, ..payload("huge") };
        manifest.put(huge);
        let view = View::new(Language::Fr, TimeZone::UTC);
        let text = depot_check("/srv/depot", &[checked(Condition::Truncated { left: 3 })], "3 s", &view);
        assert!(text.contains("Plus tel que déposé : 1 fichier") && text.contains("tronqué : 3 octets sur 12"), "{text}");
        assert!(depot_list("/srv", &manifest, &view).contains("1,2 Go"), "{}", depot_list("/srv", &manifest, &view));
    }
}
