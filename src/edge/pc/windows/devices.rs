//! The devices that are in the PC now, and what feeds it.

use windows::Win32::Devices::DeviceAndDriverInstallation::{
    CM_GETIDLIST_FILTER_PRESENT, CM_Get_Device_ID_List_SizeW, CM_Get_Device_ID_ListW, CONFIGRET, CR_BUFFER_SMALL, CR_SUCCESS,
};
use windows::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};
use windows::core::PCWSTR;

use super::system::why;
use crate::fault::{Fault, Result};

/// A device may come between the question how many there are and the question which.
const TRIES: u32 = 5;
/// What ACLineStatus is on mains.
const ON_MAINS: u8 = 1;

/// The places of the devices, as the registry has them below Enum.
#[allow(unsafe_code)]
pub(super) fn places() -> Result<Vec<String>> {
    let mut told = CR_SUCCESS;
    for _ in 0..TRIES {
        let mut letters = 0;
        // SAFETY: no filter but the flag's; the call writes one number.
        told = unsafe { CM_Get_Device_ID_List_SizeW(&raw mut letters, PCWSTR::null(), CM_GETIDLIST_FILTER_PRESENT) };
        if told != CR_SUCCESS {
            break;
        }
        let mut list = vec![0u16; letters as usize];
        // SAFETY: the call writes into the list alone, and no more than its length, which the binding hands on.
        told = unsafe { CM_Get_Device_ID_ListW(PCWSTR::null(), &mut list, CM_GETIDLIST_FILTER_PRESENT) };
        match told {
            CR_SUCCESS => {
                let places = list.split(|&letter| letter == 0).filter(|place| !place.is_empty());
                return Ok(places.map(String::from_utf16_lossy).collect());
            }
            CR_BUFFER_SMALL => {}
            _ => break,
        }
    }
    let CONFIGRET(code) = told;
    Err(Fault::new(
        format!("Windows does not tell which devices there are (0x{code:x})"),
        format!("Windows ne dit pas quels périphériques sont là (0x{code:x})"),
    ))
}

/// Whether the PC is fed from the mains.
#[allow(unsafe_code)]
pub(super) fn on_mains() -> Result<bool> {
    let mut status = SYSTEM_POWER_STATUS::default();
    // SAFETY: the call writes one status.
    let told = unsafe { GetSystemPowerStatus(&raw mut status) };
    told.map_err(|error| {
        Fault::because("Windows does not tell what feeds the PC", "Windows ne dit pas ce qui alimente le PC", why(&error))
    })?;
    Ok(status.ACLineStatus == ON_MAINS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_devices_of_this_pc_are_told_by_their_places() {
        let places = places().expect("a list");
        // wine has an empty list.
        let is_wine = std::path::Path::new(r"C:\windows\system32\wineboot.exe").exists();
        assert!(is_wine || !places.is_empty(), "a PC has devices");
        assert!(places.iter().all(|place| place.contains('\\')), "{places:?}");
    }

    #[test]
    fn what_feeds_the_pc_is_told() {
        on_mains().expect("an answer");
    }
}
