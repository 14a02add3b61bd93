//! A QR code as SVG: dark on light whatever the colours of the page, or no telephone reads it.

use maud::{Markup, html};

use crate::report::page::Code;

pub(super) fn drawn(code: &Code) -> Markup {
    let whole = code.whole();
    let mut path = String::new();
    for row in 0..whole {
        let mut column = 0;
        while column < whole {
            let wide = (column..whole).take_while(|&at| code.is_dark(at, row)).count();
            if wide > 0 {
                path.push_str(&format!("M{column} {row}h{wide}v1h-{wide}z"));
            }
            column += wide.max(1);
        }
    }
    html! {
        figure.code {
            svg viewBox={ "0 0 " (whole) " " (whole) } role="img" aria-label={ "QR: " (code.text) } shape-rendering="crispEdges" {
                rect width=(whole) height=(whole) fill="#fff" {}
                path d=(path) fill="#000" {}
            }
            figcaption { (code.text) }
        }
    }
}
