//! A trace as an axis with what stands above and hangs below it, and a line with its ends: readable without colour, at any width.

use crate::report::columns::width;
use crate::report::page::Trace;

/// Eight heights above the axis, and three below it: no font has more that hang from above.
const ABOVE: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const BELOW: [char; 4] = [' ', '▔', '▀', '█'];

/// The lines. Where there is less room than points, each sign stands for the strongest of several.
pub(super) fn lines(trace: &Trace, room: usize) -> Vec<String> {
    let columns = trace.points.len().min(room).max(1);
    let strongest = |column: usize| {
        let (from, to) = (column * trace.points.len() / columns, (column + 1) * trace.points.len() / columns);
        trace.points.get(from..to).unwrap_or_default().iter().copied().max_by_key(|mv| mv.unsigned_abs()).unwrap_or_default()
    };
    let bars: Vec<i16> = (0..columns).map(strongest).collect();
    let step = |mv: i16, steps: usize| (usize::from(mv.unsigned_abs()) * steps).div_ceil(usize::from(trace.height)).min(steps);
    let row = |signs: &[char], is: fn(i16) -> bool| -> String {
        bars.iter()
            .map(|&mv| if is(mv) && Trace::stands_out(mv, trace.height) { signs[step(mv, signs.len() - 1)] } else { ' ' })
            .collect()
    };
    let [first, last] = &trace.ends;
    let between = columns.saturating_sub(width(first) + width(last)).max(1);
    let ends = format!("{first}{}{last}", " ".repeat(between));
    let lines = [row(&ABOVE, |mv| mv > 0), "─".repeat(columns), row(&BELOW, |mv| mv < 0), ends];
    lines.into_iter().filter(|line| !line.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(points: &[i16], room: usize) -> Vec<String> {
        let ends = ["2.0 m", "20.0 m"].map(str::to_owned);
        lines(&Trace { label: String::new(), points: points.to_vec(), height: 800, ends }, room)
    }

    #[test]
    fn an_open_end_stands_up_and_a_short_hangs_down() {
        let lines = drawn(&[0, 20, 800, 0, 0, 0, -800, -300, 0, 0, 400, 0, 0, 0], 80);
        assert_eq!(lines, ["  █       ▄   ", "──────────────", "      █▀      ", "2.0 m   20.0 m"]);
    }

    #[test]
    fn in_a_narrow_place_the_strongest_of_several_is_shown() {
        let mut points = vec![0; 400];
        points[399] = -800;
        points[201] = 790;
        let lines = drawn(&points, 40);
        assert!(lines.iter().all(|line| width(line) == 40), "{lines:?}");
        assert_eq!((lines[0].trim(), lines[2].trim()), ("█", "█"));
    }
}
