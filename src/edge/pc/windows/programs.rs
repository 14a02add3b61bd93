//! The programs that Windows lists as installed: the keys under Uninstall, of 64 and of 32 bits.

use windows::Win32::Foundation::ERROR_SUCCESS;
use windows::Win32::Storage::FileSystem::{GetFileVersionInfoSizeW, GetFileVersionInfoW, VS_FIXEDFILEINFO, VerQueryValueW};
use windows::Win32::System::ApplicationInstallationAndServicing::MsiEnumRelatedProductsW;
use windows::core::{HSTRING, PWSTR, w};

use super::registry::{self, HALVES};
use crate::fault::Result;
use crate::prep::look::Program;

/// The list, in either half of the registry.
const UNINSTALL: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall";

/// Products of one upgrade code: there is one, or a few beside each other.
const MOST: u32 = 1000;

/// The list, without the entries that have no name: parts of others.
pub(super) fn installed() -> Result<Vec<Program>> {
    let mut programs = Vec::new();
    for half in HALVES {
        let Some(list) = registry::key_of(UNINSTALL, half)? else { continue };
        // One that goes away meanwhile is not there any more.
        for key in list.enum_keys().flatten() {
            let Some(entry) = registry::key_of(&format!("{UNINSTALL}\\{key}"), half)? else { continue };
            let text = |value: &str| entry.get_value::<String, _>(value).ok().filter(|text| !text.trim().is_empty());
            let Some(name) = text("DisplayName") else { continue };
            let program = Program {
                key,
                name,
                version: text("DisplayVersion"),
                publisher: text("Publisher"),
                uninstall: text("UninstallString"),
                quiet_uninstall: text("QuietUninstallString"),
            };
            if !programs.contains(&program) {
                programs.push(program);
            }
        }
    }
    Ok(programs)
}

/// The product codes of what Windows Installer has installed with an upgrade code, for every account or for this one.
#[allow(unsafe_code)]
pub(super) fn related(upgrade_code: &str) -> Vec<String> {
    /// Letters of a GUID in braces.
    const CODE: usize = 38;
    let upgrade_code = HSTRING::from(upgrade_code);
    let code = |at| {
        let mut letters = [0_u16; CODE + 1];
        // SAFETY: the text outlives the call, which writes a GUID and its end into the letters: there is room for both.
        let told = unsafe { MsiEnumRelatedProductsW(&upgrade_code, None, at, PWSTR(letters.as_mut_ptr())) };
        (told == ERROR_SUCCESS.0).then(|| String::from_utf16_lossy(&letters[..CODE]))
    };
    (0..MOST).map_while(code).collect()
}

/// The version that a file tells of itself: the fixed numbers of its VERSIONINFO, which every language shares.
#[allow(unsafe_code)]
pub(super) fn file_version(path: &str) -> Result<Option<String>> {
    let name = HSTRING::from(path);
    // SAFETY: the text outlives the call, which only reads it.
    let size = unsafe { GetFileVersionInfoSizeW(&name, None) };
    if size == 0 {
        return Ok(None);
    }
    // As aligned as the structure in it.
    let mut block = vec![0_u32; (size as usize).div_ceil(size_of::<u32>())];
    let (mut at, mut length) = (std::ptr::null_mut(), 0);
    // SAFETY: the block has as many bytes as were asked for; what is found lies in it, and is read before it goes.
    let numbers = unsafe {
        if GetFileVersionInfoW(&name, None, size, block.as_mut_ptr().cast()).is_err() {
            return Ok(None);
        }
        let found = VerQueryValueW(block.as_ptr().cast(), w!("\\"), &raw mut at, &raw mut length).as_bool();
        if !found || at.is_null() || (length as usize) < size_of::<VS_FIXEDFILEINFO>() {
            return Ok(None);
        }
        at.cast::<VS_FIXEDFILEINFO>().read_unaligned()
    };
    let halves = |number: u32| [number >> 16, number & 0xffff];
    let parts = [halves(numbers.dwFileVersionMS), halves(numbers.dwFileVersionLS)].concat();
    Ok(Some(parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".")))
}
