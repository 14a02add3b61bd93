//! A map as SVG: boxes in columns, joined by lines. What stands out has a thick broken border and a sign, so that it does without
//! colour.

use maud::{Markup, html};

use super::class;
use crate::report::columns::cut;
use crate::report::page::{Map, Node};

/// A box, and how far it is from one to the next.
const BOX: [usize; 2] = [186, 38];
const STEP: [usize; 2] = [218, 46];
/// Signs of a line that a box has room for.
const ROOM: [usize; 2] = [20, 26];

/// A box that has its place.
struct Placed<'a> {
    node: &'a Node,
    column: usize,
    row: usize,
    /// Where what it hangs on stands.
    above: Option<[usize; 2]>,
}

pub(super) fn drawn(map: &Map) -> Markup {
    let mut placed = Vec::new();
    place(&map.root, [0, 0], None, &mut placed);
    let columns = placed.iter().map(|one| one.column).max().unwrap_or(0);
    let (wide, high) = (columns * STEP[0] + BOX[0] + 4, map.root.leaves() * STEP[1]);
    html! {
        h2 { (map.label) }
        div.box.map {
            svg viewBox={ "-2 -2 " (wide) " " (high) } width=(wide) height=(high) role="img" aria-label=(map.label) {
                @for one in &placed {
                    @if let Some([column, row]) = one.above {
                        @let (left, top) = (column * STEP[0] + BOX[0], row * STEP[1] + BOX[1] / 2);
                        @let (right, bottom) = (one.column * STEP[0], one.row * STEP[1] + BOX[1] / 2);
                        polyline points={ (left) "," (top) " " (left + 16) "," (top) " " (left + 16) "," (bottom) " " (right) "," (bottom) } {}
                    }
                }
                @for one in &placed { (boxed(one)) }
            }
        }
    }
}

/// Places a node and what hangs on it; the first of these stands beside it.
fn place<'a>(node: &'a Node, [column, row]: [usize; 2], above: Option<[usize; 2]>, placed: &mut Vec<Placed<'a>>) {
    placed.push(Placed { node, column, row, above });
    let mut next = row;
    for below in &node.below {
        place(below, [column + 1, next], Some([column, row]), placed);
        next += below.leaves();
    }
}

fn boxed(one: &Placed<'_>) -> Markup {
    let (x, y) = (one.column * STEP[0], one.row * STEP[1]);
    let [what, which] = &one.node.lines;
    html! {
        g class=[one.node.tone.map(class)] {
            title { (what) " " (which) }
            rect x=(x) y=(y) width=(BOX[0]) height=(BOX[1]) rx="5" {}
            text x=(x + 9) y=(y + 16) class="what" {
                @if let Some(tone) = one.node.tone { tspan class="sign" { (tone.sign()) " " } }
                (cut(what, ROOM[0]))
            }
            text x=(x + 9) y=(y + 31) { (cut(which, ROOM[1])) }
        }
    }
}
