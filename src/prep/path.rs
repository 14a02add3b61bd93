//! Paths as profiles write them: on Linux from the root; on Windows from a drive, or from a folder that is the same for every
//! account.

use super::look::System;
use crate::fault::Why;

/// The folders that a path on Windows may begin with, as environment variables have them. Those of an account are not among them:
/// a preparation runs as SYSTEM, whose folders nobody looks into.
const FOLDERS: &[&str] =
    &["ProgramData", "ProgramFiles", "ProgramFiles(x86)", "CommonProgramFiles", "SystemRoot", "SystemDrive", "Public"];
/// What no name on Windows holds (Naming Files, Paths, and Namespaces; Win32 documentation).
const ILLEGAL: &[char] = &['<', '>', ':', '"', '|', '?', '*'];
/// Names of devices, with whatever ending (same page).
const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];

/// The system that a path is one of.
///
/// # Errors
/// It is no whole path of a file on either of them, or it climbs.
pub fn system_of(path: &str) -> Result<System, Why> {
    if path.starts_with('/') {
        let climbs = path.split('/').any(|part| part == ".." || part == ".");
        if !path.ends_with('/') && !climbs && !path.contains(char::is_control) {
            return Ok(System::Linux);
        }
        return Err(Why::new(
            format!("{path:?} is no path of a file from the root, as in \"/etc/motd\""),
            format!("{path:?} n'est pas le chemin d'un fichier depuis la racine, comme \"/etc/motd\""),
        ));
    }
    let Some((_, rest)) = start(path) else {
        return Err(Why::new(
            format!("{path:?} is no whole path, as in \"/etc/motd\", 'C:\\kiosk\\logo.png' or '%ProgramData%\\kiosk\\logo.png'"),
            format!(
                "{path:?} n'est pas un chemin complet, comme \"/etc/motd\", 'C:\\kiosk\\logo.png' ou '%ProgramData%\\kiosk\\logo.png'"
            ),
        ));
    };
    match rest.split(['\\', '/']).find(|name| !is_legal(name)) {
        None => Ok(System::Windows),
        Some(name) => Err(Why::new(
            format!("{path:?}: no file or folder on Windows may be called {name:?}"),
            format!("{path:?} : aucun fichier ou dossier ne peut s'appeler {name:?} sous Windows"),
        )),
    }
}

/// Where a path on Windows begins, and the names after it.
fn start(path: &str) -> Option<(Start<'_>, &str)> {
    if let Some(rest) = path.strip_prefix('%') {
        let (name, rest) = rest.split_once('%')?;
        let folder = FOLDERS.iter().find(|folder| folder.eq_ignore_ascii_case(name))?;
        return Some((Start::Folder(folder), rest.strip_prefix(['\\', '/'])?));
    }
    let drive = path.get(..2).filter(|drive| drive.ends_with(':') && drive.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    Some((Start::Drive(drive), path[2..].strip_prefix(['\\', '/'])?))
}

/// Where a path on Windows begins.
enum Start<'a> {
    /// A drive with its colon.
    Drive(&'a str),
    /// A folder by its variable.
    Folder(&'a str),
}

fn is_legal(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered =
        |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    let device = DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt");
    // `.` and `..` end with a full stop too.
    !name.is_empty() && !name.contains(ILLEGAL) && !name.contains(char::is_control) && !name.ends_with(['.', ' ']) && !device
}

/// A path on Windows as its system wants it; `folder` knows what a variable stands for.
///
/// # Errors
/// The path is none of Windows, or the system has no such folder.
pub fn on_windows(path: &str, folder: impl Fn(&str) -> Option<String>) -> Result<String, Why> {
    let unknown = |name: &str| Why::new(format!("no folder is called %{name}%"), format!("aucun dossier ne s'appelle %{name}%"));
    let Some((start, rest)) = start(path) else {
        return Err(Why::new(format!("{path:?} is no path on Windows"), format!("{path:?} n'est pas un chemin sous Windows")));
    };
    let start = match start {
        Start::Drive(drive) => drive.to_owned(),
        Start::Folder(name) => folder(name).ok_or_else(|| unknown(name))?.trim_end_matches(['\\', '/']).to_owned(),
    };
    Ok(format!("{start}\\{}", rest.replace('/', "\\")))
}

/// A text in which the variables of those folders are filled in, wherever they stand; `%` and all else stay as they are.
///
/// # Errors
/// The system has no such folder.
pub fn filled(text: &str, folder: impl Fn(&str) -> Option<String>) -> Result<String, Why> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let known = after.split_once('%').and_then(|(name, after)| {
            FOLDERS.iter().find(|folder| folder.eq_ignore_ascii_case(name)).map(|folder| (*folder, after))
        });
        rest = match known {
            Some((name, after)) => {
                let place = folder(name).ok_or_else(|| {
                    Why::new(format!("no folder is called %{name}%"), format!("aucun dossier ne s'appelle %{name}%"))
                })?;
                out.push_str(place.trim_end_matches(['\\', '/']));
                after
            }
            None => {
                out.push('%');
                after
            }
        };
    }
    Ok(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_where_it_says() {
        assert_eq!(system_of("/etc/motd"), Ok(System::Linux));
        for path in
            ["C:\\kiosk\\logo.png", "d:/kiosk", "%ProgramData%\\kiosk\\a", "%programfiles(X86)%/a b/c.txt", "C:\\a\\console.txt"]
        {
            assert_eq!(system_of(path), Ok(System::Windows), "{path}");
        }
        for path in [
            "etc/motd",
            "/",
            "/etc/",
            "/etc/../x",
            "",
            "/a\nb",
            "C:",
            "C:\\",
            "C:kiosk",
            "C:\\a\\..\\b",
            "C:\\a\\\\b",
            "C:\\a:b",
            "\\\\server\\share\\x",
            "%AppData%\\x",
            "%ProgramData%x",
            "C:\\nul",
            "C:\\Com1.txt",
            "C:\\x.",
            "C:\\x ",
            "C:\\x\\",
            "C:\\a|b",
            "é:\\x",
            "%",
        ] {
            assert!(system_of(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_folder_that_every_windows_knows_is_found() {
        let folder = |name: &str| (name == "ProgramData").then(|| "D:\\Data\\".to_owned());
        assert_eq!(on_windows("%programdata%/kiosk/a", folder), Ok("D:\\Data\\kiosk\\a".to_owned()));
        assert_eq!(on_windows("c:\\a/b", folder), Ok("c:\\a\\b".to_owned()));
        assert!(on_windows("%Public%\\a", folder).is_err() && on_windows("/etc", folder).is_err());
    }

    #[test]
    fn a_text_has_its_folders_filled_in_and_all_else_left() {
        let folder = |name: &str| (name == "ProgramData").then(|| "D:\\Data\\".to_owned());
        let all = |text| filled(text, folder).expect("filled in");
        assert_eq!(all("/log \"%programdata%\\kiosk.log\" /x"), "/log \"D:\\Data\\kiosk.log\" /x");
        for text in ["", "100%", "https://x/%20a%20b", "%USERNAME%", "%%", "50% of %UserName%"] {
            assert_eq!(all(text), text);
        }
        assert_eq!(all("%a%ProgramData%"), "%aD:\\Data");
        assert!(filled("%Public%", folder).is_err());
    }
}
