//! The names of PCs on a page: who has which.

use jiff::tz::TimeZone;

use super::{Block, Cell, Column, Fit, Page, Reading, Row, Table};
use crate::language::Language;
use crate::prep::names::{How, Names, Taken};
use crate::report::words::{counted, day_and_time};

impl How {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            How::Reserved => language.pick("given", "attribué"),
            How::Imported => language.pick("imported", "importé"),
            How::Seen => language.pick("seen", "vu"),
        }
    }
}

impl Page {
    /// The page of the names that are taken, in the order of the alphabet.
    pub fn of_names(file: &str, names: &Names, language: Language, zone: &TimeZone) -> Page {
        let given = names.names.iter().filter(|taken| taken.how == How::Reserved).count();
        let count = counted(names.names.len() as u32, ("name", "nom"), ("names", "noms"), language);
        let attributed = if given < 2 { "attribué" } else { "attribués" };
        let text =
            language.pick(format!("{count} taken, {given} of them given"), format!("{count} pris, dont {given} {attributed}"));
        let mut blocks = vec![Block::Text(text)];
        if !names.names.is_empty() {
            blocks.push(Block::Table(table(names, language, zone)));
        }
        let title = language.pick("Names of PCs", "Noms des PC").to_owned();
        Page { language, title, subtitle: file.to_owned(), blocks }.made_fit()
    }
}

fn table(names: &Names, language: Language, zone: &TimeZone) -> Table {
    let columns = vec![
        Column::new(language.pick("Name", "Nom"), Fit::Whole),
        Column::new(language.pick("How", "Origine"), Fit::Whole),
        Column::new(language.pick("Serial number", "N° de série"), Fit::Wrap),
        Column::new(language.pick("Model", "Modèle"), Fit::Wrap),
        Column::new(language.pick("Source", "Source"), Fit::Spare),
        Column::new(language.pick("Since", "Date"), Fit::Spare),
    ];
    let mut sorted: Vec<&Taken> = names.names.iter().collect();
    sorted.sort_by_key(|taken| taken.name.to_lowercase());
    let row = |taken: &Taken| {
        let Taken { name, how, pc, from, since } = taken;
        // A PC whose maker gave it no serial number is known by its installation.
        let serial =
            pc.as_ref().and_then(|pc| pc.serial.clone().or_else(|| pc.machine.as_ref().map(|machine| format!("({machine})"))));
        let model = pc.as_ref().and_then(|pc| pc.model());
        let cells = [
            name.clone(),
            how.word(language).to_owned(),
            serial.unwrap_or_default(),
            model.unwrap_or_default(),
            from.clone().unwrap_or_default(),
            day_and_time(since, zone, language),
        ];
        Row { tone: None, cells: cells.into_iter().map(Cell::from).collect() }
    };
    Table { columns, rows: sorted.into_iter().map(row).collect(), reading: Reading::Long }.without_empty_columns()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::look::Identity;
    use crate::report::{View, names_list};

    #[test]
    fn the_page_fits_80_columns_and_obeys_nothing_in_either_language() {
        let pc = |serial: Option<&str>| Identity {
            maker: Some("Hewlett-Packard Enterprise\u{1b}[2J".into()),
            product: Some("ProDesk 600 G6 Desktop Mini PC".into()),
            serial: serial.map(str::to_owned),
            machine: Some("11111111111111111111111111111111".into()),
        };
        let taken = |name: &str, how, pc: Option<Identity>| Taken {
            name: name.into(),
            how,
            pc,
            from: Some("export-annuaire-2026-11.csv".into()),
            since: "2026-11-21T18:00:00Z".into(),
        };
        let all = vec![
            taken("tilleuls-pc-02", How::Reserved, Some(pc(Some("8CG0123ABC")))),
            taken("TILLEULS-PC-01", How::Imported, None),
            taken("nas", How::Seen, Some(pc(None))),
        ];
        for language in Language::ALL {
            for names in [Names { names: all.clone(), ..Names::default() }, Names::default()] {
                let text = names_list("/srv/depot/names.json", &names, &View { width: 80, ..View::new(language, TimeZone::UTC) });
                assert!(text.lines().all(|line| crate::report::columns::width(line) <= 80), "{text}");
                assert!(!text.contains('\u{1b}'), "{text}");
            }
        }
        let text = names_list("x", &Names { names: all, ..Names::default() }, &View::new(Language::Fr, TimeZone::UTC));
        let places: Vec<usize> =
            ["nas", "TILLEULS-PC-01", "tilleuls-pc-02"].iter().map(|name| text.find(name).expect("there")).collect();
        assert!(places.is_sorted() && text.contains("attribué") && text.contains("8CG0123ABC"), "{text}");
        assert!(text.contains("3 noms pris, dont 1 attribué\n"), "{text}");
    }
}
