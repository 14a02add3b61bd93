//! The services of the plan, a row each: what was asked, what came back.

use super::{Block, Cell, Column, Fit, Reading, Row, Table, Tone};
use crate::language::Language;
use crate::observe::Became;
use crate::report::words::{counted, number, travel};
use crate::report::{BarrierRow, Report, Said, ServiceRow};

/// The section of the report; none where the plan names nothing.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !report.services.is_empty() {
        let count = number(report.services.len() as u64, language);
        blocks.push(Block::Heading(
            language.pick(format!("Services of the plan ({count})"), format!("Services du plan ({count})")),
        ));
        let columns = vec![
            Column::new("Service", Fit::Wrap),
            Column::new("Verdict", Fit::Said),
            Column::new(language.pick("Kind", "Type"), Fit::Whole),
            Column::new(language.pick("Host", "Machine"), Fit::Wrap),
            Column::new(language.pick("Measured", "Mesuré"), Fit::Wrap),
        ];
        let rows = report.services.iter().map(|service| row(service, language)).collect();
        blocks.push(Block::Table(Table { columns, rows, reading: Reading::Long }.without_empty_columns()));
    }
    if !report.must_not_reach.is_empty() {
        blocks
            .push(Block::Heading(language.pick("Must not be reached from here", "Ne doit pas être joignable d'ici").to_owned()));
        let columns = vec![
            Column::new(language.pick("Name", "Nom"), Fit::Wrap),
            Column::new("Verdict", Fit::Said),
            Column::new(language.pick("From", "Depuis"), Fit::Wrap),
            Column::new(language.pick("Host", "Machine"), Fit::Wrap),
            Column::new(language.pick("Tried", "Essai"), Fit::Wrap),
            Column::new(language.pick("Came back", "En retour"), Fit::Wrap),
        ];
        let rows = report.must_not_reach.iter().map(|barrier| barrier_row(barrier, language)).collect();
        blocks.push(Block::Table(Table { columns, rows, reading: Reading::Short }.without_empty_columns()));
    }
    blocks
}

/// A verdict, and what the row stands out by.
fn verdict(said: Said, language: Language) -> (Option<Tone>, Cell) {
    let tone = match said {
        Said::Clear => Tone::Clear,
        Said::Found => Tone::Broken,
        Said::NotTested => Tone::NotTested,
    };
    (Some(tone), said.word(language).into())
}

fn at(host: &str, address: Option<std::net::IpAddr>, port: Option<u16>) -> Cell {
    let address = address.map(|ip| ip.to_string()).filter(|ip| ip != host);
    let host = match port {
        Some(port) if host.contains(':') => format!("[{host}]:{port}"),
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    Cell { texts: [Some(host), address].into_iter().flatten().collect(), key: None }
}

fn row(service: &ServiceRow, language: Language) -> Row {
    let (tone, verdict) = verdict(service.verdict, language);
    let measured = match (service.became, &service.measured) {
        (None, _) => String::new(),
        (Some(Became::Answered), Some(measured)) => measured.reading().say(language),
        (Some(Became::Answered), None) => {
            let took = service.took_us.map(|us| travel(us, language)).unwrap_or_default();
            language.pick(format!("answered in {took}"), format!("a répondu en {took}"))
        }
        (Some(became), _) => became.say(language).to_owned(),
    };
    let days = service.days_left.map(|days| certificate(days, language));
    let measured = Cell { texts: [Some(measured), days].into_iter().flatten().collect(), key: None };
    let cells = vec![
        service.name.as_str().into(),
        verdict,
        service.kind.word().into(),
        at(&service.host, service.address, service.port),
        measured,
    ];
    Row { tone, cells }
}

/// How long a certificate is good for yet, or since when it is not.
fn certificate(days_left: i64, language: Language) -> String {
    let days = u32::try_from(days_left.unsigned_abs()).unwrap_or(u32::MAX);
    if days_left < 0 {
        let since = counted(days, ("day", "jour"), ("days", "jours"), language);
        return language.pick(format!("certificate: expired {since} ago"), format!("certificat : expiré depuis {since}"));
    }
    let left = counted(days, ("day left", "jour restant"), ("days left", "jours restants"), language);
    language.pick(format!("certificate: {left}"), format!("certificat : {left}"))
}

fn barrier_row(barrier: &BarrierRow, language: Language) -> Row {
    let (tone, verdict) = verdict(barrier.verdict, language);
    let ports = barrier.ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
    let what = if ports.is_empty() { "ping".to_owned() } else { format!("TCP {ports}") };
    let came = barrier.tried.as_ref().map(|tried| tried.say(language)).unwrap_or_default();
    let cells = vec![
        barrier.name.as_str().into(),
        verdict,
        barrier.from.as_deref().unwrap_or_default().into(),
        at(&barrier.host, barrier.tried.as_ref().and_then(|tried| tried.address), None),
        what.into(),
        came.into(),
    ];
    Row { tone, cells }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_has_days_left_or_is_expired_since() {
        let said = |days| Language::ALL.map(|language| certificate(days, language));
        assert_eq!(said(42), ["certificate: 42 days left", "certificat : 42 jours restants"]);
        assert_eq!(said(1), ["certificate: 1 day left", "certificat : 1 jour restant"]);
        assert_eq!(said(-1), ["certificate: expired 1 day ago", "certificat : expiré depuis 1 jour"]);
        assert_eq!(said(-3), ["certificate: expired 3 days ago", "certificat : expiré depuis 3 jours"]);
    }
}
