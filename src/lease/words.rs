//! What a lease is, in the reader's words.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Ends, Lease, State};
use crate::language::Language;

impl Ends {
    /// The day and the minute by a clock on the wall; `None` where there is none to tell.
    pub fn day_and_time(self, zone: &TimeZone, language: Language) -> Option<String> {
        let Ends::At(seconds) = self else { return None };
        let form = language.pick("%Y-%m-%d %H:%M", "%d/%m/%Y à %H:%M");
        Some(Timestamp::from_second(seconds).ok()?.to_zoned(zone.clone()).strftime(form).to_string())
    }
}

impl Lease {
    /// Until when, as the end of a sentence; words of a finding know no clock but UTC.
    pub fn until(&self, language: Language) -> String {
        let time = self.ends.day_and_time(&TimeZone::UTC, language);
        match (self.ends, time) {
            (_, Some(time)) => language.pick(format!("until {time} UTC"), format!("jusqu'au {time} UTC")),
            (Ends::Never, None) => language.pick("for ever", "sans limite de durée").to_owned(),
            _ => {
                language.pick("until a time that the file does not tell", "jusqu'à une date que le fichier ne dit pas").to_owned()
            }
        }
    }

    /// What it is, in a few words, times by the clock of `zone`.
    pub fn short(&self, zone: &TimeZone, language: Language) -> String {
        match (self.state, self.ends.day_and_time(zone, language)) {
            (State::Reserved, _) => language.pick("reserved", "réservée").to_owned(),
            (State::Active, Some(time)) => language.pick(format!("until {time}"), format!("jusqu'au {time}")),
            (State::Active, None) if self.ends == Ends::Never => language.pick("for ever", "bail sans fin").to_owned(),
            (State::Active, None) => language.pick("leased", "bail en cours").to_owned(),
            (State::Declined, _) => language.pick("declined", "refusée").to_owned(),
            (State::Expired, _) => language.pick("expired", "bail échu").to_owned(),
        }
    }

    /// What the file says, as a sentence without its stop.
    pub fn say(&self, language: Language) -> String {
        let ip = self.ip;
        let whom = self
            .card()
            .map_or_else(|| language.pick("a client without a card", "un client sans carte").to_owned(), |mac| mac.to_string());
        match self.state {
            State::Reserved => language.pick(format!("{ip} is reserved for {whom}"), format!("{ip} est réservée à {whom}")),
            State::Active => {
                let until = self.until(language);
                language.pick(format!("{ip} is leased to {whom} {until}"), format!("{ip} est louée à {whom} {until}"))
            }
            State::Declined => language.pick(
                format!("{ip} was found in use and is not given"),
                format!("{ip} a été trouvée occupée et n'est plus attribuée"),
            ),
            State::Expired => language.pick(
                format!("{ip} was leased to {whom}, and is no more"),
                format!("{ip} a été louée à {whom}, et ne l'est plus"),
            ),
        }
    }
}
