//! Facts about broadcasts, each as a line of evidence and of how much was looked at.

use crate::language::Language;
use crate::observe::{BroadcastsHeard, OwnReturned};
use crate::report::words::{counted, number};

/// How many were heard.
pub(super) fn heard(heard: &BroadcastsHeard, language: Language) -> String {
    let (all, most) = (number(heard.frames, language), number(heard.busiest.frames, language));
    match heard.busiest.repeats {
        0 => language.pick(
            format!("{all} heard, at most {most} in one second"),
            format!("{all} entendues, au plus {most} en une seconde"),
        ),
        repeats => {
            let (repeats, copies) = (number(repeats, language), number(heard.busiest.copies, language));
            language.pick(
                format!("{all} heard, at most {most} in one second, {repeats} of these repeats (one frame {copies} times)"),
                format!("{all} entendues, au plus {most} en une seconde, dont {repeats} répétitions (une trame {copies} fois)"),
            )
        }
    }
}

/// How many of ours came back.
pub(super) fn own(own: &OwnReturned, language: Language) -> String {
    let clip = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let sent = counted(clip(own.sent), ("broadcast", "diffusion"), ("broadcasts", "diffusions"), language);
    let (returned, copies) = (number(own.returned, language), number(own.copies, language));
    language.pick(
        format!("of {sent} sent by us, copies came back {returned} times, at most {copies} for each time one was sent"),
        format!("sur {sent} émises par nous, des copies sont revenues {returned} fois, au plus {copies} par envoi"),
    )
}
