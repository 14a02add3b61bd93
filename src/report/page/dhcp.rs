//! Who serves addresses and what each would give, side by side.

use super::{Block, Cell, Column, Fit, Reading, Row, Table, hosts};
use crate::check::served::Served;
use crate::language::Language;
use crate::observe::Asked;
use crate::probe::Errand;
use crate::report::words::{counted, duration, number};
use crate::report::{DhcpRow, Report};
use crate::wire::dhcp::Settings;

/// Servers that fit beside each other on paper and in a terminal; more take another table.
const BESIDE: usize = 3;

/// The section of the report; none where DHCP was neither asked about nor heard.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let asked = report.visit.errand == Errand::Dhcp || report.coverage.dhcp.discovers > 0;
    if report.dhcp_servers.is_empty() && !asked {
        return Vec::new();
    }
    let count = number(report.dhcp_servers.len() as u64, language);
    let mut blocks = vec![Block::Heading(language.pick(format!("DHCP servers ({count})"), format!("Serveurs DHCP ({count})")))];
    if report.dhcp_servers.is_empty() {
        blocks.push(Block::Text(language.pick("No DHCP server answered.", "Aucun serveur DHCP n'a répondu.").to_owned()));
    }
    blocks.extend(report.dhcp_servers.chunks(BESIDE).map(|rows| Block::Table(table(rows, language))));
    blocks.extend((report.coverage.dhcp.wishes > 0).then(|| Block::Text(traces(report, language))));
    blocks
}

/// What asking for addresses leaves behind, and where.
fn traces(report: &Report, language: Language) -> String {
    let silent = |row: &&DhcpRow| row.wishes.silent > 0;
    let servers: Vec<String> = report.dhcp_servers.iter().filter(silent).map(|row| row.server.id().to_string()).collect();
    let first = language.pick(
        "Only addresses that were silent to ARP were wished for, and nothing was leased. dnsmasq and Kea keep no trace; ISC dhcpd keeps \
         what it offers aside for two minutes.",
        "Seules des adresses muettes à ARP ont été souhaitées, et rien n'a été loué. dnsmasq et Kea n'en gardent pas trace ; ISC dhcpd \
         met de côté pendant deux minutes ce qu'il propose.",
    );
    if servers.is_empty() {
        return first.to_owned();
    }
    let list = servers.join(", ");
    let second = language.pick(
        format!(
            "Not every wish was answered by {list}: a server of ISC's that found an address in use by ping marks it as abandoned for a day."
        ),
        format!(
            "Certains souhaits sont restés sans réponse de {list} : un serveur d'ISC qui trouve une adresse occupée par ping la marque abandonnée pour un jour."
        ),
    );
    format!("{first} {second}")
}

/// The servers of a finding, for its card.
pub(super) fn tables(servers: &[Served], language: Language) -> impl Iterator<Item = Block> {
    let is_planned = servers.iter().any(|server| server.planned.is_some());
    servers.chunks(BESIDE).map(move |servers| {
        let columns = columns(servers.iter().map(|server| server.server.to_string()));
        let mut rows = Vec::new();
        let mut row =
            |english, french, cell: &dyn Fn(&Served) -> Cell| rows.extend(line(english, french, servers, cell, language));
        row("In the plan", "Au plan", &|server| match &server.planned {
            Some(name) => name.as_str().into(),
            None if !is_planned => Cell::default(),
            None => language.pick("no", "non").into(),
        });
        row("Card", "Carte", &|server| server.mac.to_string().into());
        row("Vendor", "Fabricant", &|server| hosts::vendor(server.vendor.as_deref(), server.mac.is_local(), language).into());
        row("By the relay", "Par le relais", &|server| texts(&server.relays));
        row("Offered address", "Adresse proposée", &|server| texts(server.offered.as_slice()));
        rows.extend(settings(servers, |server| &server.settings, language));
        Block::Table(Table { columns, rows, reading: Reading::Beside })
    })
}

fn table(servers: &[DhcpRow], language: Language) -> Table {
    let columns = columns(servers.iter().map(|row| row.server.id().to_string()));
    let mut rows = Vec::new();
    let mut row = |english, french, cell: &dyn Fn(&DhcpRow) -> Cell| rows.extend(line(english, french, servers, cell, language));
    row("In the plan", "Au plan", &|row| match row.planned {
        Some(true) => language.pick("yes", "oui").into(),
        Some(false) => language.pick("no", "non").into(),
        None => Cell::default(),
    });
    row("Gives addresses", "Donne des adresses", &|row| match row.server.boot_only {
        true => language.pick("no, network boot only", "non, démarrage réseau seulement").into(),
        false => language.pick("yes", "oui").into(),
    });
    row("Identifier", "Identifiant", &|row| match row.server.server {
        Some(id) => id.to_string().into(),
        None => language.pick("none", "aucun").into(),
    });
    row("Card", "Carte", &|row| texts(&Vec::from_iter(&row.server.macs)));
    row("Vendor", "Fabricant", &|row| {
        let local = row.server.macs.first().is_some_and(|mac| mac.is_local());
        hosts::vendor(row.vendor.as_deref(), local, language).into()
    });
    row("Answered from", "A répondu depuis", &|row| texts(&Vec::from_iter(&row.server.sources)));
    row("By the relay", "Par le relais", &|row| texts(&Vec::from_iter(&row.server.relays)));
    row("Answered", "A répondu à", &|row| {
        let answered = row.server.answered.iter().map(|asked| match asked {
            Asked::Discover => "DISCOVER",
            Asked::Inform => "INFORM",
            Asked::NetBoot => "DISCOVER (PXE)",
            Asked::Pool => language.pick("DISCOVER (address)", "DISCOVER (adresse)"),
            Asked::Overheard => language.pick("others", "des tiers"),
        });
        texts(&answered.collect::<Vec<_>>())
    });
    row("First answer", "Première réponse", &|row| crate::report::words::since_start(row.server.first, language).into());
    row("Offered address", "Adresse proposée", &|row| texts(row.server.offered.as_slice()));
    row("Range found", "Plage trouvée", &|row| found(row, language));
    row("Leases asked about", "Baux demandés", &|row| queried(row, language));
    rows.extend(settings(servers, |row| &row.server.settings, language));
    Table { columns, rows, reading: Reading::Beside }
}

/// From where to where a server was shown to lease, and by how many questions.
fn found(row: &DhcpRow, language: Language) -> Cell {
    if row.wishes.asked == 0 {
        return Cell::default();
    }
    let mut texts: Vec<String> = (row.ranges_found.iter())
        .map(|range| {
            language
                .pick(format!("at least {} to {}", range.first, range.last), format!("au moins {} à {}", range.first, range.last))
        })
        .collect();
    if texts.is_empty() {
        texts.push(language.pick("none: it offers only what it likes", "aucune : il ne propose que ce qu'il veut").to_owned());
    }
    texts.push(counted(row.wishes.asked, ("question", "question"), ("questions", "questions"), language));
    if row.wishes.silent > 0 {
        let silent = row.wishes.silent;
        texts.push(language.pick(format!("{silent} of them not answered"), format!("dont {silent} sans réponse")));
    }
    Cell { texts, key: None }
}

/// What a server said of leases.
fn queried(row: &DhcpRow, language: Language) -> Cell {
    let asked = row.queries;
    match asked.asked - asked.silent.min(asked.asked) {
        _ if asked.asked == 0 => Cell::default(),
        0 => language.pick("not tested: it did not answer", "non testé : il n'a pas répondu").into(),
        answers => counted(answers, ("answer", "réponse"), ("answers", "réponses"), language).into(),
    }
}

fn settings<T>(servers: &[T], of: impl Fn(&T) -> &Settings, language: Language) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut row = |english, french, cell: &dyn Fn(&Settings) -> Cell| {
        rows.extend(line(english, french, servers, &|server| cell(of(server)), language));
    };
    row("Mask", "Masque", &|set| texts(set.mask.as_slice()));
    row("Router", "Passerelle", &|set| texts(&set.routers));
    row("DNS", "DNS", &|set| texts(&set.dns));
    row("Domain", "Domaine", &|set| texts(set.domain.as_slice()));
    row("Search list (119)", "Domaines de recherche (119)", &|set| texts(&set.search));
    row("Routes (121)", "Routes (121)", &|set| texts(&set.route_list));
    row("Lease time", "Durée du bail", &|set| match set.lease_s {
        Some(u32::MAX) => language.pick("for ever", "illimitée").into(),
        Some(seconds) => duration(u64::from(seconds) * 1000, language).into(),
        None => Cell::default(),
    });
    row("NTP", "NTP", &|set| texts(&set.ntp));
    row("Boot from (siaddr)", "Démarrage depuis (siaddr)", &|set| texts(set.next_server.as_slice()));
    row("Vendor's own (43)", "Propre au fabricant (43)", &|set| texts(set.vendor.as_slice()));
    row("Class (60)", "Classe (60)", &|set| texts(set.class.as_slice()));
    row("Provisioning server (66)", "Serveur de configuration (66)", &|set| texts(set.tftp.as_slice()));
    row("Boot file (67)", "Fichier de démarrage (67)", &|set| texts(set.boot_file.as_slice()));
    row("Telephones' TFTP (150)", "TFTP des téléphones (150)", &|set| texts(&set.tftp_addresses));
    row("Proxy (252)", "Proxy (252)", &|set| texts(set.proxy.as_slice()));
    rows
}

fn columns(names: impl Iterator<Item = String>) -> Vec<Column> {
    std::iter::once(Column::new("", Fit::Wrap)).chain(names.map(|name| Column::new(&name, Fit::Wrap))).collect()
}

/// A row, unless no server tells anything in it.
fn line<T>(english: &str, french: &str, servers: &[T], cell: &dyn Fn(&T) -> Cell, language: Language) -> Option<Row> {
    let mut cells: Vec<Cell> = servers.iter().map(cell).collect();
    if cells.iter().all(|cell| cell.texts.is_empty()) {
        return None;
    }
    cells.iter_mut().filter(|cell| cell.texts.is_empty()).for_each(|cell| *cell = "–".into());
    Some(Row { tone: None, cells: std::iter::once(language.pick(english, french).into()).chain(cells).collect() })
}

fn texts<T: ToString>(of: &[T]) -> Cell {
    Cell { texts: of.iter().map(T::to_string).collect(), key: None }
}
