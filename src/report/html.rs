//! The report as one self-contained page: for a screen of any size, for paper, with nothing fetched and nothing run but its own.

mod code;
mod map;
mod plot;

use base64::prelude::{BASE64_STANDARD, Engine};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::page::{Block, Card, Cell, Column, Fit, Page, Reading, Signer, Table, Tone, Trace};
use super::{Comparison, Report, View, json, seal};
use crate::certify::Certificate;
use crate::firm::Letterhead;
use crate::language::Language;
use crate::logbook::Logbook;
use crate::prep::bench::result::Record as Many;
use crate::prep::sheet::Sheet;

const STYLE: &str = include_str!("html.css");
const SCRIPT: &str = include_str!("html.js");

/// What the page may use (Content Security Policy, level 3): this very style and this very script, by their SHA-256.
/// Should a hostile name ever slip through, it still could not run.
/// A logo is in the page itself, and only then may there be a picture.
fn policy(logo: bool) -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    let (style, script) = (hash(STYLE), hash(SCRIPT));
    let pictures = if logo { "img-src data:; " } else { "" };
    format!(
        "default-src 'none'; {pictures}style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'"
    )
}

/// Writes a report.
pub(super) fn render(report: &Report, view: &View) -> String {
    written(&Page::of(report, view.language, &view.zone), view, Some(&json::render(report, view)))
}

/// Writes a comparison.
pub(super) fn compare(comparison: &Comparison, view: &View) -> String {
    written(&Page::of_comparison(comparison, view.language, &view.zone), view, Some(&json::compare(comparison, view)))
}

/// Writes a certificate, with every measurement.
pub(super) fn certify(certificate: &Certificate, view: &View) -> String {
    written(&Page::of_certificate(certificate, true, view.language, &view.zone), view, Some(&json::certify(certificate, view)))
}

/// Writes a visit. An open one is not sealed: its time runs on.
pub(super) fn tell(book: &Logbook, view: &View) -> String {
    written(
        &Page::of_logbook(book, view.language, &view.zone),
        view,
        book.closed.as_ref().map(|_| json::tell(book, view)).as_deref(),
    )
}

/// Writes the preparation of many PCs.
pub(super) fn bench(record: &Many, view: &View) -> String {
    written(&Page::of_bench(record, view.language), view, None)
}

/// Writes a delivery sheet.
pub(super) fn deliver(sheet: &Sheet, view: &View) -> String {
    written(&Page::of_sheet(sheet, view.language, &view.zone), view, Some(&json::deliver(sheet, view)))
}

fn written(page: &Page, view: &View, record: Option<&str>) -> String {
    let head = view.letterhead.as_ref();
    let foot = record.map(|record| seal::foot(record, page.language));
    let markup = html! {
        (DOCTYPE)
        html lang=(page.language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(head.is_some_and(|head| head.logo.is_some())));
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (page.title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    @if let Some(head) = head { (firm(head)) }
                    header {
                        h1 { (page.title) }
                        p { (page.subtitle) }
                    }
                    @for part in &page.blocks { (block(part, page.language)) "\n" }
                    @if let Some([what, sum]) = foot { footer { (what) " " code { (sum) } } }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    markup.into_string() + "\n"
}

/// Who made the report.
fn firm(head: &Letterhead) -> Markup {
    let firm = &head.firm;
    html! {
        address.firm {
            @if let Some(logo) = &head.logo { img src=(logo) alt=(firm.name); }
            p {
                strong { (firm.name) }
                @for line in &firm.address { br; (line) }
                @let reached = firm.reached();
                @if !reached.is_empty() { br; (reached) }
            }
        }
    }
}

fn block(block: &Block, language: Language) -> Markup {
    html! {
        @match block {
            Block::Front(blocks) => section.front { @for part in blocks { (self::block(part, language)) } },
            Block::Verdict(tone, text) => p class={ "verdict " (class(*tone)) } { (sign(*tone)) span { (text) } },
            Block::Warning(text) => p.warning { (sign(Tone::Risk)) span { (text) } },
            Block::Heading(text) => h2 { (text) },
            Block::Text(text) => p { (text) },
            Block::Card(found) => (card(found, language)),
            Block::Table(rows) => (table(rows, language)),
            Block::Trace(trace) => (drawn(trace)),
            Block::Map(map) => (map::drawn(map)),
            Block::Bars(bars) => (plot::bars(bars)),
            Block::Gauge(gauge) => (plot::gauge(gauge)),
            Block::Code(code) => (code::drawn(code)),
            Block::ToSign(signers) => div.to-sign { @for signer in signers { (to_sign(signer)) } },
            Block::NewPage => div.leaf {},
            Block::Facts(facts) => dl.facts { @for (label, text) in facts { dt { (label) } dd { (text) } } },
            Block::Cause { label, title, code } => { h4 { (label) } p { strong { (title) } " " code { (code) } } },
            Block::Steps(label, steps) => { h4 { (label) } ol { @for step in steps { li { (step) } } } },
            Block::Evidence(label, lines) => { h4 { (label) } ul.evidence { @for line in lines { li { (line) } } } },
        }
    }
}

fn to_sign(signer: &Signer) -> Markup {
    html! {
        section {
            h4 { (signer.who) }
            dl { @for (label, text) in &signer.lines { dt { (label) } dd { (text) } } }
        }
    }
}

/// A trace as a line above and below its axis. Colours are those of the text: the policy lets no style in beside that of the
/// page.
fn drawn(trace: &Trace) -> Markup {
    const WIDE: usize = 600;
    const HALF: i32 = 40;
    let last = trace.points.len().saturating_sub(1).max(1);
    let point = |(place, mv): (usize, &i16)| {
        let y = HALF - i32::from(*mv) * (HALF - 2) / i32::from(trace.height);
        format!("{},{y}", place * WIDE / last)
    };
    let points: Vec<String> = trace.points.iter().enumerate().map(point).collect();
    let [first, end] = &trace.ends;
    html! {
        h4 { (trace.label) }
        svg viewBox={ "0 0 " (WIDE) " " (2 * HALF + 18) } width="100%" role="img" aria-label=(trace.label) {
            line x1="0" y1=(HALF) x2=(WIDE) y2=(HALF) stroke="currentColor" stroke-opacity="0.4" {}
            polyline points=(points.join(" ")) fill="none" stroke="currentColor" stroke-width="1.5" {}
            text x="0" y=(2 * HALF + 14) font-size="12" fill="currentColor" { (first) }
            text x=(WIDE) y=(2 * HALF + 14) font-size="12" fill="currentColor" text-anchor="end" { (end) }
        }
    }
}

fn card(card: &Card, language: Language) -> Markup {
    html! {
        section class={ "card " (class(card.tone)) } {
            header {
                span.badge { (card.word) }
                h3 { (card.title) }
                code { (card.code) }
            }
            @for part in &card.blocks { (block(part, language)) }
        }
    }
}

fn table(table: &Table, language: Language) -> Markup {
    let reading = match table.reading {
        Reading::Long => "long",
        Reading::Short => "short",
        Reading::Beside => "beside",
    };
    html! {
        @if table.reading == Reading::Long {
            // Shown by the script, which it needs.
            label.find hidden { (language.pick("Filter", "Filtrer")) input type="search" autocomplete="off"; output {} }
        }
        div class={ "box " (reading) } {
            table {
                thead { tr { @for column in &table.columns { th scope="col" class=[fit(column)] { (column.heading) } } } }
                tbody {
                    @for row in &table.rows {
                        tr class=[row.tone.map(class)] {
                            @for (at, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
                                @let first = at == 0;
                                @if first && table.reading == Reading::Beside {
                                    th scope="row" { (cell.texts.join(", ")) }
                                } @else {
                                    (self::cell(cell, column, row.tone.filter(|_| first)))
                                }
                            }
                        }
                        "\n"
                    }
                }
            }
        }
    }
}

/// A cell, after the sign of its row where it is the first of one that stands out.
fn cell(cell: &Cell, column: &Column, tone: Option<Tone>) -> Markup {
    html! {
        td class=[fit(column)] data-k=[cell.key] {
            @if let Some(tone) = tone { (sign(tone)) " " }
            @for (place, text) in cell.texts.iter().enumerate() {
                @if place > 0 { br; }
                (text)
            }
        }
    }
}

fn fit(column: &Column) -> Option<&'static str> {
    match (column.right, column.fit) {
        (true, _) => Some("right"),
        (false, Fit::Whole) => Some("whole"),
        (false, Fit::Said) => Some("whole said"),
        (false, Fit::Spare) => Some("spare"),
        (false, Fit::Wrap | Fit::Cut) => None,
    }
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Broken => "broken",
        Tone::Degraded => "degraded",
        Tone::Risk => "risk",
        Tone::NotTested => "not-tested",
        Tone::Note => "note",
        Tone::Clear => "clear",
    }
}

fn sign(tone: Tone) -> Markup {
    html! { span.sign aria-hidden="true" { (tone.sign()) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_visit_is_not_sealed_for_its_time_runs_on() {
        let view = View::new(Language::En, jiff::tz::TimeZone::UTC);
        let (open, ended) =
            (Logbook::default(), Logbook { closed: Some("2026-11-21T09:00:00Z".to_owned()), ..Logbook::default() });
        for tell in [tell, super::super::markdown::tell] {
            assert!(!tell(&open, &view).contains("SHA-256") && tell(&ended, &view).contains("SHA-256"));
        }
    }

    #[test]
    fn neither_the_style_nor_the_script_ends_its_own_element() {
        assert!(!STYLE.contains("</") && !SCRIPT.contains("</"));
    }
}
