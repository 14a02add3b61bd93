//! The report as GitHub-flavoured Markdown, for a ticket (GitHub, GitLab, Redmine, GLPI): what comes from the network is text in
//! it, never markup.

use std::net::Ipv6Addr;

use super::page::{Block, Card, Page, Reading, Row, Table};
use super::words::counted;
use super::{Comparison, Report, View, json, seal};
use crate::certify::Certificate;
use crate::language::Language;
use crate::logbook::Logbook;
use crate::net::Mac;
use crate::prep::bench::result::Record as Many;
use crate::prep::sheet::Sheet;

/// A long table is cut after so many rows: a ticket holds 65,536 signs, and nobody reads 5,000 hosts in one.
const ROWS: usize = 100;

/// Writes a report.
pub(super) fn render(report: &Report, view: &View) -> String {
    written(&Page::of(report, view.language, &view.zone), Some(&json::render(report, view)))
}

/// Writes a comparison.
pub(super) fn compare(comparison: &Comparison, view: &View) -> String {
    written(&Page::of_comparison(comparison, view.language, &view.zone), Some(&json::compare(comparison, view)))
}

/// Writes a certificate.
pub(super) fn certify(certificate: &Certificate, view: &View) -> String {
    written(&Page::of_certificate(certificate, false, view.language, &view.zone), Some(&json::certify(certificate, view)))
}

/// Writes a visit. An open one is not sealed: its time runs on.
pub(super) fn tell(book: &Logbook, view: &View) -> String {
    written(&Page::of_logbook(book, view.language, &view.zone), book.closed.as_ref().map(|_| json::tell(book, view)).as_deref())
}

/// Writes the preparation of many PCs.
pub(super) fn bench(record: &Many, view: &View) -> String {
    written(&Page::of_bench(record, view.language), None)
}

/// Writes a delivery sheet.
pub(super) fn deliver(sheet: &Sheet, view: &View) -> String {
    written(&Page::of_sheet(sheet, view.language, &view.zone), Some(&json::deliver(sheet, view)))
}

fn written(page: &Page, record: Option<&str>) -> String {
    let mut out = format!("# {}\n\n{}\n", text(&page.title), text(&page.subtitle));
    for part in &page.blocks {
        block(&mut out, part, page.language);
    }
    if let Some([what, sum]) = record.map(|record| seal::foot(record, page.language)) {
        out.push_str(&format!("\n{} `{sum}`\n", text(&what)));
    }
    out
}

/// Writes a block after an empty line.
fn block(out: &mut String, block: &Block, language: Language) {
    let colon = language.pick(":", "\u{202f}:");
    let written = match block {
        Block::Verdict(tone, said) => format!("**{} {}**", tone.sign(), text(said)),
        Block::Warning(said) => format!("> **!** {}", text(said)),
        Block::Heading(said) => format!("## {}", text(said)),
        Block::Text(said) => text(said),
        Block::Trace(trace) => text(&trace.label),
        Block::Front(blocks) => return blocks.iter().for_each(|part| self::block(out, part, language)),
        Block::Map(_) | Block::Bars(_) | Block::Gauge(_) | Block::Code(_) | Block::ToSign(_) | Block::NewPage => return,
        Block::Card(found) => return card(out, found, language),
        Block::Table(rows) => return table(out, rows, language),
        Block::Facts(facts) => {
            facts.iter().map(|(label, said)| format!("- **{}{colon}** {}\n", text(label), text(said))).collect()
        }
        Block::Cause { label, title, code } => format!("**{}{colon}** {} ({})", text(label), text(title), self::code(code)),
        Block::Steps(label, steps) => {
            let steps: String = (1..).zip(steps).map(|(step, said)| format!("{step}. {}\n", text(said))).collect();
            format!("**{}**\n\n{steps}", text(label))
        }
        Block::Evidence(label, lines) => {
            let lines: String = lines.iter().map(|said| format!("- {}\n", text(said))).collect();
            format!("**{}**\n\n{lines}", text(label))
        }
    };
    out.push_str(&format!("\n{}\n", written.trim_end()));
}

fn card(out: &mut String, card: &Card, language: Language) {
    out.push_str(&format!("\n### {} {} – {}\n\n{}\n", card.tone.sign(), text(&card.word), text(&card.title), code(&card.code)));
    for part in &card.blocks {
        block(out, part, language);
    }
}

fn table(out: &mut String, table: &Table, language: Language) {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let ruled = |right: bool| if right { "---:" } else { "---" }.to_owned();
    out.push('\n');
    out.push_str(&line(table.columns.iter().map(|column| text(&column.heading)).collect()));
    out.push_str(&line(table.columns.iter().map(|column| ruled(column.right)).collect()));
    let shown = shown(table);
    for row in &shown {
        let cells = row.cells.iter().enumerate().map(|(place, cell)| {
            let said = cell.texts.iter().map(|part| text(part)).collect::<Vec<_>>().join(" · ");
            match row.tone.filter(|_| place == 0) {
                Some(tone) => format!("**{}** {said}", tone.sign()),
                None => said,
            }
        });
        out.push_str(&line(cells.collect()));
    }
    let left = (table.rows.len() - shown.len()) as u32;
    if left > 0 {
        let one = ("more row is in the page (html, pdf).", "autre ligne est dans la page (html, pdf).");
        let many = ("more rows are in the page (html, pdf).", "autres lignes sont dans la page (html, pdf).");
        out.push_str(&format!("\n{}\n", counted(left, one, many, language)));
    }
}

/// The rows that a ticket has room for: all that stand out, and of a long table's others the first.
fn shown(table: &Table) -> Vec<&Row> {
    let quiet = table.rows.iter().filter(|row| row.tone.is_none()).count();
    let room = (ROWS + quiet).saturating_sub(table.rows.len());
    let mut others = 0;
    let fits = |row: &&Row| {
        others += usize::from(row.tone.is_none());
        table.reading != Reading::Long || row.tone.is_some() || others <= room
    };
    table.rows.iter().filter(fits).collect()
}

/// A text that Markdown shows as it stands (CommonMark 0.31 §2.4, GFM 0.29 §6.9): no markup, no HTML, no link, nobody called by
/// `@name`.
fn text(said: &str) -> String {
    let mut out = String::with_capacity(said.len() + 16);
    let mut rest = said;
    while let Some(c) = rest.chars().next() {
        let begins = !said[..said.len() - rest.len()].ends_with(in_address);
        let word = rest.split(|c| !in_address(c)).next().unwrap_or_default().trim_end_matches(['.', ':', '-']);
        if begins && is_address(word) {
            // `:1234:` is a picture on GitHub, but not in code.
            out.push_str(&format!("`{word}`"));
            rest = &rest[word.len()..];
            continue;
        }
        let after = &rest[c.len_utf8()..];
        let called = after.starts_with(char::is_alphanumeric);
        let first = rest.len() == said.len();
        let number = said.len() - said.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let ends_number = number > 0 && said.len() - rest.len() == number;
        let is_web = || said[..said.len() - rest.len()].to_ascii_lowercase().ends_with("www");
        match c {
            '@' | '#' if called => {
                // A sign without width keeps the two apart, which a backslash does not: names and numbers are looked for in the
                // result.
                out.push_str(&format!("\\{c}&#8288;"));
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '^' | '{' | '&' | '$' | '#' => out.extend(['\\', c]),
            '-' | '+' | '=' if first => out.extend(['\\', c]),
            '.' | ')' if ends_number && (after.is_empty() || after.starts_with(' ')) => out.extend(['\\', c]),
            ':' if after.starts_with("//") => out.push_str("\\:"),
            '.' if is_web() => out.push_str("\\."),
            c => out.push(c),
        }
        rest = after;
    }
    out
}

/// The code of a check, which is letters, digits and hyphens unless a file says otherwise.
fn code(code: &str) -> String {
    let plain = !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain { format!("`{code}`") } else { text(code) }
}

fn in_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ':' | '.' | '-')
}

fn is_address(word: &str) -> bool {
    word.contains(':') && (word.parse::<Mac>().is_ok() || word.parse::<Ipv6Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;
    use crate::report::page::{Cell, Column, Fit};

    /// What a reader of the Markdown sees of it, where it holds nothing but text.
    fn read(markdown: &str) -> String {
        let mut seen = String::new();
        for event in Parser::new_ext(markdown, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
            match event {
                Event::Text(text) | Event::Code(text) => seen.push_str(&text),
                Event::Start(Tag::Paragraph) | Event::End(_) => {}
                Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell) => seen.push('\t'),
                other => panic!("{markdown:?} holds {other:?}"),
            }
        }
        seen.replace('\u{2060}', "")
    }

    #[test]
    fn addresses_are_code_and_nothing_is_a_link_or_a_call() {
        assert_eq!(text("fe80::1: b8:27:eb:00:00:01, 10.0.0.1."), "`fe80::1`: `b8:27:eb:00:00:01`, 10.0.0.1.");
        assert_eq!(text("2001:db8:100:1234::1 (a)"), "`2001:db8:100:1234::1` (a)");
        assert_eq!(text("http://WWW.evil.example @all #12 #"), "http\\://WWW\\.evil.example \\@&#8288;all \\#&#8288;12 \\#");
        assert_eq!(text("- 1. x"), "\\- 1. x");
        assert_eq!(text("12. x_y"), "12\\. x\\_y");
    }

    #[test]
    fn a_long_table_keeps_what_stands_out() {
        let row = |place: usize| Row {
            tone: (place == 4_000).then_some(crate::report::page::Tone::Broken),
            cells: vec![format!("row {place}").into()],
        };
        let column = Column { heading: "H".to_owned(), right: false, fit: Fit::Whole };
        let rows = (0..5_000).map(row).collect();
        let mut out = String::new();
        table(&mut out, &Table { columns: vec![column], rows, reading: Reading::Long }, Language::En);
        assert!(out.contains("| row 98 |\n| **✗** row 4000 |\n\n4,900 more rows are in"), "{out}");
        assert!(!out.contains("row 99 "));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn whatever_the_network_says_comes_back_as_text(
            said in "([ -~é«»\u{202f}]|www\\.|http://|@a|#1|<b>|&amp;|`{1,3}|fe80::1|!\\[|\\]\\(|\\$\\$|~~|\\{\\.a\\}|\\*\\*|__|:100:){0,20}",
        ) {
            let said = crate::line::one_line(&said);
            let escaped = text(&said);
            prop_assert_eq!(&read(&escaped), &said);
            let lower = escaped.to_lowercase().replace("\\://", "");
            prop_assert!(!lower.contains("://") && !lower.contains("www."), "a bare address becomes a link: {}", escaped);
            let mut signs = escaped.chars().peekable();
            while let Some(sign) = signs.next() {
                let called = signs.peek().is_some_and(|next| next.is_alphanumeric());
                prop_assert!(sign != '@' || !called, "somebody is called: {}", escaped);
            }
        }

        #[test]
        fn a_cell_stays_in_its_cell(cells in proptest::collection::vec("[ -~]{0,12}", 2)) {
            let cells: Vec<String> = cells.iter().map(|cell| crate::line::one_line(cell)).collect();
            let column = |heading: &str| Column { heading: heading.to_owned(), right: false, fit: Fit::Wrap };
            let rows = vec![Row { tone: None, cells: cells.iter().map(|cell| Cell::from(cell.as_str())).collect() }];
            let mut out = String::new();
            table(&mut out, &Table { columns: vec![column("A"), column("B")], rows, reading: Reading::Short }, Language::En);
            prop_assert_eq!(read(&out), format!("\t\t\tA\tB\t\t{}\t{}", cells[0], cells[1]));
        }
    }
}
