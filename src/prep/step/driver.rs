//! `driver`: the drivers of a pack, for the devices of this PC. The pack is a zip beside the profile; what it holds is read from its
//! own .inf files before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::package::version;
use super::{Applied, ExitCodes, Meaning, Scene, Step, beside, only_windows};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, List, Sight, State};
use crate::prep::inf;
use crate::prep::look::registry::{Data, Key};
use crate::prep::look::{Act, Look};
use crate::prep::pack::Packed;

/// Where Windows keeps its devices, by the names of their places.
const DEVICES: &str = "SYSTEM\\CurrentControlSet\\Enum";
/// Where it keeps the drivers that they have, by their classes.
const CLASSES: &str = "SYSTEM\\CurrentControlSet\\Control\\Class";
/// What pnputil ends with beside 0 (its documentation, "Return values"): no device wanted it, or a restart is needed.
const PNPUTIL: [(i32, Meaning); 3] = [(259, Meaning::Done), (3010, Meaning::Restart), (1641, Meaning::Restart)];

/// A pack of drivers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// The zip beside the profile: an .inf for each driver, and all that it names.
    pub pack: String,
    /// A pack without a driver for any device of this PC is passed over. Without it, it is a failure: it is another model's.
    #[serde(default)]
    pub if_there: bool,
}

/// A driver as a device has it, or as the pack brings it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
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

    fn state(&self) -> State {
        let Version { number, provider, .. } = self;
        State::Text(match &self.day {
            Some(day) => format!("{number} ({provider}, {day})"),
            None => format!("{number} ({provider})"),
        })
    }
}

/// A device of the PC that a driver of the pack is for.
struct Fit {
    /// What the device is called.
    name: String,
    /// Where it is.
    place: String,
    /// The driver that it has.
    has: Option<Version>,
    /// The place of the .inf in the pack.
    inf: String,
    /// The driver that it brings.
    brought: Version,
}

impl Fit {
    fn before(&self) -> State {
        self.has.as_ref().map_or(State::Absent, Version::state)
    }
}

fn text(pc: &dyn Look, key: &Key, name: &str) -> Result<Option<String>> {
    Ok(pc.registry_value(key, name)?.and_then(|data| data.as_text().map(str::to_owned)).filter(|text| !text.is_empty()))
}

/// What the device at a place is called, and its driver.
fn device(pc: &dyn Look, place: &str) -> Result<(String, Option<Version>)> {
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
fn identifiers(pc: &dyn Look, place: &str) -> Result<Vec<String>> {
    let key = Key::machine(DEVICES).below(place);
    let mut all = Vec::new();
    for name in ["HardwareID", "CompatibleIDs"] {
        if let Some(Data::Multi(ids)) = pc.registry_value(&key, name)? {
            all.extend(ids.iter().map(|id| id.to_lowercase()));
        }
    }
    Ok(all)
}

impl Driver {
    /// The devices of the PC that the pack is for. Those that share a name, as ports do, are told apart by their places.
    fn fits(&self, pc: &dyn Look) -> Result<Vec<Fit>> {
        let drivers = pc.payload_drivers(&self.pack)?;
        let mut fits: Vec<Fit> = Vec::new();
        for place in pc.devices()? {
            let ids = identifiers(pc, &place)?;
            let is_for_it = |packed: &&Packed| ids.iter().any(|id| packed.driver.devices.binary_search(id).is_ok());
            let mut packed = drivers.iter().filter(is_for_it).peekable();
            if packed.peek().is_none() {
                continue;
            }
            let (name, has) = device(pc, &place)?;
            fits.extend(packed.map(|Packed { inf, driver }| Fit {
                name: name.clone(),
                place: place.clone(),
                has: has.clone(),
                inf: inf.clone(),
                brought: Version::of(driver),
            }));
        }
        if fits.is_empty() && !self.if_there {
            let pack = &self.pack;
            return Err(Fault::new(
                format!("{pack} holds no driver for any device of this PC"),
                format!("{pack} ne contient de pilote pour aucun périphérique de ce PC"),
            )
            .hint(
                "take the pack of this model, or write if_there = true",
                "prenez le pack de ce modèle, ou écrivez if_there = true",
            ));
        }
        let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for fit in &fits {
            names.entry(fit.name.clone()).or_default().insert(fit.place.clone());
        }
        for fit in fits.iter_mut().filter(|fit| names[&fit.name].len() > 1) {
            fit.name = format!("{} ({})", fit.name, fit.place);
        }
        Ok(fits)
    }

    /// What is left to do, with the place of the .inf in the pack.
    fn left(&self, pc: &dyn Look) -> Result<Vec<(String, Change)>> {
        let fits = self.fits(pc)?.into_iter().filter(|fit| !fit.has.as_ref().is_some_and(|has| has.is_enough(&fit.brought)));
        Ok(fits.map(|fit| (fit.inf.clone(), Change::new(&fit.name, Aspect::Driver, fit.before(), fit.brought.state()))).collect())
    }
}

impl Step for Driver {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        Ok(self.left(pc)?.into_iter().map(|(_, change)| change).collect())
    }

    /// Each device once, then what the pack brings for them.
    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let fits = self.fits(pc)?;
        if fits.is_empty() {
            return Ok(vec![List::Devices.sight(&self.pack, [])]);
        }
        let devices = fits.iter().map(|fit| Sight::new(&fit.name, Aspect::Driver, fit.before()));
        let brought = fits.iter().map(|fit| Sight::new(format!("{}, {}", self.pack, fit.inf), Aspect::Brings, fit.brought.state()));
        let mut seen: Vec<Sight> = Vec::new();
        for sight in devices.chain(brought) {
            if !seen.contains(&sight) {
                seen.push(sight);
            }
        }
        Ok(seen)
    }

    fn detection(&self) -> Why {
        Why::new(
            "version, maker and day of each device's driver, in the registry",
            "version, éditeur et date du pilote de chaque périphérique, dans le registre",
        )
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        // Another device of the same driver may have brought it along.
        let Some((inf, _)) = self.left(pc)?.into_iter().find(|(_, left)| left == change) else { return Ok(Applied::default()) };
        let ended = pc.add_driver(&self.pack, &inf, scene.timeout_s)?;
        let codes = PNPUTIL.map(|(code, meaning)| (code.to_string(), meaning));
        Ok(ExitCodes(codes.into()).applied(ended))
    }

    fn check(&self) -> std::result::Result<(), Why> {
        beside(&self.pack)?;
        if !self.pack.to_lowercase().ends_with(".zip") {
            let pack = &self.pack;
            return Err(Why::new(format!("{pack:?} is no .zip"), format!("{pack:?} n'est pas un .zip")));
        }
        Ok(())
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        only_windows(pc, "driver")?;
        pc.payload_drivers(&self.pack).map(drop)
    }

    fn payloads(&self) -> Vec<&str> {
        vec![&self.pack]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, said, step};
    use crate::prep::inf::tests::LAN;
    use crate::prep::look::System;
    use crate::prep::pack::tests::pack;

    const STEP: &str = "kind = \"driver\"\npack = \"lan.zip\"";
    const CARD: &str = "PCI\\VEN_8086&DEV_15FB&SUBSYS_1\\3&11583659&0&FE";

    /// A PC with a network card and a device of no maker, and the pack.
    fn pc(version: Option<&str>, provider: &str) -> Fake {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        let files: [(&str, &[u8]); 3] = [("lan.inf", LAN.as_bytes()), ("lan.cat", b"c"), ("lan.sys", b"s")];
        pc.payloads.insert("lan.zip".into(), pack(&files));
        pc.devices = vec![CARD.into(), "ROOT\\NOBODY\\0000".into()];
        let key = Key::machine(DEVICES).below(CARD);
        let ids = ["PCI\\VEN_8086&DEV_15FB&SUBSYS_1", "PCI\\VEN_8086&DEV_15FB"].map(str::to_owned).to_vec();
        let mut set = |key: &Key, name: &str, data: Data| pc.set_registry_value(key, name, &data).expect("set");
        set(&key, "HardwareID", Data::Multi(ids));
        set(&key, "DeviceDesc", Data::String("@oem4.inf,%lan.desc%;Ethernet".into()));
        if let Some(version) = version {
            let at = "{4d36e972-e325-11ce-bfc1-08002be10318}\\0001";
            set(&key, "Driver", Data::String(at.into()));
            set(&Key::machine(CLASSES).below(at), "DriverVersion", Data::String(version.into()));
            set(&Key::machine(CLASSES).below(at), "ProviderName", Data::String(provider.into()));
            set(&Key::machine(CLASSES).below(at), "DriverDate", Data::String("1-9-2022".into()));
        }
        pc.acts.clear();
        pc
    }

    #[test]
    fn a_driver_is_installed_where_its_device_has_an_older_one_or_none() {
        let said = |pc: &Fake| {
            planned(&step(STEP), pc).iter().map(|change| change.say(Language::Fr)).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(said(&pc(None, "")), "Ethernet : pilote aucun → 12.19.1.37 (Intel; Corp, 2023-07-21)");
        assert_eq!(said(&pc(Some("12.9.0.1"), "Intel; Corp")), "Ethernet : pilote 12.9.0.1 (Intel; Corp, 2022-01-09) → 12.19.1.37 (Intel; Corp, 2023-07-21)");
        assert_eq!(said(&pc(Some("12.19.1.37"), "Intel; Corp")), "");
        assert_eq!(said(&pc(Some("13.0.0.0"), "Intel; Corp")), "");
        assert!(said(&pc(Some("10.0.22621.1"), "Microsoft")).contains("10.0.22621.1 (Microsoft, 2022-01-09) → "), "of another maker");
        let mut old = pc(Some("12.9.0.1"), "Intel; Corp");
        done(&step(STEP), &mut old);
        assert_eq!(old.acts.iter().filter(|act| act.starts_with("driver")).collect::<Vec<_>>(), ["driver lan.zip lan.inf"]);
    }

    #[test]
    fn each_device_is_seen_with_its_driver_and_so_is_what_the_pack_brings() {
        let mut pc = pc(Some("12.9.0.1"), "Intel; Corp");
        assert_eq!(
            said(&step(STEP), &pc, Language::En),
            [
                "Ethernet: driver 12.9.0.1 (Intel; Corp, 2022-01-09)",
                "lan.zip, lan.inf: brings 12.19.1.37 (Intel; Corp, 2023-07-21)",
            ]
        );
        // A second card of the same name, without a driver.
        let second = "PCI\\VEN_8086&DEV_15FB&SUBSYS_1\\4&2";
        let key = Key::machine(DEVICES).below(second);
        pc.set_registry_value(&key, "CompatibleIDs", &Data::Multi(vec!["PCI\\VEN_8086&DEV_15FB".into()])).expect("set");
        pc.set_registry_value(&key, "FriendlyName", &Data::String("Ethernet".into())).expect("set");
        pc.devices.push(second.into());
        assert_eq!(
            said(&step(STEP), &pc, Language::Fr),
            [
                &format!("Ethernet ({CARD}) : pilote 12.9.0.1 (Intel; Corp, 2022-01-09)"),
                &format!("Ethernet ({second}) : pilote aucun"),
                "lan.zip, lan.inf : apporte 12.19.1.37 (Intel; Corp, 2023-07-21)",
            ]
        );
        assert_eq!(planned(&step(STEP), &pc).len(), 2);
        pc.devices.clear();
        let passed_over = step(&format!("{STEP}\nif_there = true"));
        assert_eq!(said(&passed_over, &pc, Language::Fr), ["lan.zip : périphériques de ce PC : aucun"]);
    }

    #[test]
    fn a_pack_of_another_model_is_a_failure_unless_the_profile_says_otherwise() {
        let mut pc = pc(None, "");
        pc.devices.remove(0);
        assert!(pc.plan(&step(STEP)).expect_err("a fault").to_string().contains("no driver for any device"));
        assert_eq!(planned(&step(&format!("{STEP}\nif_there = true")), &pc), []);
    }

    #[test]
    fn what_claims_to_be_a_pack_is_refused_before_anything_is_touched() {
        let mut pc = pc(None, "");
        pc.payloads.insert("lan.zip".into(), vec![b'x'; 2000]);
        let fault = step(STEP).step().inspect(&pc).expect_err("refused");
        assert!(fault.to_string().contains("no whole zip"), "{fault}");
        assert!(refused("kind = \"driver\"\npack = \"setup.exe\"").contains("no .zip"));
        assert!(refused("kind = \"driver\"\npack = \"../lan.zip\"").contains("beside the profile"));
    }

    #[test]
    fn what_pnputil_says_is_known() {
        let meaning = |code| PNPUTIL.iter().find(|(known, _)| *known == code).map(|(_, meaning)| *meaning);
        assert_eq!([259, 3010, 5].map(meaning), [Some(Meaning::Done), Some(Meaning::Restart), None]);
    }
}
