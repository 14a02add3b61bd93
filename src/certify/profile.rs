//! What a kind of outlet must be good for: the link profiles of `profiles/link/`, which are in the program, and those that people
//! write.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Result, Why};
use crate::language::Language;
use crate::net::{VlanId, Watts};
use crate::poe::Class;
use crate::site;
use crate::wire::ethtool::Duplex;

/// What a kind of outlet must be good for. What is left out is not asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is called, in English.
    pub title: String,
    /// The same in French.
    pub title_fr: String,
    /// The least speed, in megabits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed_mbps: Option<u32>,
    /// Whether both ends must be able to send at the same time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplex: Option<Duplex>,
    /// How many frames may arrive broken while it is measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receive_errors: Option<u64>,
    /// The VLAN of frames without a tag, where the list of outlets names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u16>", range(min = 1, max = 4094))]
    pub vlan: Option<VlanId>,
    /// The VLAN of telephones, where the list of outlets names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u16>", range(min = 1, max = 4094))]
    pub voice_vlan: Option<VlanId>,
    /// The least class of PoE that the port must give, 0 to 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 8))]
    pub poe_class: Option<u8>,
    /// The least power that a device must be able to draw, in watts at the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 71.3))]
    pub poe_watts: Option<f64>,
    /// A DHCP server must offer an address.
    #[serde(default)]
    pub dhcp: bool,
    /// How many echo requests in a hundred the gateway may leave unanswered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub gateway_loss_percent: Option<u8>,
}

/// The profile that is meant where none is named.
pub const USUAL: &str = "gigabit-office";

/// Those in the program: their names and their texts.
pub const BUILTIN: &[(&str, &str)] = &[
    ("camera", include_str!("../../profiles/link/camera.toml")),
    (USUAL, include_str!("../../profiles/link/gigabit-office.toml")),
    ("poe-access-point", include_str!("../../profiles/link/poe-access-point.toml")),
    ("telephone", include_str!("../../profiles/link/telephone.toml")),
    ("temporary-event", include_str!("../../profiles/link/temporary-event.toml")),
];

impl Profile {
    /// The profile of that name, or in that file, where the name ends in `.toml`.
    pub fn find(name: &str) -> Result<Profile> {
        if !name.ends_with(".toml") {
            return Profile::builtin(name);
        }
        let text = std::fs::read_to_string(Path::new(name)).map_err(|error| {
            Fault::because(format!("cannot read the link profile {name}"), format!("profil de lien {name} illisible"), &error)
                .hint(
                    "trousse schema link-profile prints what it may hold",
                    "trousse schema link-profile affiche ce qu'il peut contenir",
                )
        })?;
        Profile::parse(&text).map_err(|why| {
            Fault::because(format!("the link profile {name} is refused"), format!("profil de lien {name} refusé"), why).hint(
                "trousse schema link-profile prints what it may hold",
                "trousse schema link-profile affiche ce qu'il peut contenir",
            )
        })
    }

    fn builtin(name: &str) -> Result<Profile> {
        let known = BUILTIN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()));
        let (_, text) = known.ok_or_else(|| {
            let names: Vec<&str> = BUILTIN.iter().map(|(known, _)| *known).collect();
            let names = names.join(", ");
            Fault::new(format!("no link profile is called {name:?}"), format!("aucun profil de lien ne s'appelle {name:?}")).hint(
                format!("one of: {names}; or a file that ends in .toml"),
                format!("un parmi : {names} ; ou un fichier en .toml"),
            )
        })?;
        Profile::parse(text).map_err(|why| Fault::because(name, name, why))
    }

    /// Reads a profile; the error is one line with the place in the text.
    pub fn parse(text: &str) -> std::result::Result<Profile, Why> {
        let profile: Profile = toml::from_str(text).map_err(|error| site::one_line(text, &error))?;
        profile.check()?;
        Ok(profile)
    }

    fn check(&self) -> std::result::Result<(), Why> {
        if let Some(class) = self.poe_class.filter(|&class| Class::new(class).is_none()) {
            return Err(Why::new(
                format!("poe_class: {class} is none of 0 to 8"),
                format!("poe_class : {class} n'est pas entre 0 et 8"),
            ));
        }
        if let Some(watts) = self.poe_watts.filter(|watts| !(0.0..=100.0).contains(watts)) {
            return Err(Why::new(
                format!("poe_watts: {watts} is no power of a port"),
                format!("poe_watts : {watts} n'est pas la puissance d'un port"),
            ));
        }
        if let Some(percent) = self.gateway_loss_percent.filter(|&percent| percent > 100) {
            return Err(Why::new(
                format!("gateway_loss_percent: {percent} is more than 100"),
                format!("gateway_loss_percent : {percent} dépasse 100"),
            ));
        }
        Ok(())
    }

    /// What it is called.
    pub fn title(&self, language: Language) -> &str {
        language.pick(&self.title, &self.title_fr)
    }

    /// The least power at the device.
    pub fn power(&self) -> Option<Watts> {
        self.poe_watts.map(|watts| Watts::from_milliwatts((watts * 1000.0).round() as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_in_the_program_reads_well_and_is_called_differently_in_both_languages() {
        for (name, text) in BUILTIN {
            let profile = Profile::parse(text).unwrap_or_else(|why| panic!("{name}: {why:?}"));
            assert_ne!(profile.title(Language::En), profile.title(Language::Fr), "{name}");
            assert!(profile.speed_mbps.is_some() && profile.duplex.is_some(), "{name}");
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/link");
        assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), BUILTIN.len(), "a profile is not in the program");
        assert!(BUILTIN.iter().any(|(name, _)| *name == USUAL));
    }

    #[test]
    fn a_class_gives_the_watts_that_its_profile_asks_for() {
        let profile = Profile::find("poe-access-point").expect("a profile");
        let class = profile.poe_class.and_then(Class::new).expect("a class");
        assert_eq!(profile.power(), Some(class.watts(crate::poe::End::Pd)));
    }

    #[test]
    fn what_no_outlet_can_have_is_refused_with_its_place() {
        let said =
            |more: &str| Profile::parse(&format!("title = \"a\"\ntitle_fr = \"b\"\n{more}")).expect_err("a refusal").english;
        assert!(said("colour = 3").starts_with("line 3: unknown field `colour`"));
        assert_eq!(said("poe_class = 9"), "poe_class: 9 is none of 0 to 8");
        assert!(said("poe_watts = -1").contains("no power"));
        assert!(said("poe_watts = nan").contains("no power"));
        assert!(said("gateway_loss_percent = 101").contains("more than 100"));
        assert!(said("vlan = 4095").contains("not a VLAN"));
        assert!(said("duplex = \"both\"").contains("both"));
        let fault = Profile::find("gigabit").expect_err("a refusal");
        assert!(fault.say(Language::En).contains("gigabit-office"), "{fault}");
    }
}
