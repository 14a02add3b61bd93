//! Shortcuts of Windows, by the shell's own object: written by it, and read back by it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use windows::Win32::Storage::FileSystem::WIN32_FIND_DATAW;
use windows::Win32::System::Com::{
    CLSCTX_INPROC_SERVER, COINIT_APARTMENTTHREADED, CoCreateInstance, CoInitializeEx, CoTaskMemFree, IPersistFile, STGM_READ,
};
use windows::Win32::UI::Shell::{
    FOLDERID_CommonPrograms, FOLDERID_CommonStartup, FOLDERID_PublicDesktop, IShellLinkW, KF_FLAG_CREATE, SHGetKnownFolderPath,
    SLGP_RAWPATH, ShellLink,
};
use windows::core::{GUID, HSTRING, Interface};

use super::system::why;
use crate::edge::pc::{about, files};
use crate::fault::{Fault, Result};
use crate::prep::look::Mode;
use crate::prep::look::shortcut::{Place, Shortcut, icon, icon_text};

/// Letters that the shell gives back: `INFOTIPSIZE`, and paths are shorter (IShellLinkW).
const LETTERS: usize = 1024;

/// The folder of a place.
#[allow(unsafe_code)]
fn folder(place: &Place) -> Result<PathBuf> {
    let id: GUID = match place {
        Place::Desktop => FOLDERID_PublicDesktop,
        Place::StartMenu => FOLDERID_CommonPrograms,
        Place::Startup => FOLDERID_CommonStartup,
        Place::Folder(path) => return Ok(path.into()),
    };
    // SAFETY: the identifier outlives the call; the text that is handed out is read to its zero and given back once.
    unsafe {
        let text = SHGetKnownFolderPath(&raw const id, KF_FLAG_CREATE, None).map_err(|error| {
            Fault::because("Windows does not tell where shortcuts lie", "Windows ne dit pas où vont les raccourcis", why(&error))
        })?;
        let path = OsString::from_wide(text.as_wide());
        CoTaskMemFree(Some(text.0.cast_const().cast()));
        Ok(path.into())
    }
}

fn path(place: &Place, label: &str) -> Result<PathBuf> {
    Ok(folder(place)?.join(format!("{label}.lnk")))
}

/// The shell's object for a shortcut.
#[allow(unsafe_code)]
fn link() -> windows::core::Result<IShellLinkW> {
    // SAFETY: a thread that has COM already is told so and keeps it; what is made is counted and given back by its type.
    unsafe {
        let _ = CoInitializeEx(None, COINIT_APARTMENTTHREADED);
        CoCreateInstance(&ShellLink, None, CLSCTX_INPROC_SERVER)
    }
}

fn failed(path: &Path, error: &windows::core::Error) -> Fault {
    let shown = path.display();
    Fault::because(format!("cannot use the shortcut {shown}"), format!("raccourci {shown} inutilisable"), why(error))
}

/// What a shortcut holds. One that the shell cannot read, as a power cut may have left it, holds nothing.
pub(super) fn shortcut(place: &Place, label: &str) -> Result<Option<Shortcut>> {
    let path = path(place, label)?;
    match File::open(&path) {
        Ok(_) => {
            let link = link().map_err(|error| failed(&path, &error))?;
            Ok(Some(read(&link, &path).unwrap_or_default()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(about(&path, &error)),
    }
}

#[allow(unsafe_code)]
fn read(link: &IShellLinkW, path: &Path) -> windows::core::Result<Shortcut> {
    let text = |fill: &mut dyn FnMut(&mut [u16]) -> windows::core::Result<()>| {
        let mut letters = [0u16; LETTERS];
        fill(&mut letters)?;
        let end = letters.iter().position(|&letter| letter == 0).unwrap_or(LETTERS);
        Ok::<String, windows::core::Error>(String::from_utf16_lossy(&letters[..end]))
    };
    let mut index = 0i32;
    // SAFETY: the object is ours; each call writes into the letters alone, and no more than their length, which the binding hands on.
    unsafe {
        link.cast::<IPersistFile>()?.Load(&HSTRING::from(path), STGM_READ)?;
        let mut found = WIN32_FIND_DATAW::default();
        let icon_file = text(&mut |letters| link.GetIconLocation(letters, &raw mut index))?;
        Ok(Shortcut {
            target: text(&mut |letters| link.GetPath(letters, &raw mut found, SLGP_RAWPATH.0 as u32))?,
            arguments: text(&mut |letters| link.GetArguments(letters))?,
            folder: text(&mut |letters| link.GetWorkingDirectory(letters))?,
            icon: icon_text(&icon_file, index),
            comment: text(&mut |letters| link.GetDescription(letters))?,
        })
    }
}

/// Writes a shortcut whole or not at all: beside the one that is meant, and from there into its place.
pub(super) fn set(place: &Place, label: &str, shortcut: &Shortcut) -> Result<()> {
    let path = path(place, label)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| about(folder, &error))?;
    }
    let before = files::plain(&path.display().to_string())?;
    let beside = files::beside(&path);
    write(&beside, shortcut).map_err(|error| failed(&path, &error))?;
    let opened = OpenOptions::new().write(true).open(&beside);
    // Nothing is made of a mode on Windows.
    let settled = opened.and_then(|file| files::settled(file, &beside, &path, before.as_ref(), Mode(0o644)));
    settled.map_err(|error| about(&path, &error))
}

#[allow(unsafe_code)]
fn write(path: &Path, shortcut: &Shortcut) -> windows::core::Result<()> {
    let link = link()?;
    let (file, index) = icon(&shortcut.icon);
    // SAFETY: the object is ours, and the texts outlive the calls, which only read them.
    unsafe {
        link.SetPath(&HSTRING::from(&shortcut.target))?;
        link.SetArguments(&HSTRING::from(&shortcut.arguments))?;
        link.SetWorkingDirectory(&HSTRING::from(&shortcut.folder))?;
        link.SetIconLocation(&HSTRING::from(file), index)?;
        link.SetDescription(&HSTRING::from(&shortcut.comment))?;
        link.cast::<IPersistFile>()?.Save(&HSTRING::from(path), true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::Folder(folder.path().display().to_string());
        assert_eq!(super::shortcut(&place, "Aide à distance").expect("a look"), None);
        let mut help = Shortcut {
            target: r"C:\windows\notepad.exe".into(),
            arguments: "--site lyon \"a b\"".into(),
            folder: r"C:\windows".into(),
            icon: r"C:\windows\explorer.exe,2".into(),
            comment: "Télémaintenance".into(),
        };
        for _ in 0..2 {
            set(&place, "Aide à distance", &help).expect("written");
            assert_eq!(super::shortcut(&place, "Aide à distance").expect("a look").as_ref(), Some(&help));
            help = Shortcut { target: r"C:\windows\regedit.exe".into(), ..Shortcut::default() };
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "nothing is left beside it");
        assert!(super::folder(&Place::Desktop).expect("a folder").is_dir());
    }

    #[test]
    fn a_shortcut_that_a_power_cut_has_left_is_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Place::Folder(folder.path().display().to_string());
        let help = Shortcut { target: r"C:\windows\notepad.exe".into(), ..Shortcut::default() };
        for left in ["", "L\0\0\0 half of one"] {
            fs::write(folder.path().join("Till.lnk"), left).expect("ours");
            assert_eq!(super::shortcut(&place, "Till").expect("a look"), Some(Shortcut::default()), "{left:?}");
            set(&place, "Till", &help).expect("written");
            assert_eq!(super::shortcut(&place, "Till").expect("a look").as_ref(), Some(&help));
        }
    }
}
