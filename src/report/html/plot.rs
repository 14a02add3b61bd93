//! Small plots as SVG, in the colour of the text: readable in print and in grey.

use maud::{Markup, html};

use crate::report::page::{Bars, Gauge};

const WIDE: usize = 600;
/// No bar is wider.
const WIDEST: usize = 24;
const HIGH: usize = 60;

/// A bar for each answer, then a cross for each question without one.
pub(super) fn bars(bars: &Bars) -> Markup {
    let count = bars.heights.len() + bars.lost as usize;
    let step = (WIDE * 100 / count.max(1)).min(WIDEST * 100);
    let left = |place: usize| place * step / 100;
    let bar = (step * 7 / 1000).max(1);
    let (top, words) = &bars.top;
    let height = |value: u32| (u64::from(value) * HIGH as u64 / u64::from(*top)).max(1);
    html! {
        h4 { (bars.label) }
        svg.plot viewBox={ "0 -14 " (WIDE) " " (HIGH + 18) } width="100%" role="img" aria-label=(bars.label) {
            line x1="0" y1="0" x2=(WIDE) y2="0" stroke="currentColor" stroke-opacity="0.3" stroke-dasharray="3 4" {}
            text x=(WIDE) y="-4" font-size="12" fill="currentColor" text-anchor="end" { (words) }
            line x1="0" y1=(HIGH) x2=(WIDE) y2=(HIGH) stroke="currentColor" stroke-opacity="0.6" {}
            @for (place, value) in bars.heights.iter().enumerate() {
                rect x=(left(place)) y=(HIGH as u64 - height(*value)) width=(bar) height=(height(*value)) fill="currentColor" fill-opacity="0.65" {}
            }
            @for place in bars.heights.len()..count {
                @let (x, y, side) = (left(place), HIGH - 4, bar.min(10));
                path d={ "M" (x) "," (y - side) " l" (side) "," (side) " m0,-" (side) " l-" (side) "," (side) } stroke="currentColor" stroke-width="2" fill="none" {}
            }
        }
    }
}

/// A row for each part, and a line where it becomes too much. What is above the whole goes over the edge of it.
pub(super) fn gauge(gauge: &Gauge) -> Markup {
    const NAME: usize = 110;
    const WHOLE: usize = 330;
    const ROW: usize = 24;
    let (alarm, words) = &gauge.alarm;
    let at = |percent: u64| NAME + WHOLE * percent.min(115) as usize / 100;
    let high = gauge.parts.len() * ROW;
    html! {
        h4 { (gauge.label) }
        svg.plot viewBox={ "0 0 " (WIDE) " " (high + 20) } width="100%" role="img" aria-label=(gauge.label) {
            rect x=(NAME) y="0" width=(WHOLE) height=(high) fill="none" stroke="currentColor" stroke-opacity="0.5" {}
            @for (row, (name, percent, said)) in gauge.parts.iter().enumerate() {
                @let y = row * ROW;
                text x=(NAME - 8) y=(y + 16) font-size="12" fill="currentColor" text-anchor="end" { (name) }
                rect x=(NAME) y=(y + 5) width=(at(*percent) - NAME) height=(ROW - 10) fill="currentColor" fill-opacity="0.55" {}
                text x=(at(115) + 8) y=(y + 16) font-size="12" fill="currentColor" { (said) " (" (percent) " %)" }
            }
            line x1=(at(*alarm)) y1="0" x2=(at(*alarm)) y2=(high + 4) stroke="currentColor" stroke-width="2" stroke-dasharray="4 3" {}
            text x=(at(*alarm)) y=(high + 16) font-size="12" fill="currentColor" text-anchor="middle" { (words) }
        }
    }
}
