//! A limit and what it comes to, in words.

use super::{Certified, Compared, Gap, Limit, Outcome, Standing};
use crate::check::cabling::speed;
use crate::language::Language;

impl Standing {
    /// The word that a reader sees.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Standing::Pass => language.pick("PASS", "CONFORME"),
            Standing::PassInPart => language.pick("PASS IN PART", "CONFORME EN PARTIE"),
            Standing::Fail => language.pick("FAIL", "NON CONFORME"),
            Standing::Skipped => language.pick("left out", "laissée de côté"),
            Standing::Left => language.pick("not measured", "non mesurée"),
        }
    }
}

impl Outcome {
    /// The word that a reader sees.
    pub fn word(&self, language: Language) -> &'static str {
        match self {
            Outcome::Pass => language.pick("PASS", "CONFORME"),
            Outcome::Fail => language.pick("FAIL", "NON CONFORME"),
            Outcome::NotMeasurable { .. } => language.pick("NOT MEASURABLE", "NON MESURABLE"),
        }
    }
}

impl Gap {
    /// Why something could not be measured, as a sentence without a capital or a full stop.
    pub fn say(&self, language: Language) -> String {
        let text = match self {
            Gap::NoLink => language.pick("there is no link", "il n'y a pas de lien"),
            Gap::Card { silence } => return silence.say(language),
            Gap::CountersUnread => {
                language.pick("the card's counters cannot be read", "les compteurs de la carte sont illisibles")
            }
            Gap::NothingReceived { watched_ms } => {
                let seconds = watched_ms.div_ceil(1000);
                return language.pick(
                    format!("nothing arrived in {seconds} s, so nothing could arrive broken"),
                    format!("rien n'est arrivé en {seconds} s, donc rien ne pouvait arriver abîmé"),
                );
            }
            Gap::NotListened => language.pick("neighbours were not listened for", "les voisins n'ont pas été écoutés"),
            Gap::NeighbourSilent { listened_ms } => {
                let seconds = listened_ms.div_ceil(1000);
                return language.pick(
                    format!("no switch said anything in {seconds} s (LLDP, CDP)"),
                    format!("aucun commutateur ne s'est annoncé en {seconds} s (LLDP, CDP)"),
                );
            }
            Gap::NeighbourUntold => language.pick("the switch does not tell", "le commutateur ne le dit pas"),
            Gap::DhcpNotAsked => language.pick("DHCP servers were not asked", "les serveurs DHCP n'ont pas été interrogés"),
            Gap::NoGateway => language.pick(
                "no gateway is known, or this laptop has no address to ping it from",
                "aucune passerelle connue, ou ce portable n'a pas d'adresse pour l'interroger",
            ),
        };
        text.to_owned()
    }
}

impl Certified {
    /// What failed, then what could not be measured, by name.
    pub fn remarks(&self, language: Language) -> String {
        let failed = self.rows.iter().filter(|row| row.outcome == Outcome::Fail).map(|row| row.say(language));
        let unmeasured = self.rows.iter().filter(|row| matches!(row.outcome, Outcome::NotMeasurable { .. }));
        let names: Vec<&str> = unmeasured.map(|row| row.name(language)).collect();
        let names = (!names.is_empty()).then(|| {
            let names = names.join(", ");
            language.pick(format!("not measurable: {names}"), format!("non mesurable : {names}"))
        });
        failed.chain(names).collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }
}

impl Compared {
    /// What is compared, as the heading of a row.
    pub fn name(&self, language: Language) -> &'static str {
        match &self.limit {
            Limit::Link { .. } => language.pick("Link", "Lien"),
            Limit::Speed { .. } => language.pick("Speed", "Vitesse"),
            Limit::Duplex { .. } => "Duplex",
            Limit::ReceiveErrors { .. } => language.pick("Receive errors", "Erreurs en réception"),
            Limit::Switch { .. } => language.pick("Switch", "Commutateur"),
            Limit::Port { .. } => "Port",
            Limit::OwnPort { .. } => language.pick("Port of its own", "Port à elle seule"),
            Limit::Vlan { .. } => "VLAN",
            Limit::VoiceVlan { .. } => language.pick("Voice VLAN", "VLAN voix"),
            Limit::PoeClass { .. } => language.pick("PoE class", "Classe PoE"),
            Limit::PoePower { .. } => language.pick("PoE power", "Puissance PoE"),
            Limit::Dhcp { .. } => "DHCP",
            Limit::Gateway { .. } => language.pick("Gateway", "Passerelle"),
        }
    }

    /// What it must be.
    pub fn wanted(&self, language: Language) -> String {
        let at_least = |what: String| language.pick(format!("at least {what}"), format!("au moins {what}"));
        match &self.limit {
            Limit::Link { .. } => language.pick("up, and it holds", "établi, et il tient").to_owned(),
            Limit::Speed { least_mbps, .. } => at_least(speed(*least_mbps, language)),
            Limit::Duplex { wanted, .. } => wanted.word(language).to_owned(),
            Limit::ReceiveErrors { most, .. } => language.pick(format!("at most {most}"), format!("au plus {most}")),
            Limit::Switch { wanted, .. } | Limit::Port { wanted, .. } => wanted.clone(),
            Limit::OwnPort { .. } => language.pick("no other outlet at it", "aucune autre prise dessus").to_owned(),
            Limit::Vlan { wanted, .. } | Limit::VoiceVlan { wanted, .. } => wanted.to_string(),
            Limit::PoeClass { least, .. } => at_least(least.to_string()),
            Limit::PoePower { least, .. } => at_least(least.say(language)),
            Limit::Dhcp { .. } => language.pick("an address is offered", "une adresse est proposée").to_owned(),
            Limit::Gateway { most_percent, .. } => {
                language.pick(format!("at most {most_percent} % lost"), format!("au plus {most_percent} % de perte"))
            }
        }
    }

    /// What it is, or why that could not be measured.
    pub fn is(&self, language: Language) -> String {
        if let Outcome::NotMeasurable { why } = &self.outcome {
            return why.say(language);
        }
        let text = |is: &Option<String>| is.clone().unwrap_or_default();
        match &self.limit {
            Limit::Link { up: true, lost: 0, .. } => language.pick("up", "établi").to_owned(),
            Limit::Link { up: true, lost, .. } => match (lost, self.outcome == Outcome::Pass) {
                (lost, true) => language.pick(format!("up, cut off {lost} × before"), format!("établi, coupé {lost} × avant")),
                (lost, false) => language.pick(
                    format!("cut off {lost} × while it was measured: it does not hold"),
                    format!("coupé {lost} × pendant la mesure : il ne tient pas"),
                ),
            },
            Limit::Link { up: false, why_down, .. } => match why_down {
                Some(why) => {
                    let why = why.say(language);
                    language.pick(format!("none ({why})"), format!("absent ({why})"))
                }
                None => language.pick("none", "absent").to_owned(),
            },
            Limit::Speed { is_mbps, .. } => is_mbps.map(|mbps| speed(mbps, language)).unwrap_or_default(),
            Limit::Duplex { is, .. } => is.map(|is| is.word(language).to_owned()).unwrap_or_default(),
            Limit::ReceiveErrors { is, .. } => is.map(|is| is.to_string()).unwrap_or_default(),
            Limit::Switch { is, .. } | Limit::Port { is, .. } => text(is),
            Limit::OwnPort { also: Some(label) } => language.pick(
                format!("{label} led to it too: was the cable moved?"),
                format!("{label} y menait aussi : le cordon a-t-il été déplacé ?"),
            ),
            Limit::OwnPort { also: None } => language.pick("none", "aucune").to_owned(),
            Limit::Vlan { is, .. } | Limit::VoiceVlan { is, .. } => is.map(|is| is.to_string()).unwrap_or_default(),
            Limit::PoeClass { is, .. } => is.map(|is| is.to_string()).unwrap_or_default(),
            Limit::PoePower { is, .. } => is.map(|is| is.say(language)).unwrap_or_default(),
            Limit::Dhcp { servers } if servers.is_empty() => {
                language.pick("no server offered one", "aucun serveur n'en a proposé").to_owned()
            }
            Limit::Dhcp { servers } => servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            Limit::Gateway { ip, sent, lost, .. } => {
                let ip = ip.map(|ip| ip.to_string()).unwrap_or_default();
                language.pick(format!("{ip}: {lost} of {sent} lost"), format!("{ip} : {lost} sur {sent} perdus"))
            }
        }
    }

    /// What is wrong, for the end of a line: `speed 100 Mb/s, at least 1 Gb/s`.
    pub fn say(&self, language: Language) -> String {
        let (name, is, wanted) = (self.name(language), self.is(language), self.wanted(language));
        match &self.limit {
            Limit::Link { .. } | Limit::Dhcp { .. } | Limit::OwnPort { .. } => {
                language.pick(format!("{name}: {is}"), format!("{name} : {is}"))
            }
            Limit::Switch { .. } | Limit::Port { .. } | Limit::Vlan { .. } | Limit::VoiceVlan { .. } => {
                language.pick(format!("{name}: {is}, not {wanted}"), format!("{name} : {is} et non {wanted}"))
            }
            _ => language.pick(format!("{name}: {is} ({wanted})"), format!("{name} : {is} ({wanted})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::{good, outlet};
    use super::super::{Profile, judge::judge};
    use super::*;
    use crate::net::Watts;

    #[test]
    fn a_row_is_read_in_both_languages() {
        let profile = Profile::find("poe-access-point").expect("a profile");
        let mut measured = good();
        measured.neighbour.iter_mut().for_each(|neighbour| neighbour.poe = Some(Watts::from_milliwatts(12_950)));
        let rows = judge(&outlet(), &profile, &measured, Some("A11"));
        let said =
            |language| rows.iter().filter(|row| row.outcome == Outcome::Fail).map(|row| row.say(language)).collect::<Vec<_>>();
        assert_eq!(
            said(Language::En),
            ["Port of its own: A11 led to it too: was the cable moved?", "PoE power: 12.95 W (at least 25.5 W)"]
        );
        assert_eq!(
            said(Language::Fr),
            [
                "Port à elle seule : A11 y menait aussi : le cordon a-t-il été déplacé ?",
                "Puissance PoE : 12,95 W (au moins 25,5 W)"
            ]
        );
        for row in &rows {
            for language in Language::ALL {
                assert!(!row.is(language).is_empty() && !row.wanted(language).is_empty(), "{row:?}");
            }
        }
    }
}
