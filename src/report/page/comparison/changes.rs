//! Who came, went or moved, and what became of DHCP servers.

use std::net::IpAddr;

use crate::language::Language;
use crate::report::columns::cut;
use crate::report::comparison::{Change, Comparison, Device, ServerChange, ServerRow};
use crate::report::page::{Block, Column, Fit, Reading, Row, Table, Tone};
use crate::report::words::{counted, duration};
use crate::wire::dhcp::Settings;

/// Addresses, or names, of one cell; the record holds all.
const SHOWN: usize = 4;
/// Columns of terminal that one of them takes: a hostile name may be endless.
const LONGEST: usize = 40;

/// The devices that are not where they were, and one line for those that nobody looked for.
pub(super) fn hosts(compared: &Comparison, language: Language) -> Vec<Block> {
    if compared.before.hosts == 0 && compared.after.hosts == 0 {
        return Vec::new();
    }
    let unasked = |change: &&Change| matches!(change, Change::NotAskedBefore { .. } | Change::NotAskedAgain { .. });
    let (unasked, changes): (Vec<&Change>, Vec<&Change>) = compared.hosts.iter().partition(unasked);
    let again = unasked.iter().filter(|change| matches!(change, Change::NotAskedAgain { .. })).count() as u32;
    let before = unasked.len() as u32 - again;
    let mut blocks = vec![Block::Heading(language.pick("Devices that changed", "Appareils qui ont changé").to_owned())];
    if changes.is_empty() {
        let none = language.pick("No device came, went or moved.", "Aucun appareil n'est apparu, parti ou déplacé.");
        blocks.push(Block::Text(none.to_owned()));
    } else {
        let columns = vec![
            Column::new(language.pick("Device", "Appareil"), Fit::Wrap),
            Column::new("MAC", Fit::Whole),
            Column::new(language.pick("Change", "Changement"), Fit::Said),
            Column::new(language.pick("Before", "Avant"), Fit::Wrap),
            Column::new(language.pick("After", "Après"), Fit::Wrap),
        ];
        let rows = changes.into_iter().map(|change| row(change, language)).collect();
        blocks.push(Block::Table(Table { columns, rows, reading: Reading::Short }));
    }
    let devices = |count| counted(count, ("device", "appareil"), ("devices", "appareils"), language);
    if again > 0 {
        let count = devices(again);
        blocks.push(Block::Text(language.pick(
            format!("Not looked for again: {count} of the first visit, at addresses that the second one did not ask."),
            format!("Non recherchés de nouveau : {count} de la première intervention, à des adresses que la seconde n'a pas interrogées."),
        )));
    }
    if before > 0 {
        let count = devices(before);
        blocks.push(Block::Text(language.pick(
            format!("Not looked for before: {count} of the second visit, at addresses that the first one did not ask."),
            format!("Non recherchés auparavant : {count} de la seconde intervention, à des adresses que la première n'avait pas interrogées."),
        )));
    }
    blocks
}

fn row(change: &Change, language: Language) -> Row {
    let (word, from, to, devices): (_, _, _, Vec<&Device>) = match change {
        Change::Moved { device, from, to } => {
            (language.pick("other address", "autre adresse"), listed(from), listed(to), vec![device])
        }
        Change::OwnerChanged { ip, from, to } => {
            let who = |devices: &[Device]| {
                shown(devices.iter().map(|device| device.names.first().cloned().unwrap_or(device.mac.to_string())).collect())
            };
            let address = |who: String| language.pick(format!("{ip}: {who}"), format!("{ip} : {who}"));
            let word = language.pick("other owner", "autre détenteur");
            (word, address(who(from)), address(who(to)), to.iter().collect())
        }
        Change::Appeared { device, ips } => (language.pick("appeared", "apparu"), String::new(), listed(ips), vec![device]),
        Change::Vanished { device, ips } => {
            (language.pick("not seen any more", "plus vu"), listed(ips), String::new(), vec![device])
        }
        Change::NotAskedBefore { device, ips } => {
            (language.pick("not asked before", "non interrogé auparavant"), String::new(), listed(ips), vec![device])
        }
        Change::NotAskedAgain { device, ips } => {
            (language.pick("not asked again", "non réinterrogé"), listed(ips), String::new(), vec![device])
        }
        Change::Renamed { device, from, to } => {
            (language.pick("other name", "autre nom"), shown(from.clone()), shown(to.clone()), vec![device])
        }
        Change::KindChanged { device, from, to } => {
            (language.pick("other kind", "autre type"), from.say(language), to.say(language), vec![device])
        }
    };
    let about: Vec<String> = devices.iter().map(|device| called(device, language)).collect();
    let macs: Vec<String> = devices.iter().map(|device| device.mac.to_string()).collect();
    Row { tone: Some(Tone::Note), cells: vec![shown(about).into(), shown(macs).into(), word.into(), dash(from), dash(to)] }
}

/// A device without its MAC, which has a column of its own: its name, else its maker, and its kind.
pub(super) fn called(device: &Device, language: Language) -> String {
    let kind = device.kind.as_ref().map(|kind| kind.kind.word(language));
    match (device.names.first().or(device.vendor.as_ref()), kind) {
        (Some(name), Some(kind)) => format!("{}, {kind}", cut(name, LONGEST)),
        (Some(name), None) => cut(name, LONGEST),
        (None, Some(kind)) => kind.to_owned(),
        (None, None) if device.mac.is_local() => {
            language.pick("device with a random or virtual MAC", "appareil à MAC aléatoire ou virtuelle").to_owned()
        }
        (None, None) => language.pick("device of an unknown maker", "appareil de fabricant inconnu").to_owned(),
    }
}

pub(super) fn listed(ips: &[IpAddr]) -> String {
    shown(ips.iter().map(ToString::to_string).collect())
}

fn shown(texts: Vec<String>) -> String {
    let more = texts.len().saturating_sub(SHOWN);
    let mut texts: Vec<String> = texts.iter().take(SHOWN).map(|text| cut(text, LONGEST)).collect();
    if more > 0 {
        texts.push(format!("… +{more}"));
    }
    texts.join(", ")
}

fn dash(text: String) -> crate::report::page::Cell {
    if text.is_empty() { "–".into() } else { text.into() }
}

/// The DHCP servers that came, went, or give other settings.
pub(super) fn servers(compared: &Comparison, language: Language) -> Vec<Block> {
    if compared.dhcp_servers.is_empty() {
        return Vec::new();
    }
    let columns = vec![
        Column::new(language.pick("Server", "Serveur"), Fit::Whole),
        Column::new("MAC", Fit::Whole),
        Column::new(language.pick("Change", "Changement"), Fit::Said),
        Column::new(language.pick("Before", "Avant"), Fit::Wrap),
        Column::new(language.pick("After", "Après"), Fit::Wrap),
    ];
    let rows = compared.dhcp_servers.iter().map(|row| server(row, language)).collect();
    let heading = language.pick("DHCP servers that changed", "Serveurs DHCP qui ont changé");
    vec![Block::Heading(heading.to_owned()), Block::Table(Table { columns, rows, reading: Reading::Short })]
}

fn server(row: &ServerRow, language: Language) -> Row {
    let word = match row.is {
        ServerChange::Appeared => language.pick("appeared", "apparu"),
        ServerChange::Vanished => language.pick("no longer answers", "ne répond plus"),
        ServerChange::GivesOther => language.pick("gives other settings", "donne d'autres réglages"),
        ServerChange::NotAskedBefore => language.pick("not asked before", "non interrogé auparavant"),
        ServerChange::NotAskedAgain => language.pick("not asked again", "non réinterrogé"),
    };
    let (mut before, mut after) = (row.before.as_ref().map(gives(language)), row.after.as_ref().map(gives(language)));
    if let (Some(old), Some(new)) = (&mut before, &mut after) {
        let same: Vec<String> = old.iter().filter(|text| new.contains(text)).cloned().collect();
        [old, new].into_iter().for_each(|side| side.retain(|text| !same.contains(text)));
    }
    let side = |texts: Option<Vec<String>>| dash(texts.unwrap_or_default().join(", "));
    let macs = shown(row.macs.iter().map(ToString::to_string).collect());
    Row {
        tone: Some(Tone::Note),
        cells: vec![row.server.to_string().into(), macs.into(), word.into(), side(before), side(after)],
    }
}

/// What a server gives, in a few words for each setting.
fn gives(language: Language) -> impl Fn(&Settings) -> Vec<String> {
    move |set| {
        let some = |label: &str, values: Vec<String>| (!values.is_empty()).then(|| format!("{label} {}", values.join(", ")));
        let text = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        let lease = set.lease_s.map(|seconds| match seconds {
            u32::MAX => language.pick("for ever", "illimité").to_owned(),
            seconds => duration(u64::from(seconds) * 1000, language),
        });
        let addresses = |of: &[std::net::Ipv4Addr]| of.iter().map(ToString::to_string).collect::<Vec<_>>();
        [
            some(language.pick("mask", "masque"), addresses(set.mask.as_slice())),
            some(language.pick("router", "passerelle"), addresses(&set.routers)),
            some("DNS", addresses(&set.dns)),
            some(language.pick("domain", "domaine"), text(&set.domain)),
            some(language.pick("lease", "bail"), lease.into_iter().collect()),
            some("NTP", addresses(&set.ntp)),
            some("66", text(&set.tftp)),
            some("67", text(&set.boot_file)),
            some("150", addresses(&set.tftp_addresses)),
            some("252", text(&set.proxy)),
            some("43", text(&set.vendor)),
            some("60", text(&set.class)),
            some("siaddr", addresses(set.next_server.as_slice())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
