//! Where a card is plugged in, and what the switch says of that port.

use super::{Block, Column, Fit, Reading, Row, Table, Tone};
use crate::check::cabling::speed;
use crate::language::Language;
use crate::observe::{Behind, Plug};
use crate::probe::Errand;
use crate::report::words::{counted, number};
use crate::report::{Report, SwitchRow, Whereabouts};

/// The section of the report; none where no switch was asked.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    if report.switches.is_empty() || report.visit.errand == Errand::Power {
        return Vec::new();
    }
    let mut blocks = vec![Block::Heading(heading(report, language).to_owned())];
    for card in &report.whereabouts {
        blocks.push(Block::Facts(place(card, language)));
        if card.way.len() > 1 {
            blocks.push(Block::Table(way(card, language)));
        }
    }
    blocks.push(Block::Facts(report.switches.iter().map(|row| switch(row, language)).collect()));
    blocks
}

fn heading(report: &Report, language: Language) -> &'static str {
    match report.visit.errand {
        Errand::Locate => language.pick("Where it is plugged in", "Où elle est branchée"),
        _ => language.pick("The switch's port", "Le port du commutateur"),
    }
}

/// The answer in a sentence.
pub(super) fn sentence(report: &Report, language: Language) -> String {
    let plugged = |card: &Whereabouts| {
        let plug = card.plug.as_ref()?;
        let (mac, port, switch) = (card.mac, &plug.port, plug.switch_called());
        let outlet = card.outlet.as_ref();
        let outlet =
            outlet.map(|label| language.pick(format!(", outlet {label}"), format!(", prise {label}"))).unwrap_or_default();
        Some(language.pick(
            format!("{mac} is plugged into port {port} of {switch}{outlet}."),
            format!("{mac} est branchée sur le port {port} de {switch}{outlet}."),
        ))
    };
    report.whereabouts.iter().filter_map(plugged).collect::<Vec<_>>().join(" ")
}

fn place(card: &Whereabouts, language: Language) -> Vec<(String, String)> {
    let mac = card.mac;
    let maker = match (&card.vendor, card.ours) {
        (_, true) => language.pick("the laptop's own", "celle du portable").to_owned(),
        (Some(vendor), false) => vendor.clone(),
        (None, false) => String::new(),
    };
    let called = if maker.is_empty() { mac.to_string() } else { format!("{mac} ({maker})") };
    let mut facts = vec![(language.pick("Card", "Carte"), called)];
    match &card.plug {
        None => facts.push((
            language.pick("Port", "Port"),
            language.pick("not learned by the switches asked", "inconnu des commutateurs interrogés").to_owned(),
        )),
        Some(plug) => facts.extend(port(plug, card, language)),
    }
    facts.into_iter().map(|(label, text)| (label.to_owned(), text)).collect()
}

fn port(plug: &Plug, card: &Whereabouts, language: Language) -> Vec<(&'static str, String)> {
    let switch = match &plug.switch_name {
        Some(name) => format!("{name} ({})", plug.switch),
        None => plug.switch.to_string(),
    };
    let mut facts = vec![(language.pick("Switch", "Commutateur"), switch), ("Port", plug.port.clone())];
    facts.extend(plug.alias.clone().map(|alias| (language.pick("Its label", "Son libellé"), alias)));
    facts.extend(card.outlet.clone().map(|label| {
        let panel = card.panel.as_ref();
        let panel = panel.map(|panel| language.pick(format!(", patch panel {panel}"), format!(", bandeau {panel}")));
        (language.pick("Outlet", "Prise"), format!("{label}{}", panel.unwrap_or_default()))
    }));
    facts.extend(plug.vlan.map(|vlan| ("VLAN", vlan.to_string())));
    facts.push((language.pick("State", "État"), state(plug, language)));
    if let Some(errors) = errors(plug, language) {
        facts.push((language.pick("Errors", "Erreurs"), errors));
    }
    facts.push((language.pick("On this port", "Sur ce port"), company(plug, language)));
    facts
}

fn state(plug: &Plug, language: Language) -> String {
    let up = match (plug.enabled, plug.up) {
        (Some(false), _) => Some(language.pick("shut down by the administrator", "fermé par l'administrateur")),
        (_, Some(true)) => Some(language.pick("up", "actif")),
        (_, Some(false)) => Some(language.pick("down", "inactif")),
        (_, None) => None,
    };
    let mbps = plug.speed_mbps.filter(|&mbps| mbps > 0 && plug.up != Some(false)).map(|mbps| speed(mbps, language));
    let duplex = plug.full_duplex.map(|full| match full {
        true => language.pick("full duplex", "full-duplex"),
        false => language.pick("half duplex", "half-duplex"),
    });
    let told: Vec<String> = [up.map(str::to_owned), mbps, duplex.map(str::to_owned)].into_iter().flatten().collect();
    if told.is_empty() { language.pick("not told", "non indiqué").to_owned() } else { told.join(", ") }
}

/// What went wrong on the port since the switch started.
fn errors(plug: &Plug, language: Language) -> Option<String> {
    let (received, sent) = (plug.in_errors?, plug.out_errors);
    let received = number(received, language);
    let sent = sent.map(|sent| number(sent, language));
    Some(match sent {
        Some(sent) => language.pick(
            format!("{received} received, {sent} sent, since the switch started"),
            format!("{received} en réception, {sent} en émission, depuis le démarrage du commutateur"),
        ),
        None => language.pick(
            format!("{received} received, since the switch started"),
            format!("{received} en réception, depuis le démarrage du commutateur"),
        ),
    })
}

fn company(plug: &Plug, language: Language) -> String {
    let others = plug.cards.saturating_sub(1);
    match (&plug.behind, others) {
        (Behind::Telephone { name }, _) if name.is_empty() => {
            language.pick("a telephone, and what is plugged into it", "un téléphone, et ce qui y est branché").to_owned()
        }
        (Behind::Telephone { name }, _) => language.pick(
            format!("the telephone {name}, and what is plugged into it"),
            format!("le téléphone {name}, et ce qui y est branché"),
        ),
        (_, 0) => language.pick("this card alone", "cette carte seule").to_owned(),
        (_, others) => {
            let cards = counted(others, ("other card", "autre carte"), ("other cards", "autres cartes"), language);
            language.pick(
                format!("{cards}: a switch without management, an access point or virtual machines are behind it"),
                format!("{cards} : un commutateur non administrable, une borne Wi-Fi ou des machines virtuelles sont derrière"),
            )
        }
    }
}

/// The way from switch to switch.
fn way(card: &Whereabouts, language: Language) -> Table {
    let columns = vec![
        Column::new(language.pick("Switch", "Commutateur"), Fit::Wrap),
        Column::new("Port", Fit::Whole),
        Column::new(language.pick("Leads to", "Mène à"), Fit::Wrap),
        Column::right(language.pick("Cards", "Cartes"), Fit::Whole),
    ];
    let row = |plug: &Plug| Row {
        tone: (Some(plug) == card.plug.as_ref()).then_some(Tone::Clear),
        cells: vec![
            plug.switch_called().into(),
            plug.port.as_str().into(),
            leads_to(&plug.behind, language).into(),
            number(plug.cards, language).into(),
        ],
    };
    Table { columns, rows: card.way.iter().map(row).collect(), reading: Reading::Short }
}

fn leads_to(behind: &Behind, language: Language) -> String {
    match behind {
        Behind::Card => language.pick("the card", "la carte").to_owned(),
        Behind::Switch { name, port: Some(port), .. } => format!("{name}, {port}"),
        Behind::Switch { name, port: None, .. } => name.clone(),
        Behind::Telephone { name } => language.pick(format!("the telephone {name}"), format!("le téléphone {name}")),
        Behind::Several => language.pick("several cards", "plusieurs cartes").to_owned(),
    }
}

/// A switch that was asked, and what it did not tell.
fn switch(row: &SwitchRow, language: Language) -> (String, String) {
    let label = language.pick(format!("Switch {}", row.address), format!("Commutateur {}", row.address));
    let mut said: Vec<String> = row.name.iter().chain(&row.description).cloned().collect();
    said.extend(row.unanswered.as_ref().map(|why| why.say(language)));
    said.extend(row.cut.iter().map(|cut| cut.say(language)));
    if let Some(first) = row.refused.first() {
        let values = counted(row.refusals, ("value", "valeur"), ("values", "valeurs"), language);
        let (object, oid) = (&first.object, &first.oid);
        said.push(language.pick(
            format!("{values} not as the MIB says, first {object} ({oid})"),
            format!("{values} non conformes à la MIB, d'abord {object} ({oid})"),
        ));
    }
    if said.is_empty() {
        said.push(language.pick("not asked to the end", "pas interrogé jusqu'au bout").to_owned());
    }
    (label, said.join(" – "))
}
