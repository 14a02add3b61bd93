//! Who made the report: the firm's name, address and logo at its head. People write it, in TOML; unknown keys are refused.

use std::path::{Path, PathBuf};
use std::{env, fs};

use base64::prelude::{BASE64_STANDARD, Engine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Result, Why};
use crate::line::one_line;
use crate::site;

/// No logo is larger, in bytes: it is part of every report.
const LARGEST: u64 = 512 * 1024;
/// Where the file is looked for where none is named: in this folder of the user's settings.
const USUAL: &str = "trousse/firm.toml";

/// A firm, as its file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Firm {
    /// Its name.
    pub name: String,
    /// Its address, line by line.
    #[serde(default)]
    pub address: Vec<String>,
    /// Its telephone.
    pub phone: Option<String>,
    /// Its e-mail.
    pub email: Option<String>,
    /// Its place on the web.
    pub web: Option<String>,
    /// Its logo: a PNG, JPEG or SVG file of 512 kB at most, beside this file.
    pub logo: Option<PathBuf>,
}

/// The head of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letterhead {
    /// Who.
    pub firm: Firm,
    /// The logo as a `data:` URL (RFC 2397), whole.
    pub logo: Option<String>,
}

impl Letterhead {
    /// Of the file that is named, else of the usual one, where there is such a file.
    pub fn find(named: Option<&Path>) -> Result<Option<Letterhead>> {
        let usual = || usual(env::var_os("XDG_CONFIG_HOME"), env::var_os("HOME"), env::var_os("APPDATA"));
        match named {
            Some(path) => Letterhead::load(path).map(Some),
            None => usual().filter(|path| path.is_file()).map(|path| Letterhead::load(&path)).transpose(),
        }
    }

    /// Of a file.
    fn load(path: &Path) -> Result<Letterhead> {
        let shown = path.display();
        let hint = |fault: Fault| {
            fault.hint(
                "trousse schema firm prints what such a file may hold",
                "trousse schema firm affiche ce qu'un tel fichier peut contenir",
            )
        };
        let text = fs::read_to_string(path).map_err(|error| {
            hint(Fault::because(
                format!("cannot read the firm's file {shown}"),
                format!("fichier de la société {shown} illisible"),
                &error,
            ))
        })?;
        let refused = |why: Why| {
            hint(Fault::because(
                format!("the firm's file {shown} is refused"),
                format!("fichier de la société {shown} refusé"),
                why,
            ))
        };
        let firm: Firm = toml::from_str(&text).map_err(|error| refused(site::one_line(&text, &error)))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let logo = firm.logo.as_ref().map(|logo| picture(&folder.join(logo))).transpose().map_err(refused)?;
        Ok(Letterhead { firm: firm.cleaned(), logo })
    }
}

impl Firm {
    fn cleaned(mut self) -> Firm {
        let texts = [Some(&mut self.name), self.phone.as_mut(), self.email.as_mut(), self.web.as_mut()];
        texts.into_iter().flatten().chain(&mut self.address).for_each(|text| *text = one_line(text));
        self
    }

    /// How it is reached, in one line.
    pub fn reached(&self) -> String {
        [&self.phone, &self.email, &self.web].into_iter().flatten().cloned().collect::<Vec<_>>().join(" · ")
    }
}

/// A picture as a `data:` URL. An SVG in it runs no script and loads nothing, because it is shown as a picture (SVG 2, 2.2.6).
fn picture(path: &Path) -> std::result::Result<String, Why> {
    let shown = path.display();
    let refused =
        |english: &str, french: &str| Why::new(format!("the logo {shown} {english}"), format!("le logo {shown} {french}"));
    let unread = |error: &std::io::Error| {
        let why = Why::from(error);
        refused(&format!("cannot be read: {}", why.english), &format!("est illisible : {}", why.french))
    };
    let size = fs::metadata(path).map_err(|error| unread(&error))?.len();
    if size > LARGEST {
        let kilobytes = size / 1024;
        return Err(refused(
            &format!("has {kilobytes} kB, and 512 are the most"),
            &format!("fait {kilobytes} ko, et 512 sont le maximum"),
        ));
    }
    let bytes = fs::read(path).map_err(|error| unread(&error))?;
    let kind = kind(&bytes).ok_or_else(|| refused("is neither PNG, JPEG nor SVG", "n'est ni PNG, ni JPEG, ni SVG"))?;
    Ok(format!("data:{kind};base64,{}", BASE64_STANDARD.encode(bytes)))
}

/// What a picture is by what it begins with, whatever its name says.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    let text = || {
        str::from_utf8(bytes)
            .is_ok_and(|text| text.trim_start_matches('\u{feff}').trim_start().starts_with('<') && text.contains("<svg"))
    };
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        _ if text() => Some("image/svg+xml"),
        _ => None,
    }
}

/// The usual file: below `XDG_CONFIG_HOME`, else `~/.config`, else on Windows `APPDATA`.
fn usual(
    xdg: Option<std::ffi::OsString>,
    home: Option<std::ffi::OsString>,
    appdata: Option<std::ffi::OsString>,
) -> Option<PathBuf> {
    let home = home.map(|home| Path::new(&home).join(".config"));
    let folder = xdg.map(PathBuf::from).or(appdata.map(PathBuf::from)).or(home)?;
    folder.is_absolute().then(|| folder.join(USUAL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

    /// The letterhead of a file that holds this, beside a logo that holds that.
    fn loaded(text: &str, logo: &[u8]) -> Result<Letterhead> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("logo"), logo).expect("a logo");
        fs::write(folder.path().join("firm.toml"), text).expect("a file");
        Letterhead::find(Some(&folder.path().join("firm.toml"))).map(|head| head.expect("it was named"))
    }

    #[test]
    fn a_firm_has_a_name_and_what_else_it_says() {
        let text = "name = \"Tilleuls\\u001b[31m Réseaux\"\naddress = [\"1 rue\", \"33000\"]\nphone = \"05\"\nweb = \"x.fr\"\nlogo = \"logo\"\n";
        let head = loaded(text, SVG.as_bytes()).expect("a letterhead");
        assert_eq!((head.firm.name.as_str(), head.firm.reached().as_str()), ("Tilleuls [31m Réseaux", "05 · x.fr"));
        assert!(head.logo.is_some_and(|logo| logo.starts_with("data:image/svg+xml;base64,PHN2")));
    }

    #[test]
    fn what_cannot_be_is_refused_in_a_line_and_a_hint() {
        let large = [&[0x89, b'P', b'N', b'G'][..], &[0; LARGEST as usize]].concat();
        let cases: [(&str, &[u8], &str); 5] = [
            ("name = \"x\"\ncolour = 3\n", b"", "line 2: unknown field `colour`"),
            ("phone = \"x\"\n", b"", "missing field `name`"),
            ("name = \"x\"\nlogo = \"logo\"\n", b"GIF89a", "is neither PNG, JPEG nor SVG"),
            ("name = \"x\"\nlogo = \"nowhere\"\n", b"", "nowhere cannot be read: "),
            ("name = \"x\"\nlogo = \"logo\"\n", &large, "has 512 kB, and 512 are the most"),
        ];
        for (text, logo, expected) in cases {
            let said = loaded(text, logo).expect_err(expected).say(Language::En);
            assert!(said.contains(expected) && said.contains("\nhint: ") && said.lines().count() == 2, "{said}");
        }
    }

    #[test]
    fn the_usual_file_is_among_the_users_settings() {
        // Whole paths, as the system has them.
        let root = Path::new(if cfg!(windows) { r"C:\" } else { "/" });
        let (settings, home) = (root.join("x"), root.join("home"));
        assert_eq!(usual(Some(settings.clone().into()), Some(home.clone().into()), None), Some(settings.join(USUAL)));
        assert_eq!(usual(None, Some(home.clone().into()), None), Some(home.join(".config").join(USUAL)));
        assert_eq!(usual(Some("x".into()), None, None), None, "a folder of wherever one stands");
    }
}
