//! What the other end of the cable says of itself: which switch, which port, which VLAN, how much power.

use super::Block;
use crate::check::cabling::speed;
use crate::language::Language;
use crate::observe::{Advertised, Policy, PowerTold, Role};
use crate::poe::{Class, End};
use crate::probe::Errand;
use crate::report::words::since_start;
use crate::report::{NeighbourRow, Report};

/// The section of the report; none where nobody spoke and nobody was waited for.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let heading = language.pick("At the other end of the cable", "À l'autre bout du câble");
    let mut blocks = Vec::new();
    if report.neighbours.is_empty() {
        let linked = report.link.is_some_and(|link| link.carrier);
        let listened = report.neighbours_listened_ms.filter(|_| linked && report.visit.errand == Errand::Link);
        let Some(ms) = listened else { return Vec::new() };
        let seconds = ms / 1000;
        blocks.push(Block::Heading(heading.to_owned()));
        blocks.push(Block::Text(language.pick(
            format!(
                "Nobody said what it is in {seconds} s (LLDP comes every 30 s, CDP every 60 s). An unmanaged switch says nothing, and a \
                 managed one may be told not to: switch, port, VLAN and PoE are NOT MEASURABLE from here."
            ),
            format!(
                "Personne n'a dit qui il est en {seconds} s (LLDP vient toutes les 30 s, CDP toutes les 60 s). Un commutateur non \
                 administrable ne dit rien, un autre peut être réglé pour se taire : commutateur, port, VLAN et PoE sont NON MESURABLES \
                 d'ici."
            ),
        )));
        return blocks;
    }
    if report.neighbours_flooded {
        let warning = language.pick(
            "More neighbours spoke than any cable leads to: a device forges them, or something hands on what many say. Not all of them are shown.",
            "Plus de voisins se sont annoncés qu'un câble n'en atteint : un appareil les forge, ou quelque chose relaie les annonces de \
             beaucoup d'autres. Tous ne sont pas montrés.",
        );
        blocks.push(Block::Warning(warning.to_owned()));
    }
    for row in &report.neighbours {
        let by = row.told.protocol;
        blocks.push(Block::Heading(language.pick(format!("{heading}, by {by}"), format!("{heading}, par {by}"))));
        blocks.push(Block::Facts(facts(row, language)));
    }
    if report.neighbours.iter().any(|row| row.told.power.is_some()) {
        let warning = language.pick(
            "Whether an injector on the way feeds without asking (passive PoE, 24 or 48 V always on) cannot be seen by a network card: \
             read its label before anything is plugged into it.",
            "Une carte réseau ne voit pas si un injecteur intercalé alimente sans demander (PoE passif, 24 ou 48 V en permanence) : lisez \
             son étiquette avant d'y brancher quoi que ce soit.",
        );
        blocks.push(Block::Text(warning.to_owned()));
    }
    blocks
}

fn facts(row: &NeighbourRow, language: Language) -> Vec<(String, String)> {
    let told = &row.told;
    let mut facts: Vec<(&str, String)> = Vec::new();
    let at = since_start(row.at, language);
    let gone = match row.gone {
        true => language.pick(", and took it back: its port went down", ", puis s'est retiré : son port est tombé"),
        false => "",
    };
    facts.push((language.pick("Heard at", "Entendu à"), format!("{at}{gone}")));
    let roles: Vec<&str> = told.roles.iter().map(|&role| role_word(role, language)).collect();
    let called = told.called().to_owned();
    let known_by = (called != told.chassis && !told.chassis.is_empty()).then(|| format!(" ({})", told.chassis));
    let roles = if roles.is_empty() { String::new() } else { format!(" – {}", roles.join(", ")) };
    facts.push((language.pick("Switch", "Commutateur"), format!("{called}{}{roles}", known_by.unwrap_or_default())));
    let described = told.port_description.as_deref().filter(|text| !text.is_empty() && *text != told.port);
    facts.push(("Port", described.map_or(told.port.clone(), |text| format!("{} – {text}", told.port))));
    if let Some(description) = told.description.as_deref().filter(|text| !text.is_empty()) {
        facts.push((language.pick("Description", "Description"), description.to_owned()));
    }
    if !told.addresses.is_empty() {
        let addresses: Vec<String> = told.addresses.iter().map(ToString::to_string).collect();
        facts.push((language.pick("Managed at", "Administré à"), addresses.join(", ")));
    }
    let vlan = told.vlan.map_or_else(
        || language.pick("not told", "non indiqué").to_owned(),
        |vlan| language.pick(format!("{vlan} (frames without a tag)"), format!("{vlan} (trames sans étiquette)")),
    );
    facts.push(("VLAN", vlan));
    facts.extend(told.policies.iter().map(|policy| (application(policy.application, language), policy_said(policy, language))));
    let mbps = told.speed_mbps.map(|mbps| speed(mbps, language));
    let duplex = told.full_duplex.map(|full| match full {
        true => language.pick("full duplex", "full-duplex").to_owned(),
        false => language.pick("half duplex", "half-duplex").to_owned(),
    });
    let frame = told.max_frame.filter(|&bytes| bytes > 0);
    let frame =
        frame.map(|bytes| language.pick(format!("frames of at most {bytes} bytes"), format!("trames de {bytes} octets au plus")));
    let runs: Vec<String> = [mbps, duplex, frame].into_iter().flatten().collect();
    if !runs.is_empty() {
        facts.push((language.pick("Its end runs", "Réglage de son bout"), runs.join(", ")));
    }
    facts.push((
        "PoE",
        told.power.map_or_else(|| language.pick("not told", "non indiqué").to_owned(), |power| power_said(&power, language)),
    ));
    if !told.faults.is_empty() {
        facts.push((language.pick("Malformed", "Malformé"), told.faults.join(", ")));
    }
    facts.into_iter().map(|(label, text)| (label.to_owned(), text)).collect()
}

fn role_word(role: Role, language: Language) -> &'static str {
    match role {
        Role::Bridge => language.pick("switch", "commutateur"),
        Role::Router => language.pick("router", "routeur"),
        Role::Telephone => language.pick("telephone", "téléphone"),
        Role::AccessPoint => language.pick("access point", "point d'accès"),
        Role::Station => language.pick("end station", "poste"),
    }
}

/// An application by its number (ANSI/TIA-1057, table 12).
fn application(number: u8, language: Language) -> &'static str {
    match number {
        1 => language.pick("Voice", "Voix"),
        2 => language.pick("Voice signalling", "Signalisation voix"),
        3 => language.pick("Guest voice", "Voix des visiteurs"),
        4 => language.pick("Guest signalling", "Signalisation des visiteurs"),
        5 => language.pick("Softphone", "Téléphone logiciel"),
        6 => language.pick("Conference", "Visioconférence"),
        7 => language.pick("Video", "Vidéo"),
        8 => language.pick("Video signalling", "Signalisation vidéo"),
        _ => language.pick("Other application", "Autre application"),
    }
}

fn policy_said(policy: &Policy, language: Language) -> String {
    let vlan = match (policy.vlan, policy.tagged) {
        (Some(vlan), true) => language.pick(format!("VLAN {vlan}, tagged"), format!("VLAN {vlan}, étiqueté")),
        _ => language.pick("untagged", "sans étiquette").to_owned(),
    };
    let priority = policy.priority.map(|priority| language.pick(format!("priority {priority}"), format!("priorité {priority}")));
    let dscp = policy.dscp.map(|dscp| format!("DSCP {dscp}"));
    [Some(vlan), priority, dscp].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Type, class and watts; watts of a class stand where no others are told.
pub(super) fn power_said(power: &PowerTold, language: Language) -> String {
    if power.feeds && power.enabled == Some(false) {
        return language.pick("the port can feed, and is switched off", "le port peut alimenter, et est désactivé").to_owned();
    }
    let does = match power.feeds {
        true => language.pick("the port feeds", "le port alimente"),
        false => language.pick("it is fed by the cable", "alimenté par le câble"),
    };
    let standard = power.power_type.map(|number| {
        let name = match number {
            1 => "802.3af",
            2 => "802.3at",
            _ => "802.3bt",
        };
        format!("{name} (type {number})")
    });
    let class = power.class.map(|class| {
        let watts = Class::new(class).map(|class| (class.watts(End::Pse).say(language), class.watts(End::Pd).say(language)));
        let watts = watts.map(|(pse, pd)| {
            language.pick(format!(": {pse} at the port, {pd} at the device"), format!(" : {pse} au port, {pd} à l'appareil"))
        });
        format!("{} {class}{}", language.pick("class", "classe"), watts.unwrap_or_default())
    });
    let figure = |watts: Option<crate::net::Watts>, english: &str, french: &str| {
        watts
            .filter(|watts| watts.milliwatts() > 0)
            .map(|watts| format!("{} {}", language.pick(english, french), watts.say(language)))
    };
    let parts = [
        Some(does.to_owned()),
        standard,
        class,
        figure(power.requested, "asked for", "demandé"),
        figure(power.allocated, "granted", "accordé"),
        figure(power.available, "at most", "au plus"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What a message says, in one line of evidence.
pub(super) fn said(told: &Advertised, language: Language) -> String {
    let (protocol, switch, port) = (told.protocol, told.called(), &told.port);
    if told.ttl_s == 0 {
        return language.pick(
            format!("{switch}, port {port}, takes back what it said ({protocol})"),
            format!("{switch}, port {port}, retire son annonce ({protocol})"),
        );
    }
    let vlan = told.vlan.map(|vlan| format!(", VLAN {vlan}")).unwrap_or_default();
    let voice = told.voice_vlan().map(|vlan| language.pick(format!(", voice VLAN {vlan}"), format!(", VLAN voix {vlan}")));
    let power = told.power.map(|power| format!(", PoE{}{}", language.pick(": ", " : "), power_said(&power, language)));
    language.pick(
        format!(
            "{switch} says by {protocol}: port {port}{vlan}{}{}",
            voice.clone().unwrap_or_default(),
            power.clone().unwrap_or_default()
        ),
        format!("{switch} dit par {protocol} : port {port}{vlan}{}{}", voice.unwrap_or_default(), power.unwrap_or_default()),
    )
}
