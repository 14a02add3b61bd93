//! What every format writes, in both languages, compared exactly. `TROUSSE_BLESS=1 cargo test --test golden` writes it anew.

mod cases;

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use trousse::certify::{Certificate, certificate};
use trousse::language::Language;
use trousse::logbook::{self, Logbook};
use trousse::prep;
use trousse::prep::sheet::Sheet;
use trousse::report::page::{Block, Page};
use trousse::report::{
    self, CERTIFICATE_FORMATS, Comparison, FORMATS, Format, LOGBOOK_FORMATS, Medium, Report, SHEET_FORMATS, View, columns,
};

/// Compares with the golden of that name, or writes it; tells whether it is the same.
fn same(name: &str, written: &str) -> bool {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("TROUSSE_BLESS").is_some() {
        fs::write(&golden, written).expect("the folder of goldens can be written");
    }
    fs::read_to_string(&golden).is_ok_and(|before| before == written)
}

/// The formats that are text; what is printed is looked at by tests/browser.
fn texts() -> impl Iterator<Item = &'static Format> {
    FORMATS.iter().filter(|format| format.medium != Medium::Paper)
}

#[test]
fn every_format_writes_what_it_wrote_before() {
    let mut changed = Vec::new();
    for (case, report) in cases::CASES {
        let report = report();
        for language in Language::ALL {
            for format in texts() {
                let name = format!("{case}.{}.{}", language.tag(), format.ending);
                if !same(&name, &(format.render)(&report, &View::new(language, TimeZone::UTC))) {
                    changed.push(name);
                }
            }
        }
    }
    assert_eq!(changed, Vec::<String>::new(), "look at them, then bless them: TROUSSE_BLESS=1 cargo test --test golden");
}

/// A ticket takes no thousand rows: all but Markdown.
#[test]
fn a_report_of_many_hosts_holds_each_of_them() {
    let report = cases::estate_of(400);
    assert!(report.hosts.len() > 400);
    for format in texts().filter(|format| format.name != "markdown") {
        let written = (format.render)(&report, &View::new(Language::En, TimeZone::UTC));
        for host in &report.hosts {
            assert!(
                written.contains(&host.mac.to_string()) && written.contains(&host.ip.to_string()),
                "{}: {}",
                format.name,
                host.ip
            );
        }
    }
}

#[test]
fn every_format_writes_comparisons_as_before() {
    let mut changed = Vec::new();
    for (case, comparison) in cases::comparisons::CASES {
        let comparison = comparison();
        for language in Language::ALL {
            for format in texts() {
                let written = (format.compare)(&comparison, &View::new(language, TimeZone::UTC));
                let name = format!("{case}.{}.{}", language.tag(), format.ending);
                if !same(&name, &written) {
                    changed.push(name);
                }
                assert_eq!(written.replace("\r\n", "\n").chars().find(|&c| obeyed(c)), None, "{case} {}", format.name);
                if format.name == "json" {
                    assert_eq!(serde_json::from_str::<Comparison>(&written).expect(case), comparison);
                }
            }
        }
    }
    assert_eq!(changed, Vec::<String>::new(), "look at them, then bless them: TROUSSE_BLESS=1 cargo test --test golden");
}

#[test]
fn every_format_writes_certificates_as_before() {
    let certificate = cases::certificate::floor();
    let mut changed = Vec::new();
    for language in Language::ALL {
        for format in CERTIFICATE_FORMATS.iter().filter(|format| format.medium != Medium::Paper) {
            let written = (format.render)(&certificate, &View::new(language, TimeZone::UTC));
            // Two formats end alike: the labels have their own name.
            let kind =
                if format.name.contains("labels") { format!("certificate-{}", format.name) } else { "certificate".to_owned() };
            let name = format!("{kind}.{}.{}", language.tag(), format.ending);
            if !same(&name, &written) {
                changed.push(name);
            }
            assert_eq!(written.replace("\r\n", "\n").chars().find(|&c| obeyed(c)), None, "{}", format.name);
            assert!(format.ending != "html" || !written.contains("<b>;") && !written.contains("A7<b>"), "{}", format.name);
            if format.name == "json" {
                assert_eq!(serde_json::from_str::<Certificate>(&written).expect("a record"), certificate);
            }
        }
    }
    assert_eq!(changed, Vec::<String>::new(), "look at them, then bless them: TROUSSE_BLESS=1 cargo test --test golden");
}

/// The first page is for a customer: addresses and words that only the trade knows are for the pages after it.
#[test]
fn the_first_page_has_no_word_of_the_trade() {
    let trade: Vec<&str> = include_str!("trade-words.txt").lines().collect();
    let mut rows = 0;
    for (case, report) in cases::CASES {
        for language in Language::ALL {
            let page = Page::of(&report(), language, &TimeZone::UTC);
            let Some(Block::Front(blocks)) = page.blocks.first() else { panic!("{case}: no first page") };
            let texts = blocks.iter().flat_map(|block| match block {
                Block::Heading(text) | Block::Verdict(_, text) | Block::Text(text) => vec![text.as_str()],
                Block::Table(table) => {
                    rows += table.rows.len();
                    table.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| &cell.texts).map(String::as_str).collect()
                }
                other => panic!("{case}: {other:?}"),
            });
            for text in texts {
                let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
                assert_eq!(words.iter().find(|word| trade.contains(word)), None, "{case}: {text}");
            }
        }
    }
    assert!(rows > 20, "{rows} rows");
}

#[test]
fn every_format_writes_visits_as_before() {
    let mut changed = Vec::new();
    for (case, journal) in cases::logbook::CASES {
        let book = cases::logbook::book(journal);
        for language in Language::ALL {
            for format in LOGBOOK_FORMATS.iter().filter(|format| format.medium != Medium::Paper) {
                let written = (format.render)(&book, &View::new(language, TimeZone::UTC));
                let name = format!("{case}.{}.{}", language.tag(), format.ending);
                if !same(&name, &written) {
                    changed.push(name);
                }
                assert_eq!(written.chars().find(|&c| obeyed(c)), None, "{case} {}", format.name);
                assert!(format.name != "html" || !written.contains("<img") && !written.contains("<b>"), "{case}");
                if format.name == "json" {
                    assert_eq!(serde_json::from_str::<Logbook>(&written).expect("a record"), book);
                }
            }
        }
    }
    assert_eq!(changed, Vec::<String>::new(), "look at them, then bless them: TROUSSE_BLESS=1 cargo test --test golden");
}

#[test]
fn every_format_writes_delivery_sheets_as_before() {
    let mut changed = Vec::new();
    for (case, sheet) in cases::sheet::CASES {
        let sheet = sheet();
        for language in Language::ALL {
            for format in SHEET_FORMATS.iter().filter(|format| format.medium != Medium::Paper) {
                let written = (format.render)(&sheet, &View::new(language, TimeZone::UTC));
                let name = format!("{case}.{}.{}", language.tag(), format.ending);
                if !same(&name, &written) {
                    changed.push(name);
                }
                assert_eq!(written.chars().find(|&c| obeyed(c)), None, "{case} {}", format.name);
                assert!(format.name != "html" || !written.contains("<img"), "{case}");
                if format.name == "json" {
                    assert_eq!(Sheet::read(&written).expect("a record"), sheet);
                }
                if format.name == "terminal" {
                    let narrow = (format.render)(&sheet, &View { width: 80, ..View::new(language, TimeZone::UTC) });
                    assert_eq!(narrow.lines().find(|line| columns::width(line) > 80), None, "{case}");
                }
            }
        }
    }
    assert_eq!(changed, Vec::<String>::new(), "look at them, then bless them: TROUSSE_BLESS=1 cargo test --test golden");
}

/// Fields may be added, never renamed: a change of the schema is to be seen.
#[test]
fn the_schemas_of_the_records_are_what_they_were() {
    let schemas = [
        ("report.schema.json", report::schema()),
        ("comparison.schema.json", report::comparison::schema()),
        ("certificate.schema.json", certificate::schema()),
        ("logbook.schema.json", logbook::schema()),
        ("preparation.schema.json", prep::tell::schema()),
        ("profile.schema.json", prep::profile::schema()),
        ("sheet.schema.json", prep::sheet::schema()),
    ];
    for (name, schema) in schemas {
        let schema = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        assert!(same(name, &schema), "look at it, then bless it: TROUSSE_BLESS=1 cargo test --test golden");
    }
}

#[test]
fn a_record_reads_back_as_the_report_that_it_was_written_from() {
    let json = FORMATS.iter().find(|format| format.name == "json").expect("a format named json");
    for (case, report) in cases::CASES {
        let report = report();
        let written = (json.render)(&report, &View::new(Language::Fr, TimeZone::UTC));
        let read: Report = serde_json::from_str(&written).expect(case);
        assert_eq!(read, report, "{case}");
    }
}

/// A record says the same in every language.
#[test]
fn programs_read_the_same_whatever_the_language() {
    for (case, report) in cases::CASES {
        let report = report();
        for format in FORMATS.iter().filter(|format| ["json", "csv"].contains(&format.name)) {
            let [english, french] = Language::ALL.map(|language| (format.render)(&report, &View::new(language, TimeZone::UTC)));
            assert_eq!(english, french, "{case} {}", format.name);
        }
    }
}

/// What a terminal would obey, and what hides or turns the text around it.
fn obeyed(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Nothing in what a format writes of the report is obeyed, and no element of HTML comes from a name.
fn is_harmless(report: &Report) {
    for format in texts() {
        let written = (format.render)(report, &View::new(Language::Fr, TimeZone::UTC)).replace("\r\n", "\n");
        assert_eq!(written.chars().find(|&c| obeyed(c)), None, "{}", format.name);
        if format.name == "html" {
            assert_eq!(written.matches("<script").count(), 1, "the page's own");
            assert!(!written.contains("<img") && !written.contains("<b>"));
        }
        if format.name == "markdown" {
            let marked = |event: &Event| match event {
                Event::Html(_) | Event::InlineHtml(_) | Event::InlineMath(_) | Event::DisplayMath(_) => true,
                Event::FootnoteReference(_) | Event::HardBreak | Event::Rule => true,
                Event::Start(tag) => matches!(tag, Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock),
                _ => false,
            };
            assert_eq!(Parser::new_ext(&written, Options::ENABLE_TABLES | Options::ENABLE_MATH).find(marked), None, "{written}");
        }
    }
}

#[test]
fn no_format_lets_a_name_command_hide_or_turn_anything() {
    is_harmless(&cases::hostile());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_host_may_be_called_anything(name in r"(?s).{0,40}", markup in "[<>&\"'/=a-c\u{1b}\u{202e} ]{0,20}") {
        let report = cases::called(&[&name, &markup]);
        is_harmless(&report);
        let json = FORMATS.iter().find(|format| format.name == "json").expect("a format named json");
        let written = (json.render)(&report, &View::new(Language::En, TimeZone::UTC));
        prop_assert_eq!(serde_json::from_str::<Report>(&written).ok(), Some(report));
    }
}

#[test]
fn a_terminal_of_any_width_is_not_overrun_and_no_address_is_cut() {
    let terminal = FORMATS.iter().find(|format| format.name == "terminal").expect("a format named terminal");
    for (case, report) in cases::CASES {
        let report = report();
        for (width, language) in [80, 100, 120, 200].into_iter().flat_map(|width| Language::ALL.map(|language| (width, language)))
        {
            let written = (terminal.render)(&report, &View { width, ..View::new(language, TimeZone::UTC) });
            for line in written.lines() {
                assert!(columns::width(line) <= width, "{case} at {width}: {line}");
            }
            for host in &report.hosts {
                assert!(written.contains(&host.mac.to_string()) && written.contains(&host.ip.to_string()), "{case} at {width}");
            }
        }
    }
}

#[test]
fn colours_add_nothing_but_colours() {
    let terminal = FORMATS.iter().find(|format| format.name == "terminal").expect("a format named terminal");
    for (case, report) in cases::CASES {
        let report = report();
        let plain = View::new(Language::Fr, TimeZone::UTC);
        let coloured = (terminal.render)(&report, &View { colour: true, ..plain.clone() });
        assert!(coloured.contains('\u{1b}'), "{case}");
        let mut bare = String::new();
        for (place, part) in coloured.split("\u{1b}[").enumerate() {
            bare.push_str(if place == 0 { part } else { part.split_once('m').expect("a colour ends").1 });
        }
        let trimmed: Vec<&str> = bare.lines().map(str::trim_end).collect();
        assert_eq!(trimmed.join("\n") + "\n", (terminal.render)(&report, &plain), "{case}");
    }
}
