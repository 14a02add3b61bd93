//! Outlets and what they came to: first how many are good, then each with what is wrong, and for paper every measurement.

use super::{Block, Cell, Column, Fit, Page, Reading, Row, Table, Tone};
use crate::certify::{Certificate, Certified, Compared, Outcome, Standing};
use crate::check::cabling::speed;
use crate::language::Language;
use crate::report::words::{counted, day_and_time};
use jiff::tz::TimeZone;

impl Page {
    /// The page of a certificate; with every measurement where it is the `whole` of it.
    pub fn of_certificate(certificate: &Certificate, whole: bool, language: Language, zone: &TimeZone) -> Page {
        let site = certificate.site.as_deref().map(|site| format!(" – {site}")).unwrap_or_default();
        let day = |at: &Option<String>| at.as_deref().map(|at| day_and_time(at, zone, language));
        let when = match (day(&certificate.started), day(&certificate.finished)) {
            (Some(started), Some(finished)) if started != finished => Some(format!("{started} → {finished}")),
            (started, finished) => finished.or(started),
        };
        let (tone, text) = verdict(certificate, language);
        let mut blocks = vec![Block::Verdict(tone, text), Block::Table(outlets(certificate, language))];
        if whole {
            let heading = language.pick("Every measurement", "Toutes les mesures");
            blocks.push(Block::Heading(heading.to_owned()));
            blocks.push(Block::Table(measurements(certificate, language)));
        }
        let used = certificate.profiles.iter().filter(|(name, _)| certificate.outlets.iter().any(|one| one.profile == **name));
        let profiles: Vec<(String, String)> =
            used.map(|(name, profile)| (name.clone(), profile.title(language).to_owned())).collect();
        if !profiles.is_empty() {
            blocks.push(Block::Heading(language.pick("Measured against", "Mesuré selon").to_owned()));
            blocks.push(Block::Facts(profiles));
        }
        blocks.push(Block::Text(
            language
                .pick(
                    "A laptop's card cannot show a wire map, split pairs or volts under load: those need a tester with a unit at the \
                     far end.",
                    "La carte d'un portable ne montre ni plan de câblage, ni paires dépairées, ni tension en charge : il faut pour cela \
                     un testeur avec un boîtier à l'autre bout.",
                )
                .to_owned(),
        ));
        let page = Page {
            language,
            title: format!("{}{site}", language.pick("Outlet certificate", "Certificat de recette des prises")),
            subtitle: [when, certificate.interface.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            blocks,
        };
        page.made_fit()
    }
}

fn verdict(certificate: &Certificate, language: Language) -> (Tone, String) {
    let all = certificate.outlets.len() as u32;
    let count = |standing| certificate.count(standing) as u32;
    let outlets = counted(all, ("outlet", "prise"), ("outlets", "prises"), language);
    let parts = [
        (Standing::Fail, ("fails", "non conforme"), ("fail", "non conformes")),
        (Standing::Pass, ("passes", "conforme"), ("pass", "conformes")),
        (Standing::PassInPart, ("passes in part", "conforme en partie"), ("pass in part", "conformes en partie")),
        (Standing::Skipped, ("left out", "laissée de côté"), ("left out", "laissées de côté")),
        (Standing::Left, ("not measured", "non mesurée"), ("not measured", "non mesurées")),
    ];
    let said = parts.into_iter().filter(|(standing, _, _)| count(*standing) > 0);
    let said: Vec<String> = said.map(|(standing, one, many)| counted(count(standing), one, many, language)).collect();
    let said = said.join(", ");
    let tone = match certificate.exit_code() {
        0 => Tone::Clear,
        1 => Tone::Broken,
        _ => Tone::NotTested,
    };
    (tone, language.pick(format!("{outlets}: {said}."), format!("{outlets} : {said}.")))
}

fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::Fail => Tone::Broken,
        Standing::Pass => Tone::Clear,
        Standing::PassInPart | Standing::Skipped | Standing::Left => Tone::NotTested,
    }
}

fn outlets(certificate: &Certificate, language: Language) -> Table {
    let columns = vec![
        Column::new(language.pick("Outlet", "Prise"), Fit::Whole),
        Column::new(language.pick("Panel", "Panneau"), Fit::Spare),
        Column::new(language.pick("Result", "Résultat"), Fit::Said),
        Column::new(language.pick("Switch", "Commutateur"), Fit::Cut),
        Column::new("Port", Fit::Cut),
        Column::new("VLAN", Fit::Whole),
        Column::new(language.pick("Speed", "Vitesse"), Fit::Spare),
        Column::new("PoE", Fit::Spare),
        Column::new(language.pick("Remarks", "Remarques"), Fit::Wrap),
    ];
    let rows = certificate.outlets.iter().map(|one| Row { tone: Some(tone(one.standing)), cells: cells(one, language) });
    Table { columns, rows: rows.collect(), reading: Reading::Short }.without_empty_columns()
}

fn cells(one: &Certified, language: Language) -> Vec<Cell> {
    let text = |text: Option<&str>| Cell::from(text.unwrap_or_default());
    vec![
        one.outlet.label.as_str().into(),
        text(Some(one.outlet.panel.as_deref().unwrap_or("–"))),
        one.standing.word(language).into(),
        text(one.switch()),
        text(one.port()),
        vlans(one).into(),
        text(one.speed_mbps().map(|mbps| speed(mbps, language)).as_deref()),
        poe(one, language).into(),
        one.remarks(language).into(),
    ]
}

/// `20`, and with telephones `20 + 30`.
fn vlans(one: &Certified) -> String {
    [one.vlan(), one.voice_vlan()].into_iter().flatten().map(|vlan| vlan.to_string()).collect::<Vec<_>>().join(" + ")
}

fn poe(one: &Certified, language: Language) -> String {
    let Some(neighbour) = one.neighbour() else { return String::new() };
    let class = neighbour.poe_class.map(|class| language.pick(format!("class {class}"), format!("classe {class}")));
    let power = neighbour.poe.map(|power| power.say(language));
    [class, power].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn measurements(certificate: &Certificate, language: Language) -> Table {
    let columns = vec![
        Column::new(language.pick("Outlet", "Prise"), Fit::Whole),
        Column::new(language.pick("Measured", "Mesure"), Fit::Whole),
        Column::new(language.pick("Result", "Résultat"), Fit::Said),
        Column::new(language.pick("Value, or why not", "Valeur, ou motif"), Fit::Wrap),
        Column::new(language.pick("Limit", "Limite"), Fit::Wrap),
    ];
    let row = |one: &Certified, row: &Compared| Row {
        tone: Some(match row.outcome {
            Outcome::Pass => Tone::Clear,
            Outcome::Fail => Tone::Broken,
            Outcome::NotMeasurable { .. } => Tone::NotTested,
        }),
        cells: vec![
            one.outlet.label.as_str().into(),
            row.name(language).into(),
            row.outcome.word(language).into(),
            row.is(language).into(),
            row.wanted(language).into(),
        ],
    };
    let rows = certificate.outlets.iter().flat_map(|one| one.rows.iter().map(move |compared| row(one, compared)));
    Table { columns, rows: rows.collect(), reading: Reading::Long }
}
