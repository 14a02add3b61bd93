//! The link, the gateways and the DNS servers with their figures, a line each.

use super::Block;
use crate::language::Language;
use crate::observe::{LinkState, Replies};
use crate::probe::Errand;
use crate::report::words::{counted, number, travel};
use crate::report::{Report, WayOutRow};

/// The section of the report; none of a look that did not go up the ladder.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    if report.visit.errand != Errand::Diagnose {
        return Vec::new();
    }
    let label = |english: &str, french: &str, row: &WayOutRow| format!("{} {}", language.pick(english, french), row.ip);
    let mut facts = vec![(language.pick("Link", "Lien").to_owned(), link(report.link, language))];
    let none = |what: &str| (what.to_owned(), language.pick("none is known", "aucun de connu").to_owned());
    if report.gateways.is_empty() {
        facts.push((
            language.pick("Gateway", "Passerelle").to_owned(),
            language.pick("none is known", "aucune de connue").to_owned(),
        ));
    }
    facts.extend(report.gateways.iter().map(|row| (label("Gateway", "Passerelle", row), gateway(row, language))));
    if report.dns_servers.is_empty() {
        facts.push(none("DNS"));
    }
    facts.extend(report.dns_servers.iter().map(|row| (label("DNS", "DNS", row), dns(row, language))));
    vec![Block::Heading(language.pick("Link, gateway, DNS", "Lien, passerelle, DNS").to_owned()), Block::Facts(facts)]
}

/// The link, as in `up, 1,000 Mb/s, full duplex`.
fn link(link: Option<LinkState>, language: Language) -> String {
    let Some(link) = link else { return language.pick("not known", "inconnu").to_owned() };
    if !link.carrier {
        return language.pick("down", "absent").to_owned();
    }
    let speed = link
        .speed_mbps
        .map(|speed| language.pick(format!("{} Mb/s", number(speed, language)), format!("{} Mbit/s", number(speed, language))));
    let duplex = link.full_duplex.map(|full| match full {
        true => language.pick("full duplex", "full-duplex"),
        false => language.pick("half duplex", "half-duplex"),
    });
    let up = language.pick("up", "établi").to_owned();
    [Some(up), speed, duplex.map(str::to_owned)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn gateway(row: &WayOutRow, language: Language) -> String {
    figures(row, language, |replies| {
        let back = answered(replies, ("pings", "pings"), language);
        let times = replies.spread().map(|[shortest, median, longest]| {
            let [shortest, median, longest] = [shortest, median, longest].map(|us| travel(us, language));
            language.pick(
                format!(", round trip {shortest} / {median} / {longest} (shortest, median, longest)"),
                format!(", aller-retour {shortest} / {median} / {longest} (minimum, médiane, maximum)"),
            )
        });
        let jitter = replies.jitter_us().map(|us| travel(us, language));
        let jitter = jitter.map(|jitter| language.pick(format!(", jitter {jitter}"), format!(", gigue {jitter}")));
        format!("{back}{}{}", times.unwrap_or_default(), jitter.unwrap_or_default())
    })
}

fn dns(row: &WayOutRow, language: Language) -> String {
    figures(row, language, |replies| {
        let median = replies.spread().map(|[_, median, _]| travel(median, language));
        let took = median.map(|median| language.pick(format!(", in {median}"), format!(", en {median}"))).unwrap_or_default();
        format!("{}{took}", answered(replies, ("questions", "questions"), language))
    })
}

/// How many of them came back.
fn answered(replies: &Replies, what: (&str, &str), language: Language) -> String {
    let (came, sent, (english, french)) = (replies.rtts_us.len() as u32, replies.sent, what);
    if came == 0 {
        return language.pick(format!("none of {sent} {english} answered"), format!("aucune réponse à {sent} {french}"));
    }
    let came = counted(came, ("", "réponse"), ("", "réponses"), language);
    language.pick(format!("{came}of {sent} {english} answered"), format!("{came} à {sent} {french}"))
}

/// What came back and who names it.
fn figures(row: &WayOutRow, language: Language, say: impl Fn(&Replies) -> String) -> String {
    let said = match row.replies.as_ref().filter(|replies| replies.sent > 0) {
        Some(replies) => say(replies),
        None => language.pick("not asked", "aucune question posée").to_owned(),
    };
    let by = row.named_by.say(language);
    language.pick(format!("{said} – named by {by}"), format!("{said} – selon {by}"))
}
