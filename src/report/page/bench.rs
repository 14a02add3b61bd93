//! The preparation of many PCs on a page: how many are ready, and a row for each.

use super::{Block, Cell, Column, Fit, Page, Reading, Row, Table, Tone};
use crate::language::Language;
use crate::prep::bench::result::{End, PcResult, Record};
use crate::report::words::counted;

/// Failures of a PC that stand in its row; the others are in its own journal.
const SHOWN: usize = 6;

impl Page {
    /// The page of the preparation of many PCs.
    pub fn of_bench(record: &Record, language: Language) -> Page {
        let (tone, text) = verdict(record, language);
        let took = duration(record.took_ms, language);
        let facts = vec![
            (language.pick("Took", "Durée").to_owned(), took),
            (language.pick("Profile", "Profil").to_owned(), format!("sha256 {}", record.profile)),
        ];
        let page = Page {
            language,
            title: language.pick("Preparation of many PCs", "Préparation de plusieurs PC").to_owned(),
            subtitle: [&record.title, &record.version].map(String::as_str).join(" "),
            blocks: vec![
                Block::Verdict(tone, text),
                Block::Facts(facts),
                Block::Heading(language.pick("PCs", "PC").to_owned()),
                Block::Table(table(record, language)),
            ],
        };
        page.made_fit()
    }
}

fn verdict(record: &Record, language: Language) -> (Tone, String) {
    let pcs = |count: u32| counted(count, ("PC", "PC"), ("PCs", "PC"), language);
    let (all, ready) = (record.results.len() as u32, record.ready());
    let worst = record.results.iter().map(|result| result.end).max().unwrap_or(End::Ready);
    let several = |count: u32, one: &'static str, more: &'static str| if count > 1 { more } else { one };
    let text = match all - ready {
        0 => language.pick(format!("Ready: {}.", pcs(all)), format!("{} : {}.", several(all, "Prêt", "Prêts"), pcs(all))),
        others => language.pick(
            format!("{ready} of {} ready; {others} not.", pcs(all)),
            format!(
                "{} {} sur {all} ; {others} {}.",
                pcs(ready),
                several(ready, "prêt", "prêts"),
                several(others, "ne l'est pas", "ne le sont pas")
            ),
        ),
    };
    (tone(worst), text)
}

fn tone(end: End) -> Tone {
    match end {
        End::Ready => Tone::Clear,
        End::RestartPending => Tone::Risk,
        End::LeftAlone => Tone::NotTested,
        End::Failed | End::Lost | End::Refused | End::NotReached => Tone::Broken,
    }
}

fn duration(ms: u64, language: Language) -> String {
    let seconds = ms / 1000;
    match seconds {
        0..=119 => {
            let tenths = format!("{}.{} s", seconds, ms % 1000 / 100);
            language.pick(tenths.clone(), tenths.replace('.', ","))
        }
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

fn table(record: &Record, language: Language) -> Table {
    let columns = vec![
        Column::new("PC", Fit::Whole),
        Column::new(language.pick("Name", "Nom"), Fit::Wrap),
        Column::new(language.pick("Model", "Modèle"), Fit::Spare),
        Column::new(language.pick("Serial", "N° de série"), Fit::Spare),
        Column::new(language.pick("Result", "Résultat"), Fit::Said),
        Column::right(language.pick("Done", "Faites"), Fit::Whole),
        Column::right(language.pick("So already", "Déjà faites"), Fit::Spare),
        Column::right(language.pick("Restarts", "Redémarrages"), Fit::Spare),
        Column::right(language.pick("Took", "Durée"), Fit::Spare),
        Column::new(language.pick("Why", "Pourquoi"), Fit::Wrap),
    ];
    let rows = record.results.iter().map(|result| row(result, language));
    let reading = if record.results.len() > 12 { Reading::Long } else { Reading::Short };
    Table { columns, rows: rows.collect(), reading }.without_empty_columns()
}

fn row(result: &PcResult, language: Language) -> Row {
    let said = |text: &Option<String>| Cell::from(text.clone().unwrap_or_default());
    let number = |number: u32| match number {
        0 => Cell::from(""),
        number => Cell::keyed(number.to_string(), number.into()),
    };
    let why = result.why.as_ref().map(|why| why.say(language));
    let more = result.failures.len().saturating_sub(SHOWN);
    let failures = result.failures.iter().take(SHOWN).map(|failure| {
        let what = language.pick(&failure.english, &failure.french);
        language.pick(format!("{}: {what}", failure.name), format!("{} : {what}", failure.name))
    });
    let more = (more > 0).then(|| language.pick(format!("and {more} more"), format!("et {more} de plus")));
    let texts: Vec<String> = why.into_iter().chain(failures).chain(more).collect();
    let cells = vec![
        Cell::from(result.pc.clone()),
        said(&result.host_name),
        Cell::from(result.identity.model().unwrap_or_default()),
        said(&result.identity.serial),
        Cell::keyed(result.end.word(language), result.end as u64),
        number(result.changed),
        number(result.already),
        number(result.restarts),
        Cell::keyed(duration(result.took_ms, language), result.took_ms),
        Cell { texts: if texts.is_empty() { vec![String::new()] } else { texts }, key: None },
    ];
    Row { tone: Some(tone(result.end)), cells }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::prep::bench::result::StepFailure;
    use crate::prep::look::Identity;
    use crate::prep::outcome::Failure;
    use crate::report::{BENCH_FORMATS, View};

    fn result(pc: &str, end: End, why: Option<&str>) -> PcResult {
        PcResult {
            pc: pc.into(),
            end,
            why: why.map(|why| Failure::Fault { english: why.into(), french: why.into() }),
            host_name: Some("till\u{1b}[2J-01".into()),
            identity: Identity { product: Some("NUC11PAHi5".into()), serial: Some("=1+1".into()), ..Identity::default() },
            system: None,
            changed: 3,
            already: 1,
            failures: vec![StepFailure {
                name: "<b>".into(),
                english: "failed: exit code 1".into(),
                french: "échec : code de sortie 1".into(),
            }],
            restarts: 1,
            losses: 1,
            took_ms: 61_234,
        }
    }

    fn record() -> Record {
        let ends = [End::Ready, End::RestartPending, End::LeftAlone, End::Failed, End::Lost, End::Refused, End::NotReached];
        let results = ends.into_iter().enumerate().map(|(n, end)| {
            result(&format!("10.0.0.{n}"), end, Some("somebody is \u{1b}]0;x\u{7} in between, and it is a long story to tell"))
        });
        Record {
            title: "Counter".into(),
            version: "1".into(),
            profile: "ab".repeat(32),
            results: results.collect(),
            took_ms: 125_000,
        }
    }

    #[test]
    fn every_format_tells_every_pc_and_obeys_none() {
        for language in Language::ALL {
            let view = View { width: 80, ..View::new(language, TimeZone::UTC) };
            for format in BENCH_FORMATS {
                let text = (format.render)(&record(), &view);
                assert!(!text.contains(['\u{1b}', '\u{7}']), "{}: {text}", format.name);
                assert!((0..7).all(|n| text.contains(&format!("10.0.0.{n}"))), "{}: {text}", format.name);
                match format.name {
                    "terminal" => {
                        assert!(text.lines().all(|line| crate::report::columns::width(line) <= 80), "{text}");
                        assert!(
                            text.contains(language.pick("1 of 7 PCs ready; 6 not.", "1 PC prêt sur 7 ; 6 ne le sont pas.")),
                            "{text}"
                        );
                    }
                    "html" | "pdf" => assert!(!text.contains("<b>:"), "{text}"),
                    "csv" => assert!(!text.contains(",=1+1"), "{text}"),
                    "json" => assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()), "{text}"),
                    _ => {}
                }
            }
        }
        assert_eq!(record().exit_code(), 30);
    }

    #[test]
    fn of_one_pc_it_is_said_as_of_one() {
        let of = |ends: &[End]| Record { results: ends.iter().map(|end| result("a", *end, None)).collect(), ..record() };
        for (ends, english, french) in [
            (&[End::Ready][..], "Ready: 1 PC.", "Prêt : 1 PC."),
            (&[End::Ready, End::Ready], "Ready: 2 PCs.", "Prêts : 2 PC."),
            (&[End::Ready, End::Failed], "1 of 2 PCs ready; 1 not.", "1 PC prêt sur 2 ; 1 ne l'est pas."),
            (&[End::Failed, End::Lost], "0 of 2 PCs ready; 2 not.", "0 PC prêt sur 2 ; 2 ne le sont pas."),
        ] {
            let said = Language::ALL.map(|language| verdict(&of(ends), language).1);
            assert_eq!(said, [english, french]);
        }
    }
}
