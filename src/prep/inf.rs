//! What a driver says of itself: the .inf of its pack (Microsoft, "INF File Sections and Directives"). It comes from whoever filled
//! the depot: everything is bounded, and what makes no sense is left out.

mod windows;

use std::collections::BTreeMap;

use crate::fault::Why;
pub use windows::Windows;

/// Bytes of a file: the largest of graphics drivers have two million.
pub const LONGEST: u64 = 8 << 20;
/// Devices of one file that are looked for.
const DEVICES: usize = 20_000;
/// Files of one that are looked for.
const FILES: usize = 20_000;
/// Bytes of a text with the names in it replaced: Windows takes 4096 letters ("INF Strings Section").
const FILLED: usize = 4096;
/// The class of what adds to the driver of a device and is none itself ("Using an Extension INF File").
const EXTENSION: &str = "{e2f84ce7-8efa-411c-aa69-97454ca4cb57}";

/// A driver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Driver {
    /// The class of its devices, in words.
    pub class: String,
    /// The same as a GUID in braces, in lower case.
    pub class_guid: String,
    /// Who made it.
    pub provider: String,
    /// Its version, as in `12.19.1.37`.
    pub version: String,
    /// Its day, as in `2023-07-21`.
    pub day: Option<String>,
    /// Its catalogue, which holds its signature.
    pub catalogue: Option<String>,
    /// The files that it brings.
    pub files: Vec<String>,
    /// The devices that it is for, section by section.
    pub models: Vec<Models>,
}

/// The devices of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Models {
    /// Which line of \[Manufacturer\] names it: of the sections of one line Windows takes one.
    pub line: usize,
    /// The least Windows that takes it.
    pub least: Windows,
    /// Their hardware identifiers, in lower case and in their order.
    pub devices: Vec<String>,
}

type Section = Vec<(Option<String>, Vec<String>)>;

/// The sections by their names in lower case; those of one name are one.
struct Inf {
    sections: BTreeMap<String, Section>,
    strings: BTreeMap<String, String>,
}

impl Driver {
    /// Reads the text of an .inf.
    ///
    /// # Errors
    /// It is none, or no driver for Windows of 64 bits.
    pub fn of(bytes: &[u8]) -> Result<Driver, Why> {
        let inf = Inf::read(&text(bytes));
        let version = |key: &str| inf.first("version", key);
        let signature = version("signature").unwrap_or_default().to_lowercase();
        if !matches!(signature.as_str(), "$windows nt$" | "$chicago$") {
            return Err(Why::new("it is no .inf of Windows", "ce n'est pas un .inf de Windows"));
        }
        // DriverVer = 07/21/2023,12.19.1.37
        let told = inf.all("version", "driverver").unwrap_or_default();
        let day = told.first().and_then(|text| day(text));
        let told = told.get(1).cloned().filter(|version| !version.is_empty() && version.split('.').all(is_number));
        let (Some(version), Some(provider), Some(class_guid)) = (told, version("provider"), version("classguid")) else {
            return Err(Why::new(
                "its [Version] tells no driver: DriverVer, Provider and ClassGuid",
                "son [Version] ne décrit aucun pilote : DriverVer, Provider et ClassGuid",
            ));
        };
        let models = inf.models();
        if models.iter().all(|models| models.devices.is_empty()) {
            return Err(Why::new(
                "it is for no device of a Windows of 64 bits",
                "il n'est pour aucun périphérique d'un Windows 64 bits",
            ));
        }
        let catalogue = inf.first("version", "catalogfile.ntamd64").or_else(|| inf.first("version", "catalogfile"));
        let class = inf.first("version", "class").unwrap_or_default();
        let class_guid = class_guid.to_lowercase();
        Ok(Driver { class, class_guid, provider, version, day, catalogue, files: inf.files(), models })
    }

    /// Whether it adds to the driver of a device and is none itself.
    pub fn is_extension(&self) -> bool {
        self.class_guid == EXTENSION
    }

    /// The sections that a Windows takes: of each line of \[Manufacturer\] the one that fits it best.
    pub fn models_for(&self, windows: Windows) -> Vec<&Models> {
        let mut best: BTreeMap<usize, &Models> = BTreeMap::new();
        for models in self.models.iter().filter(|models| models.least <= windows) {
            let known = best.entry(models.line).or_insert(models);
            if known.least < models.least {
                *known = models;
            }
        }
        best.into_values().collect()
    }
}

impl Models {
    /// The place of the first of a device's identifiers that is one of these.
    pub fn fit(&self, ids: &[String]) -> Option<usize> {
        ids.iter().position(|id| self.devices.binary_search(id).is_ok())
    }
}

/// The day of a driver, which Windows writes `07/21/2023` in an .inf and `7-21-2023` in its registry, as `2023-07-21`.
pub fn day(text: &str) -> Option<String> {
    let mut parts = text.trim().split(['/', '-']);
    let (month, day, year) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let day = jiff::civil::Date::new(year, month, day).ok()?;
    parts.next().is_none().then(|| day.to_string())
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>().is_ok()
}

/// In UTF-16, UTF-8 or the letters of a Western Windows.
fn text(bytes: &[u8]) -> String {
    let wide = |pair: fn([u8; 2]) -> u16, bytes: &[u8]| {
        String::from_utf16_lossy(&bytes.chunks_exact(2).map(|two| pair([two[0], two[1]])).collect::<Vec<u16>>())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(u16::from_le_bytes, rest),
        [0xfe, 0xff, rest @ ..] => wide(u16::from_be_bytes, rest),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
        },
    }
}

/// A line without its comment, and whether it goes on in the next.
fn bare(line: &str) -> (&str, bool) {
    let mut quoted = false;
    let end = line.find(|c: char| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    let line = end.map_or(line, |end| &line[..end]).trim();
    match line.strip_suffix('\\') {
        Some(line) => (line.trim_end(), true),
        None => (line, false),
    }
}

/// The parts of a list, its quotes taken off.
fn parts(list: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for letter in list.chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => parts.push(std::mem::take(&mut part).trim().to_owned()),
            letter => part.push(letter),
        }
    }
    parts.push(part.trim().to_owned());
    parts
}

impl Inf {
    fn read(text: &str) -> Inf {
        let mut sections: BTreeMap<String, Section> = BTreeMap::new();
        let mut name = String::new();
        let mut whole = String::new();
        for line in text.lines() {
            let (line, goes_on) = bare(line);
            whole.push_str(line);
            if goes_on {
                continue;
            }
            let line = std::mem::take(&mut whole);
            if let Some(inside) = line.strip_prefix('[') {
                name = inside.split(']').next().unwrap_or_default().trim().to_lowercase();
                // One without a line says something too: it is for no device.
                sections.entry(name.clone()).or_default();
            } else if !line.is_empty() {
                let quoted = line.starts_with('"');
                let (key, list) = match line.split_once('=').filter(|_| !quoted) {
                    Some((key, list)) => (Some(key.trim().to_lowercase()), list),
                    None => (None, line.as_str()),
                };
                sections.entry(name.clone()).or_default().push((key, parts(list)));
            }
        }
        let strings = sections.get("strings").into_iter().flatten();
        let strings = strings.filter_map(|(key, list)| Some((key.clone()?, list.first()?.clone()))).collect();
        Inf { sections, strings }
    }

    /// A text with the names between per cent signs in it replaced once; what is too long is cut off.
    fn filled(&self, text: &str) -> String {
        let mut out = String::new();
        let mut put = |part: &str| {
            let end = part.floor_char_boundary(FILLED - out.len());
            out.push_str(&part[..end]);
            end == part.len()
        };
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            let (name, after) = after.split_once('%').unwrap_or((after, ""));
            let is_name = rest.len() > before.len() + 1 + name.len();
            let value = match is_name {
                true => self.strings.get(&name.to_lowercase()).map_or("", String::as_str),
                false => name,
            };
            if !put(before) || !put(value) {
                return out;
            }
            rest = after;
        }
        put(rest);
        out
    }

    fn section(&self, name: &str) -> &[(Option<String>, Vec<String>)] {
        self.sections.get(name).map_or(&[], Vec::as_slice)
    }

    fn all(&self, section: &str, key: &str) -> Option<Vec<String>> {
        let (_, list) = self.section(section).iter().find(|(name, _)| name.as_deref() == Some(key))?;
        Some(list.iter().map(|part| self.filled(part)).collect())
    }

    fn first(&self, section: &str, key: &str) -> Option<String> {
        self.all(section, key)?.into_iter().next().filter(|text| !text.is_empty())
    }

    /// The sections that \[Manufacturer\] names for 64 bits, with their hardware identifiers: behind what is installed, comma by
    /// comma.
    fn models(&self) -> Vec<Models> {
        let (mut all, mut room) = (Vec::new(), DEVICES);
        for (line, (_, models)) in self.section("manufacturer").iter().enumerate() {
            let Some((name, marks)) = models.split_first() else { continue };
            for mark in marks {
                let section = self.sections.get(&format!("{name}.{mark}").to_lowercase());
                let Some((least, section)) = Windows::marked(mark).zip(section).filter(|_| room > 0) else { continue };
                let ids = section.iter().flat_map(|(_, model)| model.iter().skip(1));
                let ids = ids.map(|id| self.filled(id).to_lowercase()).filter(|id| !id.is_empty());
                let mut devices: Vec<String> = ids.take(room).collect();
                room -= devices.len().clamp(1, room);
                devices.sort();
                devices.dedup();
                all.push(Models { line, least, devices });
            }
        }
        all
    }

    /// The files by the sections that say on which disk they come.
    fn files(&self) -> Vec<String> {
        let names = ["sourcedisksfiles", "sourcedisksfiles.amd64"];
        let mut files: Vec<String> =
            names.iter().flat_map(|name| self.section(name)).filter_map(|(file, _)| file.clone()).take(FILES).collect();
        files.sort();
        files.dedup();
        files
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Shortened from the form that makers of network cards use.
    pub(crate) const LAN: &str = include_str!("../../tests/drivers/lan.inf");

    #[test]
    fn a_driver_says_what_it_is_and_for_which_devices() {
        let driver = Driver::of(LAN.as_bytes()).expect("a driver");
        assert_eq!(
            driver,
            Driver {
                class: "Net".into(),
                class_guid: "{4d36e972-e325-11ce-bfc1-08002be10318}".into(),
                provider: "Intel; Corp".into(),
                version: "12.19.1.37".into(),
                day: Some("2023-07-21".into()),
                catalogue: Some("lan.cat".into()),
                files: vec!["lan.sys".into()],
                models: vec![Models {
                    line: 0,
                    least: Windows { major: 10, minor: 0, build: 0, named: true },
                    devices: ["15fb", "15fc", "15fd"].map(|device| format!("pci\\ven_8086&dev_{device}")).to_vec(),
                }],
            }
        );
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(LAN.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(Driver::of(&wide), Ok(driver), "in UTF-16");
    }

    #[test]
    fn of_each_line_windows_takes_the_section_that_fits_it_best() {
        let inf = "[Version]\nSignature=\"$Windows NT$\"\nClassGuid={x}\nProvider=P\nDriverVer=07/21/2023,1.0\n[Manufacturer]\n\
                   one = One, NTamd64, NTamd64.10.0...19041, NTamd64.10.0.1..22000, NTamd64.10.0.3, NTamd64.6.1, NTamd64.x\n\
                   two = Two, NTamd64.10.0, NTamd64.10.0.0x1, NTamd64.10.0...26100\n[One.NTamd64]\na = i, old\n\
                   [One.NTamd64.10.0...19041]\na = i, ten\n[One.NTamd64.10.0.1..22000]\na = i, eleven\n[One.NTamd64.10.0.3]\n\
                   a = i, server\n[One.NTamd64.6.1]\na = i, seven\n[One.NTamd64.x]\na = i, x\n[Two.NTamd64.10.0]\na = i, any\n\
                   [Two.NTamd64.10.0.0x1]\na = i, pc\n[Two.NTamd64.10.0...26100]\n";
        let driver = Driver::of(inf.as_bytes()).expect("a driver");
        let taken = |build: &str| {
            let models = driver.models_for(Windows::of(Some(build)));
            models.iter().flat_map(|models| models.devices.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(["17763.1", "19045.2006", "22631", "26100.1"].map(taken), ["seven pc", "ten pc", "eleven pc", "eleven"]);
    }

    #[test]
    fn a_day_is_read_as_windows_writes_it() {
        assert_eq!(["07/21/2023", "7-21-2023", " 07/21/2023 "].map(|text| day(text).expect("a day")), ["2023-07-21"; 3]);
        for none in ["", "2023", "21/07/2023", "7-21", "7-21-2023-1", "7-32-2023", "x/y/z", "7/21/999999999999"] {
            assert_eq!(day(none), None, "{none}");
        }
    }

    #[test]
    fn names_in_a_text_are_replaced_and_none_makes_it_longer_than_windows_takes() {
        let filled = |strings: &str, text: &str| Inf::read(&format!("[Strings]\n{strings}")).filled(text);
        assert_eq!(filled("a = x\nb = \"y z\"", "1%A%2%b%3%none%4"), "1x2y z34");
        assert_eq!([filled("a = x", "100%"), filled("a = x", "50% a"), filled("", "%%")], ["100", "50 a", ""]);
        let long = filled(&format!("a = {}", "é".repeat(3000)), &"%a%".repeat(100_000));
        assert!(long.len() <= FILLED && long.len() > FILLED - 4, "{}", long.len());
        assert_eq!(filled("", &"x".repeat(2 * FILLED)).len(), FILLED);
    }

    #[test]
    fn what_is_no_driver_for_this_windows_is_refused() {
        let refused = |text: &str| Driver::of(text.as_bytes()).expect_err(text).english;
        assert!(refused("").contains("no .inf"));
        assert!(refused("MZ\u{0}").contains("no .inf"));
        assert!(refused(&LAN.replace("07/21/2023,12.19.1.37", "07/21/2023")).contains("DriverVer"));
        assert!(refused(&LAN.replace("12.19.1.37", "12.x")).contains("DriverVer"));
        assert!(refused(&LAN.replace("NTamd64", "NTarm64")).contains("64 bits"));
        assert!(refused(&LAN.replace("= Maker,", "= Other,")).contains("64 bits"));
    }

    proptest! {
        #[test]
        fn whatever_it_is_given_it_comes_back(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Driver::of(&bytes);
        }

        #[test]
        fn a_file_with_anything_changed_in_it_is_read_or_refused(at in 0usize..900, with in "[\\[\\]=,%\"\\\\;\n]{0,4}") {
            let mut text = LAN.to_owned();
            let at = (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            text.insert_str(at, &with);
            if let Ok(driver) = Driver::of(text.as_bytes()) {
                prop_assert!(driver.models.iter().any(|models| !models.devices.is_empty()) && !driver.version.is_empty());
            }
        }
    }
}
