//! When a Linux PC sleeps, by the files of systemd: logind.conf(5), systemd-sleep.conf(5). What desktops keep for each account of
//! its own is theirs.

use std::fs;
use std::io;
use std::path::Path;

use super::process::Program;
use super::{about, files};
use crate::fault::{Fault, Result};
use crate::prep::look::Mode;
use crate::prep::look::power::{Lid, Setting, Source};

/// What logind does with lids and with nobody at the PC. The last drop-in by its name wins.
const LOGIND: File =
    File { config: "systemd/logind.conf", section: "[Login]", drop_in: "/etc/systemd/logind.conf.d/zz-trousse.conf" };
/// Which kinds of sleep there are.
const SLEEP: File =
    File { config: "systemd/sleep.conf", section: "[Sleep]", drop_in: "/etc/systemd/sleep.conf.d/zz-trousse.conf" };
/// All that writes memory to the disk.
const HIBERNATION: [&str; 3] = ["AllowHibernation", "AllowHybridSleep", "AllowSuspendThenHibernate"];
/// What logind does when nobody is at the PC, and after how long (logind.conf(5): ignore, and half an hour).
const IDLE: &str = "IdleAction";
const IDLE_AFTER: &str = "IdleActionSec";
const IDLE_USUAL_S: u32 = 1800;
/// The words of logind.conf(5), in the order of [`Lid::ALL`].
const LIDS: [&str; 4] = ["ignore", "suspend", "hibernate", "poweroff"];

/// A file of systemd and the drop-in of ours.
struct File {
    config: &'static str,
    section: &'static str,
    drop_in: &'static str,
}

impl File {
    /// What it and all its drop-ins hold, in the order in which systemd reads them.
    fn whole(&self) -> Result<String> {
        let ended = Program::new("systemd-analyze", &["cat-config", self.config]).run()?;
        if ended.well() {
            return Ok(ended.output);
        }
        let config = self.config;
        Err(Fault::new(
            format!("systemd-analyze does not tell what is in {config}"),
            format!("systemd-analyze ne dit pas ce que contient {config}"),
        ))
    }

    /// Sets keys in the drop-in of ours.
    fn set(&self, keys: &[(&str, &str)]) -> Result<()> {
        let was = files::small(self.drop_in)?.unwrap_or_default();
        let text = with(&String::from_utf8_lossy(&was), self.section, keys);
        files::write(self.drop_in, &mut text.as_bytes(), Mode(0o644)).map(drop)
    }
}

/// The value of a key: the last one counts, and an empty one takes back those before it.
fn value<'a>(text: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let (mut inside, mut found) = (false, None);
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == section;
        } else if let Some((name, value)) = line.split_once('=')
            && inside
            && name.trim_end() == key
        {
            found = Some(value.trim()).filter(|value| !value.is_empty());
        }
    }
    found
}

/// A drop-in of one section with these keys set, the others as they were.
fn with(text: &str, section: &str, keys: &[(&str, &str)]) -> String {
    let is_set = |line: &str| keys.iter().any(|(key, _)| line.split_once('=').is_some_and(|(name, _)| name.trim() == *key));
    let kept = text.lines().map(str::trim).filter(|line| line.contains('=') && !line.starts_with('#') && !is_set(line));
    let set = keys.iter().map(|(key, value)| format!("{key}={value}"));
    let lines: Vec<String> = kept.map(str::to_owned).chain(set).collect();
    format!("# trousse prep\n{section}\n{}\n", lines.join("\n"))
}

/// The seconds of a span of time, as far as systemd.time(7) is used here.
fn seconds(text: &str) -> Option<u32> {
    let mut whole = 0u32;
    for word in text.split_whitespace() {
        let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u32 = word[..digits].parse().ok()?;
        let unit = match &word[digits..] {
            "" | "s" | "sec" | "second" | "seconds" => 1,
            "m" | "min" | "minute" | "minutes" => 60,
            "h" | "hr" | "hour" | "hours" => 3600,
            "d" | "day" | "days" => 86_400,
            _ => return None,
        };
        whole = whole.checked_add(number.checked_mul(unit)?)?;
    }
    Some(whole)
}

fn lid_key(source: Source) -> &'static str {
    match source {
        Source::Mains => "HandleLidSwitchExternalPower",
        Source::Battery => "HandleLidSwitch",
    }
}

fn lid(text: &str, source: Source) -> Option<u32> {
    let battery = || value(text, LOGIND.section, lid_key(Source::Battery));
    // Without a word of its own, mains is as the battery; and that sleeps (logind.conf(5)).
    let word = match source {
        Source::Mains => value(text, LOGIND.section, lid_key(source)).or_else(battery),
        Source::Battery => battery(),
    };
    LIDS.iter().position(|known| *known == word.unwrap_or(LIDS[Lid::Sleep as usize])).map(|number| number as u32)
}

/// What is to be set for a lid. Without a word of its own, mains would follow the battery: it is given what it has.
fn lids<'a>(text: &'a str, source: Source, word: &'a str) -> Vec<(&'static str, &'a str)> {
    let mut keys = vec![(lid_key(source), word)];
    if source == Source::Battery && value(text, LOGIND.section, lid_key(Source::Mains)).is_none() {
        let before = value(text, LOGIND.section, lid_key(Source::Battery)).unwrap_or(LIDS[Lid::Sleep as usize]);
        keys.push((lid_key(Source::Mains), before));
    }
    keys
}

fn sleep(text: &str) -> Option<u32> {
    match value(text, LOGIND.section, IDLE).unwrap_or("ignore") {
        "ignore" => Some(0),
        "suspend" => value(text, LOGIND.section, IDLE_AFTER).map_or(Some(IDLE_USUAL_S), seconds),
        _ => None,
    }
}

/// What is set; `None` where it is something else than a profile can say.
pub(super) fn setting(source: Source, setting: Setting) -> Result<Option<u32>> {
    match setting {
        Setting::Lid => LOGIND.whole().map(|text| lid(&text, source)),
        Setting::Sleep => LOGIND.whole().map(|text| sleep(&text)),
        Setting::Screen | Setting::Hibernate => Err(Fault::new(
            "Linux keeps that for each account and desktop: only sleep and the lid are the PC's",
            "sous Linux cela appartient à chaque compte et bureau : seuls la veille et le capot sont ceux du PC",
        )),
    }
}

pub(super) fn set(source: Source, setting: Setting, value: u32) -> Result<()> {
    match setting {
        Setting::Lid => {
            let word = LIDS.get(value as usize).copied().unwrap_or(LIDS[Lid::Nothing as usize]);
            LOGIND.set(&lids(&LOGIND.whole()?, source, word))?;
        }
        Setting::Sleep if value == 0 => LOGIND.set(&[(IDLE, "ignore")])?,
        Setting::Sleep => LOGIND.set(&[(IDLE, "suspend"), (IDLE_AFTER, &format!("{value}s"))])?,
        Setting::Screen | Setting::Hibernate => {}
    }
    // It reads its files again; where it does not run, its next start does.
    let _ = Program::new("systemctl", &["kill", "--signal=HUP", "systemd-logind.service"]).run();
    Ok(())
}

/// Whether the PC is fed from the mains (Documentation/ABI/testing/sysfs-class-power). One that has no battery is.
pub(super) fn on_mains() -> Result<bool> {
    let supplies = Path::new("/sys/class/power_supply");
    let entries = match fs::read_dir(supplies) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(about(supplies, &error)),
    };
    let told =
        |supply: &Path, name: &str| fs::read_to_string(supply.join(name)).map(|text| text.trim().to_owned()).unwrap_or_default();
    let (mut battery, mut mains) = (false, false);
    for entry in entries.flatten() {
        let supply = entry.path();
        match told(&supply, "type").as_str() {
            // That of a mouse is no battery of the PC.
            "Battery" => battery |= told(&supply, "scope") != "Device",
            _ => mains |= told(&supply, "online") == "1",
        }
    }
    Ok(mains || !battery)
}

/// Whether the PC may hibernate, by the files.
pub(super) fn may_hibernate() -> Result<bool> {
    let text = SLEEP.whole()?;
    Ok(!HIBERNATION
        .iter()
        .all(|key| value(&text, SLEEP.section, key).is_some_and(|value| matches!(value, "no" | "false" | "off" | "0"))))
}

pub(super) fn let_hibernate(on: bool) -> Result<()> {
    let word = if on { "yes" } else { "no" };
    SLEEP.set(&HIBERNATION.map(|key| (key, word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts() {
        let text = "# /etc/systemd/logind.conf\n[Login]\n#IdleAction=suspend\nIdleAction=suspend\nIdleActionSec=10min\n\n\
                    # /etc/systemd/logind.conf.d/a.conf\n[Login]\nIdleActionSec = 1h 30min\n[Other]\nIdleAction=lock\n";
        assert_eq!(sleep(text), Some(5400));
        assert_eq!(sleep(""), Some(0), "logind does nothing of itself");
        assert_eq!(sleep("[Login]\nIdleAction=suspend\n"), Some(1800));
        assert_eq!(sleep("[Login]\nIdleAction=lock\n"), None);
        assert_eq!(sleep("[Login]\nIdleAction=suspend\nIdleActionSec=1 fortnight\n"), None);
        assert_eq!(sleep("[Login]\nIdleAction=suspend\nIdleAction=\n"), Some(0), "taken back");
    }

    #[test]
    fn a_lid_on_mains_is_as_one_on_the_battery_where_nothing_else_is_said() {
        let both = |text: &str| [Source::Mains, Source::Battery].map(|source| lid(text, source));
        assert_eq!(both(""), [Some(1), Some(1)]);
        assert_eq!(both("[Login]\nHandleLidSwitch=poweroff\n"), [Some(3), Some(3)]);
        assert_eq!(both("[Login]\nHandleLidSwitchExternalPower=ignore\n"), [Some(0), Some(1)]);
        assert_eq!(both("[Login]\nHandleLidSwitch=kexec\n"), [None, None]);
    }

    #[test]
    fn a_lid_on_the_battery_takes_mains_along_with_it_only_where_it_is_told_to() {
        let set = |text: &str, source| {
            let after = with(text, "[Login]", &lids(text, source, "poweroff"));
            [Source::Mains, Source::Battery].map(|source| lid(&after, source))
        };
        assert_eq!(set("", Source::Battery), [Some(1), Some(3)]);
        assert_eq!(set("[Login]\nHandleLidSwitch=ignore\n", Source::Battery), [Some(0), Some(3)]);
        assert_eq!(set("[Login]\nHandleLidSwitchExternalPower=ignore\n", Source::Battery), [Some(0), Some(3)]);
        assert_eq!(set("", Source::Mains), [Some(3), Some(1)]);
    }

    #[test]
    fn a_drop_in_keeps_what_it_held_and_a_second_time_changes_nothing() {
        let first = with("", "[Login]", &[("IdleAction", "ignore")]);
        let both = with(&first, "[Login]", &[("HandleLidSwitch", "ignore"), ("IdleAction", "suspend")]);
        assert_eq!(both, "# trousse prep\n[Login]\nHandleLidSwitch=ignore\nIdleAction=suspend\n");
        assert_eq!(with(&both, "[Login]", &[("HandleLidSwitch", "ignore"), ("IdleAction", "suspend")]), both);
    }
}
