//! The IPv6 routers and what they tell.

use super::{Block, Cell, Column, Fit, Reading, Row, Table, hosts};
use crate::language::Language;
use crate::observe::{Asked6, RouterAdvertised};
use crate::report::words::{counted, duration, number};
use crate::report::{Report, Router6Row};
use crate::wire::icmpv6::PrefixTold;

/// Routers that fit beside each other in a terminal, where their addresses are never parted; more take another table.
const BESIDE: usize = 2;

/// The section of the report; none where no router was heard.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let routers = &report.routers6;
    if routers.is_empty() {
        return Vec::new();
    }
    let count = number(routers.len() as u64, language);
    let heading = Block::Heading(language.pick(format!("IPv6 routers ({count})"), format!("Routeurs IPv6 ({count})")));
    let tables = routers.chunks(BESIDE).map(|routers| Block::Table(table(routers, language)));
    std::iter::once(heading).chain(tables).collect()
}

fn table(routers: &[Router6Row], language: Language) -> Table {
    let mut columns = vec![Column::new("", Fit::Wrap)];
    columns.extend(routers.iter().map(|router| Column::new(&router.ip.to_string(), Fit::Wrap)));
    let mut rows = Vec::new();
    let mut row = |english: &str, french: &str, cell: &dyn Fn(&Router6Row) -> Vec<String>| {
        let told: Vec<Vec<String>> = routers.iter().map(cell).collect();
        if told.iter().any(|texts| !texts.is_empty()) {
            let cells = told.into_iter().map(|texts| if texts.is_empty() { "–".into() } else { Cell { texts, key: None } });
            let cells = std::iter::once(language.pick(english, french).into()).chain(cells).collect();
            rows.push(Row { tone: None, cells });
        }
    };
    row("In the plan", "Au plan", &|router| {
        let word = |planned| if planned { language.pick("yes", "oui") } else { language.pick("no", "non") };
        router.planned.map(|planned| word(planned).to_owned()).into_iter().collect()
    });
    row("Card", "Carte", &|router| vec![router.mac.to_string()]);
    row("Vendor", "Fabricant", &|router| vec![hosts::vendor(router.vendor.as_deref(), router.mac.is_local(), language)]);
    row("Way out", "Voie de sortie", &|router| {
        vec![match router.told.lifetime_s {
            0 => language.pick("no (lifetime 0)", "non (durée de vie 0)").to_owned(),
            seconds => {
                let time = lasts(seconds.into(), language);
                language.pick(format!("yes, for {time}"), format!("oui, pour {time}"))
            }
        }]
    });
    row("Prefixes", "Préfixes", &|router| router.told.prefixes.iter().map(|told| prefix(told, language)).collect());
    row("Addresses by DHCPv6", "Adresses par DHCPv6", &|router| {
        let word = match (router.told.managed, router.told.other) {
            (true, _) => language.pick("yes", "oui"),
            (false, true) => language.pick("no, but other settings", "non, mais d'autres réglages"),
            (false, false) => language.pick("no", "non"),
        };
        vec![word.to_owned()]
    });
    row("DNS", "DNS", &|router| router.told.dns.iter().map(ToString::to_string).collect());
    row("MTU", "MTU", &|router| router.told.mtu.map(|mtu| number(mtu, language)).into_iter().collect());
    Table { columns, rows, reading: Reading::Beside }
}

/// A prefix and what becomes of addresses in it.
fn prefix(told: &PrefixTold, language: Language) -> String {
    let time = lasts(told.valid_s, language);
    let what = match (told.autonomous, told.preferred_s) {
        (_, 0) => language.pick(" (deprecated: no new address)", " (périmé : plus de nouvelle adresse)"),
        (true, _) => "",
        (false, _) => language.pick(", no address made of it", ", aucune adresse n'en est faite"),
    };
    language.pick(format!("{} for {time}{what}", told.prefix), format!("{} pour {time}{what}", told.prefix))
}

/// A lifetime as people say it.
fn lasts(seconds: u32, language: Language) -> String {
    match seconds {
        u32::MAX => language.pick("ever", "toujours").to_owned(),
        seconds => duration(u64::from(seconds) * 1000, language),
    }
}

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
