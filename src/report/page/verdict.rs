//! The first line of the page: what is wrong, nothing, or not known; and what keeps the page from being the whole truth.

use super::findings::stories;
use super::{Block, Tone, power};
use crate::finding::{Finding, Reason, Severity};
use crate::language::Language;
use crate::observe::Cut;
use crate::poe::fit::Fit;
use crate::probe::Errand;
use crate::report::words::counted;
use crate::report::{Covered, Report, Said};

pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let (tone, text) = verdict(report, language);
    let mut blocks = vec![Block::Verdict(tone, text)];
    blocks.extend(warnings(report, language).into_iter().map(Block::Warning));
    blocks
}

fn verdict(report: &Report, language: Language) -> (Tone, String) {
    let wrong: Vec<&Finding> = stories(report).into_iter().filter(|finding| finding.severity != Severity::Note).collect();
    let untested = report.ladder.iter().find(|rung| rung.verdict == Said::NotTested);
    match (wrong.as_slice(), untested) {
        ([one], _) => (one.severity.into(), format!("{}.", one.problem.explain().words(language).title)),
        ([first, others @ ..], _) => {
            let title = first.problem.explain().words(language).title;
            let more = counted(
                others.len() as u32,
                ("more thing is wrong", "autre anomalie"),
                ("more things are wrong", "autres anomalies"),
                language,
            );
            (first.severity.into(), language.pick(format!("{title}. {more}."), format!("{title}. Et {more}.")))
        }
        ([], _) if unfit(report).is_some() => {
            (Tone::Broken, unfit(report).map(|fit| power::answer(fit, language)).unwrap_or_default())
        }
        ([], Some(_)) => {
            let text = language.pick(
                "Nothing wrong was seen, but not everything could be tested.",
                "Aucune anomalie constatée, mais tout n'a pas pu être testé.",
            );
            (Tone::NotTested, text.to_owned())
        }
        ([], None) if report.visit.errand == Errand::Dhcp => {
            let answered = report.dhcp_servers.len() as u32;
            let one = ("DHCP server answered", "serveur DHCP a répondu");
            let many = ("DHCP servers answered", "serveurs DHCP ont répondu");
            let servers = counted(answered, one, many, language);
            (Tone::Clear, language.pick(format!("Nothing is wrong: {servers}."), format!("Aucune anomalie : {servers}.")))
        }
        ([], None) if report.visit.errand == Errand::Link => {
            let text = language.pick("Nothing is wrong with the link.", "Aucune anomalie sur le lien.");
            (Tone::Clear, text.to_owned())
        }
        ([], None) if report.visit.errand == Errand::Power => {
            let switches = report.power.len() as u32;
            let (one, many) = (("switch was asked", "commutateur interrogé"), ("switches were asked", "commutateurs interrogés"));
            let asked = counted(switches, one, many, language);
            (Tone::Clear, language.pick(format!("Nothing is wrong: {asked}."), format!("Aucune anomalie : {asked}.")))
        }
        ([], None) if report.visit.errand == Errand::Locate => (Tone::Clear, super::switch::sentence(report, language)),
        ([], None) => {
            let answered = report.coverage.answered;
            let text = language.pick(
                format!(
                    "Nothing is wrong: {}.",
                    counted(answered, ("address answered", ""), ("addresses answered", ""), language)
                ),
                format!(
                    "Aucune anomalie : {}.",
                    counted(answered, ("", "adresse a répondu"), ("", "adresses ont répondu"), language)
                ),
            );
            (Tone::Clear, text)
        }
    }
}

/// The devices that do not fit into a switch.
fn unfit(report: &Report) -> Option<&Fit> {
    report.power.iter().filter_map(|switch| switch.will_fit.as_ref()).find(|fit| fit.answer.fits() == Some(false))
}

/// What the time did not suffice for.
fn out_of_time(coverage: &Covered, language: Language) -> String {
    let parts: Vec<&str> = coverage.unfinished.iter().map(|part| part.word(language)).collect();
    let parts = parts.join(", ");
    language.pick(
        format!("the time ran out before this had ended: {parts}; what had ended was judged"),
        format!("le temps s'est écoulé avant la fin de ceci : {parts} ; ce qui était terminé a été jugé"),
    )
}

fn warnings(report: &Report, language: Language) -> Vec<String> {
    let coverage = &report.coverage;
    let mut warnings = Vec::new();
    let partial = |reason: String| language.pick(format!("Partial report: {reason}."), format!("Rapport partiel : {reason}."));
    let dhcp = report.visit.errand == Errand::Dhcp;
    let card = matches!(report.visit.errand, Errand::Link | Errand::Locate | Errand::Power);
    let cuts = coverage.cut.iter().map(|&cut| match cut {
        Cut::User | Cut::Interface if card => Reason::NotWatchedOut,
        Cut::User | Cut::Interface if dhcp => Reason::NotListenedOut,
        cut => Reason::of_cut(cut, coverage.asked, coverage.planned),
    });
    warnings.extend(cuts.map(|reason| match reason {
        Reason::OutOfTime { .. } if !coverage.unfinished.is_empty() => partial(out_of_time(coverage, language)),
        reason => partial(reason.say(language)),
    }));
    if warnings.is_empty() && !coverage.complete {
        let why = language.pick("the look did not go to its end", "l'analyse n'est pas allée à son terme");
        warnings.push(partial(why.to_owned()));
    }
    if coverage.frames_dropped > 0 {
        warnings.push(partial(Reason::FramesLost { count: coverage.frames_dropped }.say(language)));
    }
    if coverage.flooded {
        let why = language.pick(
            "more addresses or servers were announced than any real network holds: not everything was kept",
            "plus d'adresses ou de serveurs annoncés qu'aucun réseau réel n'en compte : tout n'a pas été conservé",
        );
        warnings.push(partial(why.to_owned()));
    }
    let bare = report.visit.addresses.iter().all(|net| net.contains(':')) && coverage.dhcp.discovers > 0;
    if bare {
        let said = language.pick(
            "The interface has no IPv4 address: only DISCOVER was sent, no INFORM, and masks could not be compared with the laptop's.",
            "L'interface n'a pas d'adresse IPv4 : seul DISCOVER a été envoyé, pas INFORM, et les masques n'ont pu être comparés à celui du portable.",
        );
        warnings.push(said.to_owned());
    }
    let no_link = report.link.is_some_and(|link| !link.carrier);
    if coverage.requests == 0 && coverage.ipv6.is_none() && !dhcp && !card && !no_link && !bare {
        let passive = language.pick(
            "Passive: no address was asked for. Silent devices, and owners that nobody asked, are not seen here.",
            "Écoute seule : aucune adresse n'a été interrogée. Les appareils muets, et les détenteurs que personne n'a interrogés, ne se voient pas ici.",
        );
        warnings.push(passive.to_owned());
    }
    warnings
}
