//! The IPv6 routers and what they tell.

use crate::language::Language;
use crate::observe::{Asked6, RouterAdvertised};
use crate::report::words::{counted, duration};

/// One advertisement as a line of evidence.
pub(super) fn told(router: &RouterAdvertised, language: Language) -> String {
    let (ip, mac) = (router.router, router.mac);
    let prefixes: Vec<String> = router.told.prefixes.iter().map(|told| told.prefix.to_string()).collect();
    let prefixes = match prefixes.is_empty() {
        true => language.pick("no prefix", "aucun préfixe").to_owned(),
        false => prefixes.join(", "),
    };
    let lifetime = counted(u32::from(router.told.lifetime_s), ("second", "seconde"), ("seconds", "secondes"), language);
    language.pick(
        format!("the router {ip} ({mac}) advertised {prefixes}, itself for {lifetime}"),
        format!("le routeur {ip} ({mac}) a annoncé {prefixes}, lui-même pour {lifetime}"),
    )
}

/// How often they were asked, and how long was waited.
pub(super) fn asked(asked: &Asked6, language: Language) -> String {
    let (once, often) = (("question", "question"), ("questions", "questions"));
    let all = counted(asked.to_all, once, often, language);
    let one = counted(asked.solicitations, ("solicitation", "sollicitation"), ("solicitations", "sollicitations"), language);
    let routers = counted(asked.routers, once, often, language);
    let patience = duration(asked.listened_ms.into(), language);
    let neighbours =
        (asked.to_all > 0).then(|| language.pick(format!("{all} to all, {one}, "), format!("{all} à tous, {one}, ")));
    let neighbours = neighbours.unwrap_or_default();
    language.pick(
        format!("{neighbours}{routers} to routers, waited {patience}"),
        format!("{neighbours}{routers} aux routeurs, attente de {patience}"),
    )
}
