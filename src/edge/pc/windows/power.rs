//! When Windows sleeps: the values of the power plan that is active.

use windows::Win32::Foundation::{HLOCAL, LocalFree, WIN32_ERROR};
use windows::Win32::System::Power::{
    PowerGetActiveScheme, PowerReadACValueIndex, PowerReadDCValueIndex, PowerSetActiveScheme, PowerWriteACValueIndex,
    PowerWriteDCValueIndex,
};
use windows::core::GUID;

use super::system::why;
use super::values;
use crate::fault::{Fault, Result};
use crate::prep::look::power::{Setting, Source};
use crate::prep::look::registry::{Data, Key};

/// Where Windows keeps whether it may hibernate.
const POWER: &str = r"SYSTEM\CurrentControlSet\Control\Power";

/// A group of settings, and one in it (winnt.h: GUID_VIDEO_SUBGROUP, GUID_VIDEO_POWERDOWN_TIMEOUT and their kin).
fn setting_of(setting: Setting) -> (GUID, GUID) {
    let (group, one) = match setting {
        Setting::Screen => (0x7516b95f_f776_4464_8c53_06167f40cc99, 0x3c0bc021_c8a8_4e07_a973_6b14cbcb2b7e),
        Setting::Sleep => (0x238c9fa8_0aad_41ed_83f4_97be242c8f20, 0x29f6c1db_86da_48c5_9fdb_f2b67b1f44da),
        Setting::Hibernate => (0x238c9fa8_0aad_41ed_83f4_97be242c8f20, 0x9d7815a6_7ee4_497e_8888_515a05f02364),
        Setting::Lid => (0x4f971e89_eebd_4455_a8de_9e59040e7347, 0x5ca83367_6e45_459f_a27b_476b1d01c936),
    };
    (GUID::from_u128(group), GUID::from_u128(one))
}

fn failed(error: WIN32_ERROR) -> Fault {
    Fault::because("cannot use the power plan", "mode de gestion de l'alimentation inutilisable", why(&error.to_hresult().into()))
}

/// The plan that is active.
#[allow(unsafe_code)]
fn active() -> Result<GUID> {
    let mut plan: *mut GUID = std::ptr::null_mut();
    // SAFETY: the call hands out one identifier, which is read once and given back once.
    unsafe {
        let told = PowerGetActiveScheme(None, &raw mut plan);
        if told.is_err() || plan.is_null() {
            return Err(failed(told));
        }
        let own = *plan;
        LocalFree(Some(HLOCAL(plan.cast())));
        Ok(own)
    }
}

/// What is set.
#[allow(unsafe_code)]
pub(super) fn setting(source: Source, setting: Setting) -> Result<Option<u32>> {
    let (plan, (group, one)) = (active()?, setting_of(setting));
    let mut value = 0;
    let [plan, group, one] = [&plan, &group, &one].map(|id| Some(std::ptr::from_ref(id)));
    // SAFETY: the identifiers outlive the call, which writes one number.
    let told = unsafe {
        match source {
            Source::Mains => PowerReadACValueIndex(None, plan, group, one, &raw mut value),
            Source::Battery => WIN32_ERROR(PowerReadDCValueIndex(None, plan, group, one, &raw mut value)),
        }
    };
    // A PC without a lid has no such setting.
    Ok(told.is_ok().then_some(value))
}

/// Sets it, and lets the plan take effect.
#[allow(unsafe_code)]
pub(super) fn set(source: Source, setting: Setting, value: u32) -> Result<()> {
    let (active, (group, one)) = (active()?, setting_of(setting));
    let [plan, group, one] = [&active, &group, &one].map(std::ptr::from_ref);
    // SAFETY: the identifiers outlive the calls, which only read them.
    let told = unsafe {
        let told = match source {
            Source::Mains => PowerWriteACValueIndex(None, plan, Some(group), Some(one), value),
            Source::Battery => WIN32_ERROR(PowerWriteDCValueIndex(None, plan, Some(group), Some(one), value)),
        };
        if told.is_ok() { PowerSetActiveScheme(None, Some(plan)) } else { told }
    };
    if told.is_ok() { Ok(()) } else { Err(failed(told)) }
}

/// Whether Windows may hibernate: as somebody has set it, else as it does by itself on such a PC.
pub(super) fn may_hibernate() -> Result<bool> {
    told_in(&Key::machine(POWER))
}

fn told_in(key: &Key) -> Result<bool> {
    let told = match values::value(key, "HibernateEnabled")? {
        Some(set) => Some(set),
        None => values::value(key, "HibernateEnabledDefault")?,
    };
    Ok(matches!(told, Some(Data::Dword(on)) if on != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_set_is_as_windows_does_by_itself() {
        let key = Key::machine(format!("SOFTWARE\\trousse-test-power-{}", std::process::id()));
        assert!(!told_in(&key).expect("a look"));
        values::set(&key, "HibernateEnabledDefault", &Data::Dword(1)).expect("set");
        assert!(told_in(&key).expect("a look"), "hiberfil.sys is there");
        values::set(&key, "HibernateEnabled", &Data::Dword(0)).expect("set");
        assert!(!told_in(&key).expect("a look"), "somebody has forbidden it");
        for name in ["HibernateEnabled", "HibernateEnabledDefault"] {
            values::remove(&key, name).expect("removed");
        }
    }
}
