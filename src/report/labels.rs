//! Labels to print and stick on outlets and panels: a sheet of A4 cut into equal labels, for any browser's printer.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::View;
use super::words::typeset;
use crate::certify::{Certificate, Certified};
use crate::line::one_line;

/// A sheet of labels: A4, 210 mm by 297 mm. Print it at 100 %, without margins of the printer's own.
struct Sheet {
    /// Labels side by side and below each other.
    columns: usize,
    rows: usize,
    style: &'static str,
    /// What the page may use (Content Security Policy, level 3): its own style, by its SHA-256, and no script.
    policy: &'static str,
}

/// 24 labels of 70 mm by 37 mm, edge to edge.
const LARGE: Sheet = Sheet {
    columns: 3,
    rows: 8,
    style: include_str!("labels.css"),
    policy: "default-src 'none'; style-src 'sha256-JD/0lqlCAO0eX2ojuF8U0X9epr0M946f/3+fnH3YhpU='; base-uri 'none'; form-action 'none'",
};
/// 65 labels of 38.1 mm by 21.2 mm, 2.5 mm between columns, 10.7 mm above and 4.75 mm beside.
const SMALL: Sheet = Sheet {
    columns: 5,
    rows: 13,
    style: include_str!("labels-small.css"),
    policy: "default-src 'none'; style-src 'sha256-1qKMyRIlYTaNCDoGUf2mD5wugPrNjObBKURLvqw99EI='; base-uri 'none'; form-action 'none'",
};

/// Writes sheets of 24 labels.
pub(super) fn large(certificate: &Certificate, view: &View) -> String {
    render(certificate, view, &LARGE)
}

/// Writes sheets of 65 labels.
pub(super) fn small(certificate: &Certificate, view: &View) -> String {
    render(certificate, view, &SMALL)
}

fn render(certificate: &Certificate, view: &View, sheet: &Sheet) -> String {
    let language = view.language;
    let markup = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(sheet.policy);
                title { (language.pick("Labels", "Étiquettes")) }
                style { (PreEscaped(sheet.style)) }
            }
            body {
                @for page in certificate.outlets.chunks(sheet.columns * sheet.rows) {
                    section {
                        @for one in page { (label(one, view)) "\n" }
                    }
                }
            }
        }
    };
    markup.into_string() + "\n"
}

fn label(one: &Certified, view: &View) -> Markup {
    let clean = |text: &str| typeset(&one_line(text), view.language);
    let place = [one.switch(), one.port()].into_iter().flatten().map(clean).collect::<Vec<_>>().join(" · ");
    html! {
        div {
            b { (clean(&one.outlet.label)) }
            @if let Some(panel) = &one.outlet.panel { span { (clean(panel)) } }
            @if !place.is_empty() { small { (place) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, Engine};
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn the_policy_lets_in_the_style_of_the_page_only() {
        for sheet in [LARGE, SMALL] {
            let hash = BASE64_STANDARD.encode(Sha256::digest(sheet.style));
            assert!(sheet.policy.contains(&format!("'sha256-{hash}'")), "not in the policy: sha256-{hash}");
            assert!(!sheet.style.contains("</"), "would end its element");
        }
    }
}
