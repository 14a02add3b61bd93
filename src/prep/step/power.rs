//! `power`: when a PC sleeps, on mains and on its battery, and whether it may hibernate.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::power::{Lid, Setting, Source};
use crate::prep::look::{Act, Look, System};

/// A week: longer than that is never.
const LONGEST_MIN: u32 = 7 * 24 * 60;
/// Seconds of a minute.
const MINUTE: u32 = 60;

/// When a PC sleeps.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// On mains.
    #[serde(default)]
    pub mains: Settings,
    /// On its battery.
    #[serde(default)]
    pub battery: Settings,
    /// Whether it may hibernate; without it Windows' fast start-up goes too.
    pub hibernation: Option<bool>,
}

/// What is set for mains or battery; what is left out stays as it is.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Minutes without anybody at the PC after which the screen goes dark; 0 is never. Windows only.
    pub screen: Option<u32>,
    /// Likewise, after which it sleeps. Linux has one for mains and battery.
    pub sleep: Option<u32>,
    /// Likewise, after which it hibernates. Windows only.
    pub hibernate: Option<u32>,
    /// What happens when the lid is closed.
    pub lid: Option<Lid>,
}

impl Settings {
    fn minutes(&self) -> [(Setting, Option<u32>); 3] {
        [(Setting::Screen, self.screen), (Setting::Sleep, self.sleep), (Setting::Hibernate, self.hibernate)]
    }

    /// What is set, in the units of the system.
    fn wanted(&self) -> impl Iterator<Item = (Setting, u32)> {
        let lid = self.lid.map(|lid| (Setting::Lid, lid as u32));
        let minutes = self.minutes().into_iter().filter_map(|(setting, minutes)| Some((setting, minutes? * MINUTE)));
        minutes.chain(lid)
    }
}

impl Power {
    fn wanted(&self) -> impl Iterator<Item = (Source, Setting, u32)> {
        let of = |source, settings: &Settings| settings.wanted().map(move |(setting, value)| (source, setting, value)).collect::<Vec<_>>();
        of(Source::Mains, &self.mains).into_iter().chain(of(Source::Battery, &self.battery))
    }
}

/// A value as a change shows it.
fn shown(setting: Setting, value: u32) -> State {
    State::Text(match (setting, value) {
        (Setting::Lid, value) => match Lid::ALL.get(value as usize) {
            Some(Lid::Nothing) => "nothing".to_owned(),
            Some(Lid::Sleep) => "sleep".to_owned(),
            Some(Lid::Hibernate) => "hibernate".to_owned(),
            Some(Lid::ShutDown) => "shut down".to_owned(),
            None => value.to_string(),
        },
        (_, 0) => "never".to_owned(),
        (_, seconds) if seconds.is_multiple_of(MINUTE) => format!("{} min", seconds / MINUTE),
        (_, seconds) => format!("{seconds} s"),
    })
}

impl Step for Power {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        // Hibernation first: where it is off, nothing can be said of when.
        if let Some(wanted) = self.hibernation {
            let on = pc.may_hibernate()?;
            if on != wanted {
                let [before, after] = [on, wanted].map(|on| if on { State::Present } else { State::Absent });
                changes.push(Change::new("PC", Aspect::Hibernation, before, after));
            }
        }
        for (source, setting, wanted) in self.wanted() {
            let seen = pc.power(source, setting)?;
            if seen != Some(wanted) {
                let before = seen.map_or(State::Absent, |seen| shown(setting, seen));
                changes.push(Change::new("PC", Aspect::Power { source, setting }, before, shown(setting, wanted)));
            }
        }
        Ok(changes)
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let mut seen = Vec::new();
        if self.hibernation.is_some() {
            seen.push(Sight::whether("PC", Aspect::Hibernation, pc.may_hibernate()?));
        }
        for (source, setting, _) in self.wanted() {
            let is = pc.power(source, setting)?.map_or(State::Absent, |is| shown(setting, is));
            seen.push(Sight::new("PC", Aspect::Power { source, setting }, is));
        }
        Ok(seen)
    }

    fn detection(&self) -> Why {
        Why::new("the system's own settings", "réglages du système")
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        match change.aspect {
            Aspect::Hibernation => pc.let_hibernate(self.hibernation == Some(true))?,
            Aspect::Power { source, setting } => {
                let wanted = self.wanted().find(|(of, what, _)| (*of, *what) == (source, setting));
                if let Some((_, _, value)) = wanted {
                    pc.set_power(source, setting, value)?;
                }
            }
            _ => {}
        }
        Ok(Applied::default())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        let minutes = [&self.mains, &self.battery].into_iter().flat_map(Settings::minutes).filter_map(|(_, minutes)| minutes);
        if let Some(long) = minutes.max().filter(|minutes| *minutes > LONGEST_MIN) {
            return Err(Why::new(
                format!("{long} minutes are more than a week: 0 is never"),
                format!("{long} minutes dépassent une semaine : 0 veut dire jamais"),
            ));
        }
        if self.hibernation.is_none() && self.wanted().next().is_none() {
            return Err(Why::new(
                "it needs `mains`, `battery` or `hibernation`",
                "il faut `mains`, `battery` ou `hibernation`",
            ));
        }
        let hibernates = self.wanted().any(|(_, setting, value)| match setting {
            Setting::Hibernate => value > 0,
            Setting::Lid => value == Lid::Hibernate as u32,
            Setting::Screen | Setting::Sleep => false,
        });
        if hibernates && self.hibernation == Some(false) {
            return Err(Why::new("a PC that may not hibernate is to hibernate", "un PC sans veille prolongée doit se mettre en veille prolongée"));
        }
        Ok(())
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        if pc.build()?.system != System::Linux {
            return Ok(());
        }
        let of_windows = self.wanted().any(|(_, setting, _)| matches!(setting, Setting::Screen | Setting::Hibernate));
        let apart = matches!((self.mains.sleep, self.battery.sleep), (Some(mains), Some(battery)) if mains != battery);
        let (english, french) = match (of_windows, apart) {
            (true, _) => (
                "on Linux screen and hibernate belong to each account and desktop: only sleep and the lid are the PC's",
                "sous Linux screen et hibernate appartiennent à chaque compte et bureau : seuls sleep et lid sont ceux du PC",
            ),
            (_, true) => (
                "Linux has one sleep for mains and battery, and these are two",
                "Linux n'a qu'une mise en veille pour secteur et batterie, et en voici deux",
            ),
            _ => return Ok(()),
        };
        Err(Fault::new(english, french).hint(
            "give the step when = { system = \"windows\" }, and one of its own for Linux",
            "donnez à l'étape when = { system = \"windows\" }, et une autre pour Linux",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, step};

    #[test]
    fn a_pc_is_kept_awake_on_mains_and_left_as_it_is_on_its_battery() {
        let mut pc = Fake { hibernates: true, ..Fake::default() };
        pc.power.insert((Source::Mains, Setting::Sleep), 1800);
        pc.power.insert((Source::Battery, Setting::Sleep), 900);
        let awake = step("kind = \"power\"\nmains = { sleep = 0, lid = \"nothing\", screen = 15 }\nhibernation = false");
        let said: Vec<String> = planned(&awake, &pc).iter().map(|change| change.say(Language::Fr)).collect();
        assert_eq!(
            said,
            [
                "veille prolongée : permise → interdite",
                "écran noir sur secteur : aucun → 15 min",
                "veille sur secteur : 30 min → jamais",
                "capot fermé sur secteur : aucun → rien",
            ]
        );
        done(&awake, &mut pc);
        assert_eq!(pc.power[&(Source::Battery, Setting::Sleep)], 900);
        assert!(!pc.hibernates);
    }

    #[test]
    fn what_contradicts_itself_or_asks_for_nothing_is_refused() {
        for (keys, part) in [
            ("", "it needs"),
            ("mains = {}", "it needs"),
            ("mains = { sleep = 20000 }", "more than a week"),
            ("battery = { hibernate = 60 }\nhibernation = false", "may not hibernate"),
            ("battery = { lid = \"hibernate\" }\nhibernation = false", "may not hibernate"),
            ("mains = { lid = \"explode\" }", "unknown variant"),
            ("mains = { nap = 3 }", "unknown field"),
        ] {
            let said = refused(&format!("kind = \"power\"\n{keys}"));
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn what_linux_keeps_otherwise_is_refused_before_anything_is_touched() {
        let windows = Fake { system: System::Windows, ..Fake::default() };
        for (keys, fits) in [
            ("mains = { sleep = 0 }, battery = { sleep = 15 }", false),
            ("mains = { sleep = 15, lid = \"nothing\" }, battery = { sleep = 15 }", true),
            ("mains = { screen = 15 }", false),
            ("battery = { hibernate = 60 }", false),
            ("battery = { lid = \"sleep\" }", true),
        ] {
            let power = step(&format!("kind = \"power\"\n{}", keys.replace("}, ", "}\n")));
            assert_eq!(power.step().inspect(&Fake::default()).is_ok(), fits, "{keys}");
            assert!(power.step().inspect(&windows).is_ok(), "{keys}");
        }
    }
}
