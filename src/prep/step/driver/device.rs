//! A device of the PC, as the registry has it, and the drivers of a pack that are for it.

use super::super::package::version;
use crate::fault::Result;
use crate::prep::change::State;
use crate::prep::inf;
use crate::prep::look::Look;
use crate::prep::look::registry::{Data, Key};
use crate::prep::pack::Packed;

/// Where Windows keeps its devices, by the names of their places.
pub(super) const DEVICES: &str = "SYSTEM\\CurrentControlSet\\Enum";
/// Where it keeps the drivers that they have, by their classes.
pub(super) const CLASSES: &str = "SYSTEM\\CurrentControlSet\\Control\\Class";

/// A driver as a device has it, or as the pack brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    number: String,
    provider: String,
    day: Option<String>,
}

impl Version {
    fn of(driver: &inf::Driver) -> Version {
        Version { number: driver.version.clone(), provider: driver.provider.clone(), day: driver.day.clone() }
    }

    /// Whether nothing better is brought. Of another maker, a version says nothing.
    fn is_enough(&self, brought: &Version) -> bool {
        self.provider == brought.provider && version::compare(&self.number, &brought.number).is_ge()
    }

    pub(super) fn state(&self) -> State {
        let Version { number, provider, .. } = self;
        State::Text(match &self.day {
            Some(day) => format!("{number} ({provider}, {day})"),
            None => format!("{number} ({provider})"),
        })
    }
}

/// A driver of the pack.
pub(super) struct Brought {
    /// The place of its .inf in the pack.
    pub(super) inf: String,
    pub(super) version: Version,
}

/// A device of the PC that drivers of the pack are for.
pub(super) struct Fit {
    /// What the device is called.
    pub(super) name: String,
    /// Where it is.
    pub(super) place: String,
    /// The driver that it has.
    has: Option<Version>,
    /// The driver of the pack that Windows would take.
    pub(super) best: Brought,
    /// The others, those first that it would rather take.
    others: Vec<Brought>,
    /// The places of the .inf files that add to a driver and are none themselves.
    pub(super) extensions: Vec<String>,
}

impl Fit {
    /// A device, and the drivers of the pack with the places of the identifiers by which they are for it; nothing where there are
    /// none. Windows takes the one for the device most of all, then the latest ("How Windows Ranks Drivers").
    pub(super) fn of(name: String, place: String, has: Option<Version>, mut packed: Vec<(usize, &Packed)>) -> Option<Fit> {
        packed.sort_by(|(one, first), (two, second)| {
            let (first, second) = (&first.driver, &second.driver);
            one.cmp(two).then_with(|| second.day.cmp(&first.day)).then_with(|| version::compare(&second.version, &first.version))
        });
        let (extensions, drivers): (Vec<_>, Vec<_>) = packed.into_iter().partition(|(_, packed)| packed.driver.is_extension());
        let brought = |(_, packed): (usize, &Packed)| Brought { inf: packed.inf.clone(), version: Version::of(&packed.driver) };
        let mut drivers = drivers.into_iter().map(brought);
        let extensions = extensions.into_iter().map(|(_, packed)| packed.inf.clone()).collect();
        Some(Fit { name, place, has, best: drivers.next()?, others: drivers.collect(), extensions })
    }

    pub(super) fn before(&self) -> State {
        self.has.as_ref().map_or(State::Absent, Version::state)
    }

    pub(super) fn brought(&self) -> impl Iterator<Item = &Brought> {
        [&self.best].into_iter().chain(&self.others)
    }

    /// Whether it has one of the drivers, at its version: which of several makers' it takes is for Windows to say.
    pub(super) fn is_done(&self) -> bool {
        let Some(has) = &self.has else { return false };
        self.brought().find(|brought| brought.version.provider == has.provider).is_some_and(|own| has.is_enough(&own.version))
    }
}

fn text(pc: &dyn Look, key: &Key, name: &str) -> Result<Option<String>> {
    Ok(pc.registry_value(key, name)?.and_then(|data| data.as_text().map(str::to_owned)).filter(|text| !text.is_empty()))
}

/// What the device at a place is called, and its driver.
pub(super) fn device(pc: &dyn Look, place: &str) -> Result<(String, Option<Version>)> {
    let key = Key::machine(DEVICES).below(place);
    // Behind the file that it is from, as in `@oem4.inf,%lan.desc%;Ethernet`.
    let told = match text(pc, &key, "FriendlyName")? {
        Some(name) => Some(name),
        None => text(pc, &key, "DeviceDesc")?,
    };
    let name = told.map_or_else(|| place.to_owned(), |told| told.rsplit(';').next().unwrap_or_default().to_owned());
    let Some(at) = text(pc, &key, "Driver")? else { return Ok((name, None)) };
    let class = Key::machine(CLASSES).below(&at);
    let day = text(pc, &class, "DriverDate")?.and_then(|day| inf::day(&day));
    let has = text(pc, &class, "DriverVersion")?.zip(text(pc, &class, "ProviderName")?);
    Ok((name, has.map(|(number, provider)| Version { number, provider, day })))
}

/// The hardware identifiers of the device at a place, in lower case.
pub(super) fn identifiers(pc: &dyn Look, place: &str) -> Result<Vec<String>> {
    let key = Key::machine(DEVICES).below(place);
    let mut all = Vec::new();
    for name in ["HardwareID", "CompatibleIDs"] {
        if let Some(Data::Multi(ids)) = pc.registry_value(&key, name)? {
            all.extend(ids.iter().map(|id| id.to_lowercase()));
        }
    }
    Ok(all)
}
