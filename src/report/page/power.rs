//! The power over Ethernet of a switch: its ports one by one, its budget, and whether more devices fit.

use super::{Block, Cell, Column, Fit, Reading, Row, Table, Tone, plot};
use crate::check::Problem;
use crate::check::powering::PoePort;
use crate::finding::Severity;
use crate::language::Language;
use crate::mib::power_ethernet::{Detection, SupplyState};
use crate::mib::pse::{FeedingPort, Trouble};
use crate::net::Watts;
use crate::poe::budget::{Budget, class_of};
use crate::poe::fit::{Answer, Fit as Fitting};
use crate::probe::Errand;
use crate::report::Report;
use crate::report::power::{PortRow, SwitchPower};
use crate::report::words::counted;

/// The sections of the report; none where no switch was asked for its power.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    if report.visit.errand == Errand::Link {
        return own_port(report, language);
    }
    let mut blocks: Vec<Block> = report.power.iter().flat_map(|switch| of_switch(switch, report, language)).collect();
    if !blocks.is_empty() {
        let passive = language.pick(
            "Passive PoE (24 or 48 V always on) is seen by no switch and no network card: read the label of an injector before you \
             plug anything into it.",
            "Le PoE passif (24 ou 48 V en permanence) n'est vu d'aucun commutateur ni d'aucune carte réseau : lisez l'étiquette d'un \
             injecteur avant d'y brancher quoi que ce soit.",
        );
        blocks.push(Block::Text(passive.to_owned()));
    }
    blocks
}

/// What our own port gives: of a look at our link, the other ports are none of its business.
fn own_port(report: &Report, language: Language) -> Vec<Block> {
    let plugs = report.whereabouts.iter().filter(|card| card.ours).filter_map(|card| card.plug.as_ref());
    let told = plugs.filter_map(|plug| {
        let switch = report.power.iter().find(|switch| switch.switch == plug.switch && !switch.ports.is_empty())?;
        let row = switch.ports.iter().find(|row| row.port.name.as_ref() == Some(&plug.port));
        let said = match row {
            Some(row) => {
                let port = &row.port;
                let power = |power: Option<Watts>, english: &str, french: &str| {
                    power.map(|power| format!("{} {}", power.say(language), language.pick(english, french)))
                };
                let class = class_of(port).map(|class| {
                    let class = class.number();
                    language.pick(format!("class {class}"), format!("classe {class}"))
                });
                let parts = [
                    Some(state(port, language)),
                    class,
                    power(port.measured, "measured", "mesurés"),
                    power(port.allocated, "set aside", "réservés"),
                    power(port.limit, "at most", "au plus"),
                    Some(counters(row, language)).filter(|counted| !counted.is_empty()),
                ];
                parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
            None if switch.ports.iter().any(|row| row.port.interface.is_none()) => {
                language.pick("mapping uncertain", "correspondance incertaine").to_owned()
            }
            None => language.pick("this port gives no power", "ce port n'alimente pas").to_owned(),
        };
        Some((language.pick("PoE of this port", "PoE de ce port").to_owned(), said))
    });
    let facts: Vec<(String, String)> = told.collect();
    if facts.is_empty() { Vec::new() } else { vec![Block::Facts(facts)] }
}

fn of_switch(switch: &SwitchPower, report: &Report, language: Language) -> Vec<Block> {
    let at = switch.switch;
    let heading = language.pick(format!("PoE of the switch {at}"), format!("PoE du commutateur {at}"));
    let mut blocks = vec![Block::Heading(heading)];
    if let Some(why) = &switch.unanswered {
        let why = why.say(language);
        blocks.push(Block::Text(language.pick(format!("It told nothing: {why}."), format!("Il n'a rien dit : {why}."))));
        return blocks;
    }
    if switch.ports.is_empty() && switch.budgets.is_empty() {
        let none = language.pick(
            "It tells nothing of PoE: it feeds no device, or keeps it to itself.",
            "Il ne dit rien du PoE : il n'alimente aucun appareil, ou le garde pour lui.",
        );
        blocks.push(Block::Text(none.to_owned()));
        return blocks;
    }
    blocks.extend(switch.will_fit.iter().map(|fit| will_fit(fit, language)));
    blocks.push(Block::Facts(switch.budgets.iter().flat_map(|budget| budget_facts(budget, switch, language)).collect()));
    blocks.extend(plot::budgets(switch, language));
    let table = ports(switch, report, language);
    if table.rows.is_empty() {
        return blocks;
    }
    blocks.push(Block::Table(table));
    if switch.ports.iter().any(|row| row.port.interface.is_none()) {
        let uncertain = language.pick(
            "Mapping uncertain: ports with a question mark are named as the power supply counts them; the switch does not say for \
             sure which sockets they are.",
            "Correspondance incertaine : les ports suivis d'un point d'interrogation sont nommés comme l'alimentation les compte ; le \
             commutateur ne dit pas de façon sûre de quelles prises il s'agit.",
        );
        blocks.push(Block::Text(uncertain.to_owned()));
    }
    blocks
}

/// `55 W (88 %)`.
fn share(power: Watts, budget: &Budget, language: Language) -> String {
    let shown = power.say(language);
    budget.percent(power).map_or(shown.clone(), |percent| format!("{shown} ({percent} %)"))
}

fn budget_facts(budget: &Budget, switch: &SwitchPower, language: Language) -> Vec<(String, String)> {
    let unit = match switch.budgets.len() {
        1 => String::new(),
        _ => language.pick(format!("Unit {}: ", budget.group), format!("Unité {} : ", budget.group)),
    };
    let untold = || language.pick("not told", "non indiqué").to_owned();
    let of = |power: Option<Watts>| power.map_or_else(untold, |power| share(power, budget, language));
    let state = match budget.state {
        Some(SupplyState::Faulty) => language.pick(", FAULTY", ", DÉFAILLANTE"),
        Some(SupplyState::Off) => language.pick(", switched off", ", coupée"),
        Some(SupplyState::On) | None => "",
    };
    let nominal = budget.nominal.map_or_else(untold, |power| power.say(language));
    let fed = counted(budget.feeding, ("port feeds", "port alimente"), ("ports feed", "ports alimentent"), language);
    let unclassed = match budget.without_class {
        0 => String::new(),
        count => language.pick(format!(", without {count} of no class"), format!(", sans {count} sans classe")),
    };
    let alarm = match budget.threshold {
        Some(own) => language.pick(format!("{own} %, as the switch has it"), format!("{own} %, selon le commutateur")),
        None => language.pick(format!("{} %, as is usual", budget.alarm()), format!("{} %, comme d'usage", budget.alarm())),
    };
    let label = |english: &str, french: &str| format!("{unit}{}", language.pick(english, french));
    vec![
        (label("Supply", "Alimentation"), format!("{nominal}{state}, {fed}")),
        (label("Measured", "Mesuré"), of(budget.measured)),
        (label("Set aside", "Réservé"), of(budget.allocated)),
        (label("Worst case by class", "Au pire, selon les classes"), format!("{}{unclassed}", of(budget.worst))),
        (label("Alarm from", "Alarme à partir de"), alarm),
    ]
}

fn ports(switch: &SwitchPower, report: &Report, language: Language) -> Table {
    let columns = vec![
        Column::new("Port", Fit::Wrap),
        Column::new(language.pick("State", "État"), Fit::Wrap),
        Column::new(language.pick("Class", "Classe"), Fit::Whole),
        Column::right(language.pick("Measured", "Mesuré"), Fit::Whole),
        Column::right(language.pick("Set aside", "Réservé"), Fit::Whole),
        Column::right(language.pick("Limit", "Limite"), Fit::Whole),
        Column::new(language.pick("Counted since its start", "Compté depuis son démarrage"), Fit::Wrap),
    ];
    let all = switch.ports.iter().map(|row| port(row, switch, report, language));
    // On the way up the ladder, only those that something was found of.
    let whole = report.visit.errand != Errand::Diagnose;
    let rows = all.filter(|row| whole || row.tone.is_some()).collect();
    Table { columns, rows, reading: Reading::Long }.without_empty_columns()
}

fn port(row: &PortRow, switch: &SwitchPower, report: &Report, language: Language) -> Row {
    let port = &row.port;
    let named = match &port.name {
        Some(_) => PoePort::from(port).say(language),
        None => format!("{}.{} ?", port.group, port.number),
    };
    let power = |power: Option<Watts>| match power {
        Some(power) => Cell::keyed(power.say(language), power.milliwatts().into()),
        None => Cell::from(String::new()),
    };
    let class = class_of(port).map(|class| class.number().to_string()).unwrap_or_default();
    Row {
        tone: tone(port, switch, report),
        cells: vec![
            Cell::keyed(named, u64::from(port.group) << 32 | u64::from(port.number)),
            state(port, language).into(),
            class.into(),
            power(port.measured),
            power(port.allocated),
            power(port.limit),
            counters(row, language).into(),
        ],
    }
}

/// That of the finding about the port.
fn tone(port: &FeedingPort, switch: &SwitchPower, report: &Report) -> Option<Tone> {
    let at = |told: &PoePort| (told.group, told.number) == (port.group, port.number);
    let about = |problem: &Problem| match problem {
        Problem::PoeDenied(problem) => problem.switch == switch.switch && at(&problem.port),
        Problem::PoeFault(problem) => problem.switch == switch.switch && at(&problem.port),
        _ => false,
    };
    let found = report.findings.iter().find(|finding| about(&finding.problem) && finding.severity != Severity::Note);
    found.map(|finding| finding.severity.into())
}

/// What a port does, in words.
pub(super) fn state(port: &FeedingPort, language: Language) -> String {
    if let Some(trouble) = port.trouble {
        return self::trouble(trouble, language).to_owned();
    }
    match port.told.detection {
        Some(Detection::Disabled) => language.pick("switched off", "coupé"),
        Some(Detection::Searching) if port.told.enabled == Some(false) => language.pick("switched off", "coupé"),
        Some(Detection::Searching) if port.up == Some(true) => language.pick("in use without PoE", "utilisé sans PoE"),
        Some(Detection::Searching) => language.pick("searching, feeds nobody", "cherche, n'alimente personne"),
        Some(Detection::Delivering) => language.pick("feeds", "alimente"),
        Some(Detection::Fault) => language.pick("fault: its test failed", "défaut : son test a échoué"),
        Some(Detection::Test) => language.pick("under test", "en test"),
        Some(Detection::OtherFault) => language.pick("held off by an error", "bloqué par une erreur"),
        None => language.pick("not told", "non indiqué"),
    }
    .to_owned()
}

fn trouble(trouble: Trouble, language: Language) -> &'static str {
    match trouble {
        Trouble::Denied => language.pick("power refused", "alimentation refusée"),
        Trouble::Overload => language.pick("overload", "surcharge"),
        Trouble::Short => language.pick("short circuit", "court-circuit"),
        Trouble::NotStandard => language.pick("no standard device", "appareil hors norme"),
        Trouble::Voltage => language.pick("wrong voltage", "tension anormale"),
        Trouble::Hardware => language.pick("port has failed", "port en panne"),
        Trouble::TooHot => language.pick("too hot", "trop chaud"),
    }
}

/// The counters that are not nought, and by how much they grew meanwhile.
fn counters(row: &PortRow, language: Language) -> String {
    let told = &row.port.told;
    let counters = [
        (language.pick("refused", "refus"), told.denied, row.denied_grew),
        (language.pick("overload", "surcharge"), told.overloads, row.overloads_grew),
        (language.pick("short", "court-circuit"), told.shorts, row.shorts_grew),
        (language.pick("bad signature", "signature invalide"), told.bad_signatures, None),
        (language.pick("unplugged", "débranché"), told.mps_absent, None),
    ];
    let said = counters.into_iter().filter_map(|(name, count, grew)| {
        let count = count.filter(|count| *count > 0)?;
        let grew =
            grew.map(|grew| language.pick(format!(" (+{grew} now)"), format!(" (+{grew} à l'instant)"))).unwrap_or_default();
        Some(format!("{name} {count}{grew}"))
    });
    said.collect::<Vec<_>>().join(", ")
}

/// The answer to `--will-fit`.
pub(super) fn will_fit(fit: &Fitting, language: Language) -> Block {
    let tone = match fit.answer {
        Answer::Fits => Tone::Clear,
        Answer::FitsForNow => Tone::Note,
        Answer::TooLittlePower | Answer::TooFewPorts => Tone::Broken,
        Answer::Unknown => Tone::NotTested,
    };
    Block::Verdict(tone, answer(fit, language))
}

/// The same as a sentence.
pub(super) fn answer(fit: &Fitting, language: Language) -> String {
    let classes = fit.classes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let same = fit.classes.first().filter(|first| fit.classes.iter().all(|class| class == *first));
    let what = match (fit.classes.len(), same) {
        (1, _) => language.pick(format!("A device of class {classes}"), format!("Un appareil de classe {classes}")),
        (count, Some(class)) => {
            language.pick(format!("{count} devices of class {class}"), format!("{count} appareils de classe {class}"))
        }
        (count, None) => {
            language.pick(format!("{count} devices of classes {classes}"), format!("{count} appareils de classes {classes}"))
        }
    };
    let one = fit.classes.len() == 1;
    let (fits, does_not, tient, ne_tient) = match one {
        true => ("fits", "does not fit", "peut être branché", "ne peut pas être branché"),
        false => ("fit", "do not fit", "peuvent être branchés", "ne peuvent pas être branchés"),
    };
    let power = |power: Option<Watts>| power.unwrap_or_default().say(language);
    let (needed, left, worst) = (fit.needed.say(language), power(fit.left), power(fit.left_at_worst));
    let ports = counted(fit.free_ports, ("port is free", "port est libre"), ("ports are free", "ports sont libres"), language);
    let limits = match fit.without_limit {
        0 => String::new(),
        count => language.pick(
            format!(" The switch does not tell the limit of {count} of them: look at its data sheet."),
            format!(" Le commutateur ne dit pas la limite de {count} d'entre eux : voyez sa fiche technique."),
        ),
    };
    match fit.answer {
        Answer::Fits => language.pick(
            format!("{what} {fits}: {needed} needed, {worst} left in the worst case, {ports}.{limits}"),
            format!("{what} {tient} : {needed} nécessaires, {worst} restants au pire, {ports}.{limits}"),
        ),
        Answer::FitsForNow => language.pick(
            format!("{what} {fits} for now: {needed} needed, {left} left, {ports}; but only {worst} are left once every device draws all that its class allows.{limits}"),
            format!("{what} {tient} pour l'instant : {needed} nécessaires, {left} restants, {ports} ; mais il ne reste que {worst} si chaque appareil consomme tout ce que sa classe permet.{limits}"),
        ),
        Answer::TooLittlePower => language.pick(
            format!("{what} {does_not}: {needed} needed, {left} left."),
            format!("{what} {ne_tient} : {needed} nécessaires, {left} restants."),
        ),
        Answer::TooFewPorts => {
            let ports = counted(
                fit.free_ports,
                ("free port gives enough", "port libre donne assez"),
                ("free ports give enough", "ports libres donnent assez"),
                language,
            );
            language.pick(format!("{what} {does_not}: only {ports}."), format!("{what} {ne_tient} : seulement {ports}."))
        }
        Answer::Unknown => language.pick(
            format!("Whether {} {fits} is not known: the switch does not tell what its supply can give.", lower(&what)),
            format!("On ignore si {} {tient} : le commutateur ne dit pas ce que son alimentation peut fournir.", lower(&what)),
        ),
    }
}

/// The text with its first letter small.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::powering::testing::{port, supply};
    use crate::check::testing::{OURS, Scene};
    use crate::observe::Sought;
    use crate::report::Visit;

    fn visit(errand: Errand, will_fit: &[u8]) -> Visit {
        Visit {
            started: "2026-11-21T09:00:00Z".to_owned(),
            finished: "2026-11-21T09:00:04Z".to_owned(),
            errand,
            interface: Some("lan0".to_owned()),
            mac: None,
            addresses: Vec::new(),
            targets: Vec::new(),
            site: None,
            quick: false,
            will_fit: will_fit.to_vec(),
            capture: None,
        }
    }

    /// Our card is plugged into port 3, which searches; port 4 feeds.
    fn scene() -> Scene {
        let mut feeding = port(4, Detection::Delivering);
        (feeding.told.class, feeding.measured) = (Some(4), Some(Watts::from_milliwatts(6_950)));
        let named = crate::observe::Fact::SwitchesNamed { switches: vec![[10, 0, 0, 2].into()], sought: Some(Sought::Ours) };
        let scene = Scene::swept().fact(named).switch("10.0.0.2", &[(OURS, 3)]);
        scene.feeds(&[port(3, Detection::Searching), feeding], &[supply(62, 7)])
    }

    #[test]
    fn a_look_at_our_link_shows_our_own_port_and_no_other() {
        let report = scene().report(visit(Errand::Link, &[]));
        let said = "cherche, n'alimente personne".to_owned();
        assert_eq!(blocks(&report, Language::Fr), [Block::Facts(vec![("PoE de ce port".to_owned(), said)])]);
        assert!(report.ladder.iter().all(|rung| !rung.code.contains("poe")), "{:?}", report.ladder);
    }

    #[test]
    fn a_look_at_the_switch_shows_every_port_and_says_whether_devices_fit() {
        let report = scene().report(visit(Errand::Power, &[4]));
        assert_eq!(report.exit_code(), 0);
        let blocks = blocks(&report, Language::En);
        let answer =
            blocks.iter().find_map(|block| if let Block::Verdict(tone, said) = block { Some((*tone, said)) } else { None });
        let said = "A device of class 4 fits: 30 W needed, 32 W left in the worst case, 1 port is free. The switch does not tell the \
                    limit of 1 of them: look at its data sheet.";
        assert_eq!(answer, Some((Tone::Clear, &said.to_owned())));
        let table = blocks.iter().find_map(|block| if let Block::Table(table) = block { Some(table) } else { None });
        assert_eq!(table.map(|table| table.rows.len()), Some(2));
        assert_eq!(scene().report(visit(Errand::Power, &[4, 4])).exit_code(), 1);
    }
}
