//! `driver`: the drivers of a pack, for the devices of this PC. The pack is a zip beside the profile; what it holds is read from its
//! own .inf files before anything is touched.

mod device;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, ExitCodes, Meaning, Scene, Step, beside, only_windows};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, List, Sight};
use crate::prep::inf::{Models, Windows};
use crate::prep::look::{Act, Look};
use crate::prep::pack::Packed;
use device::{Brought, Fit, device, identifiers};

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

impl Driver {
    /// The devices of the PC that the pack is for. Those that share a name, as ports do, are told apart by their places.
    fn fits(&self, pc: &dyn Look) -> Result<Vec<Fit>> {
        let drivers = pc.payload_drivers(&self.pack)?;
        let windows = Windows::of(pc.build()?.version.as_deref());
        let taken: Vec<(&Packed, Vec<&Models>)> =
            drivers.iter().map(|packed| (packed, packed.driver.models_for(windows))).collect();
        let (mut fits, mut later): (Vec<Fit>, Option<Windows>) = (Vec::new(), None);
        for place in pc.devices()? {
            let ids = identifiers(pc, &place)?;
            let fit = |models: &[&Models]| models.iter().filter_map(|models| models.fit(&ids)).min();
            let packed: Vec<(usize, &Packed)> = taken.iter().filter_map(|(packed, models)| Some((fit(models)?, *packed))).collect();
            if packed.is_empty() {
                let others = drivers.iter().filter(|packed| !packed.driver.is_extension());
                let others = others.flat_map(|packed| &packed.driver.models);
                let others = others.filter(|models| models.least > windows && models.fit(&ids).is_some());
                later = others.map(|models| models.least).chain(later).min();
                continue;
            }
            let (name, has) = device(pc, &place)?;
            fits.extend(Fit::of(name, place, has, packed));
        }
        if fits.is_empty() && !self.if_there {
            return Err(self.is_for_another(later, pc)?);
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

    /// What keeps a pack from being for this PC; `later` is the least Windows that its drivers for devices of this PC are for.
    fn is_for_another(&self, later: Option<Windows>, pc: &dyn Look) -> Result<Fault> {
        let pack = &self.pack;
        let Some(least) = later else {
            return Ok(Fault::new(
                format!("{pack} holds no driver for any device of this PC"),
                format!("{pack} ne contient de pilote pour aucun périphérique de ce PC"),
            )
            .hint(
                "take the pack of this model, or write if_there = true",
                "prenez le pack de ce modèle, ou écrivez if_there = true",
            ));
        };
        let has = pc.build()?.version.unwrap_or_default();
        Ok(Fault::new(
            format!("{pack} is for Windows build {least} and later, and this PC has {has}"),
            format!("{pack} est pour Windows à partir de la version {least}, et ce PC est en {has}"),
        )
        .hint(
            "take the pack for this Windows, or write if_there = true",
            "prenez le pack de cette version de Windows, ou écrivez if_there = true",
        ))
    }

    /// What is left to do.
    fn left(&self, pc: &dyn Look) -> Result<Vec<(Fit, Change)>> {
        let fits = self.fits(pc)?.into_iter().filter(|fit| !fit.is_done());
        let to_do = |fit: Fit| {
            let change = Change::new(&fit.name, Aspect::Driver, fit.before(), fit.best.version.state());
            (fit, change)
        };
        Ok(fits.map(to_do).collect())
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
        let brings = |one: &Brought| Sight::new(format!("{}, {}", self.pack, one.inf), Aspect::Brings, one.version.state());
        let brought = fits.iter().flat_map(Fit::brought).map(brings);
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
        let Some((fit, _)) = self.left(pc)?.into_iter().find(|(_, left)| left == change) else { return Ok(Applied::default()) };
        let mut worst: Option<Applied> = None;
        for inf in [&fit.best.inf].into_iter().chain(&fit.extensions) {
            let applied = ExitCodes::default().applied_or(pc.add_driver(&self.pack, inf, scene.timeout_s)?, &PNPUTIL);
            worst = worst.filter(|worst| worst.meaning >= applied.meaning).or(Some(applied));
        }
        Ok(worst.unwrap_or_default())
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
    use std::collections::BTreeSet;

    use super::device::{CLASSES, DEVICES};
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, said, step};
    use crate::prep::inf::tests::LAN;
    use crate::prep::look::System;
    use crate::prep::look::registry::{Data, Key};
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

    /// A pack of these .inf files, with what they name.
    fn packed(infs: &[(&str, &str)]) -> Vec<u8> {
        // What each names lies beside it.
        let folders: BTreeSet<&str> = infs.iter().map(|(name, _)| name.rfind('/').map_or("", |at| &name[..=at])).collect();
        let beside: Vec<String> = folders.iter().flat_map(|folder| ["lan.cat", "lan.sys"].map(|name| format!("{folder}{name}"))).collect();
        let mut files: Vec<(&str, &[u8])> = infs.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        files.extend(beside.iter().map(|name| (name.as_str(), &b"x"[..])));
        pack(&files)
    }

    #[test]
    fn what_adds_to_a_driver_goes_with_it_and_is_none_itself() {
        let extension = LAN
            .replace("{4D36E972-E325-11CE-BFC1-08002BE10318}", "{E2F84CE7-8EFA-411C-AA69-97454CA4CB57}")
            .replace("= Net", "= Extension")
            .replace("Intel; Corp", "Other")
            .replace("12.19.1.37", "30.1.0.0");
        let pack = packed(&[("ext.inf", &extension), ("lan.inf", LAN)]);
        let mut done_already = pc(Some("12.19.1.37"), "Intel; Corp");
        done_already.payloads.insert("lan.zip".into(), pack.clone());
        assert_eq!(planned(&step(STEP), &done_already), []);
        let mut old = pc(Some("12.9.0.1"), "Intel; Corp");
        old.payloads.insert("lan.zip".into(), pack);
        assert_eq!(said(&step(STEP), &old, Language::En)[1..], ["lan.zip, lan.inf: brings 12.19.1.37 (Intel; Corp, 2023-07-21)"]);
        done(&step(STEP), &mut old);
        let added: Vec<&String> = old.acts.iter().filter(|act| act.starts_with("driver")).collect();
        assert_eq!(added, ["driver lan.zip lan.inf", "driver lan.zip ext.inf"]);
        old.payloads.insert("lan.zip".into(), packed(&[("ext.inf", &extension)]));
        assert!(old.plan(&step(STEP)).is_err(), "it is for a driver that another pack brings");
    }

    #[test]
    fn of_several_drivers_for_one_device_it_needs_one() {
        let other = LAN.replace("Intel; Corp", "Other").replace("12.19.1.37", "30.1.0.0");
        let older = LAN.replace("07/21/2023,12.19.1.37", "01/02/2019,12.18.0.1");
        let generic = LAN.replace("PCI\\VEN_8086&DEV_15FB", "PCI\\VEN_8086&CC_0200").replace("12.19.1.37", "99.0.0.0");
        let pack = packed(&[("old.inf", &older), ("other.inf", &other), ("lan.inf", LAN), ("generic.inf", &generic)]);
        let with = |version: Option<&str>, provider: &str| {
            let mut pc = pc(version, provider);
            let ids = ["PCI\\VEN_8086&DEV_15FB", "PCI\\VEN_8086&CC_0200"].map(str::to_owned).to_vec();
            let key = Key::machine(DEVICES).below(CARD);
            pc.set_registry_value(&key, "HardwareID", &Data::Multi(ids)).expect("set");
            pc.payloads.insert("lan.zip".into(), pack.clone());
            pc
        };
        for (version, provider, left) in [
            ("12.19.1.37", "Intel; Corp", 0),
            ("30.1.0.0", "Other", 0),
            ("12.18.0.1", "Intel; Corp", 1),
            ("29.0.0.0", "Other", 1),
            ("99.0.0.0", "Microsoft", 1),
        ] {
            assert_eq!(planned(&step(STEP), &with(Some(version), provider)).len(), left, "{version} {provider}");
        }
        let mut bare = with(None, "");
        done(&step(STEP), &mut bare);
        let added = bare.acts.iter().filter(|act| act.starts_with("driver")).count();
        assert_eq!(added, 1, "{:?}", bare.acts);
    }

    #[test]
    fn a_pack_for_a_later_windows_is_told_as_such() {
        let eleven = LAN.replace("10.0.1, \\\n          NTamd64.10.0.1..17763", "10.0.1..22000").replace("NTamd64.10.0.1]", "NTamd64.10.0.1..22000]");
        let on = |build: &str| {
            let mut pc = Fake { windows_build: build.into(), ..pc(None, "") };
            pc.payloads.insert("lan.zip".into(), packed(&[("lan.inf", &eleven)]));
            pc
        };
        assert_eq!(planned(&step(STEP), &on("22631.4460")).len(), 1);
        let fault = on("19045.2006").plan(&step(STEP)).expect_err("a fault");
        assert!(fault.to_string().contains("lan.zip is for Windows build 22000 and later, and this PC has 19045.2006"), "{fault}");
        assert_eq!(planned(&step(&format!("{STEP}\nif_there = true")), &on("19045.2006")), []);
        let both = packed(&[("win10/lan.inf", LAN), ("win11/lan.inf", &eleven.replace("12.19.1.37", "13.0.0.1"))]);
        let mut ten = Fake { windows_build: "19045.2006".into(), ..pc(Some("12.19.1.37"), "Intel; Corp") };
        ten.payloads.insert("lan.zip".into(), both);
        assert_eq!(planned(&step(STEP), &ten), [], "the other one is not for it");
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
