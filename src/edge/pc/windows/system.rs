//! The system itself: its build, its name, which start of it this is, whether it must be restarted, and its restart.

use windows::Win32::Foundation::{CloseHandle, ERROR_SHUTDOWN_IN_PROGRESS, ERROR_SHUTDOWN_IS_SCHEDULED, HANDLE, LUID};
use windows::Win32::Security::{
    AdjustTokenPrivileges, GetTokenInformation, LUID_AND_ATTRIBUTES, LookupPrivilegeValueW, SE_PRIVILEGE_ENABLED,
    SE_SHUTDOWN_NAME, TOKEN_ACCESS_MASK, TOKEN_ADJUST_PRIVILEGES, TOKEN_ELEVATION, TOKEN_PRIVILEGES, TOKEN_QUERY, TokenElevation,
};
use windows::Win32::System::Registry::{HKEY, RegFlushKey};
use windows::Win32::System::Shutdown::{
    InitiateSystemShutdownExW, SHTDN_REASON_FLAG_PLANNED, SHTDN_REASON_MAJOR_APPLICATION, SHTDN_REASON_MINOR_INSTALLATION,
};
use windows::Win32::System::SystemInformation::{
    ComputerNamePhysicalDnsHostname, GetSystemFirmwareTable, RSMB, SetComputerNameExW,
};
use windows::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows::core::{HSTRING, PCWSTR};

use super::registry;
use crate::fault::{Fault, Result, Why};
use crate::prep::look::{Build, HostName, Identity, System};
use crate::prep::smbios;

/// Where Windows tells of itself.
const VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
/// What this installation is known by.
const CRYPTOGRAPHY: &str = r"SOFTWARE\Microsoft\Cryptography";
/// The name, as it is and as it will be, in capitals.
const NAMES: &str = r"SYSTEM\CurrentControlSet\Control\ComputerName";
/// The same as hosts on a network write it.
const TCPIP: &str = r"SYSTEM\CurrentControlSet\Services\Tcpip\Parameters";
/// Made anew with each start: it lies in memory alone.
const MADE_AT_START: &str = r"HARDWARE\DESCRIPTION\System";
/// The first build that calls itself Windows 11; its registry says 10 all the same.
const ELEVEN: u32 = 22_000;
/// Seconds between the announcement of a restart and the restart: the kit comes to its end before.
const NOTICE_S: u32 = 5;
/// Bytes before the table in what Windows hands out (RawSMBIOSData, GetSystemFirmwareTable's documentation).
const BEFORE_TABLE: usize = 8;

/// What Windows says went wrong.
pub(super) fn why(error: &windows::core::Error) -> Why {
    let code = u32::from_ne_bytes(error.code().0.to_ne_bytes());
    let text = error.message();
    let said = if text.is_empty() { format!("0x{code:08x}") } else { format!("{} (0x{code:08x})", text.trim()) };
    Why::new(said.clone(), said)
}

/// The system that runs.
pub(super) fn build() -> Result<Build> {
    let told = |value: &str| registry::text(VERSION, value);
    let number = told("CurrentBuildNumber")?.or(told("CurrentBuild")?);
    let version = match (number, registry::number(VERSION, "UBR")?) {
        (Some(build), Some(revision)) => Some(format!("{build}.{revision}")),
        (build, _) => build,
    };
    let product = told("ProductName")?.unwrap_or_else(|| "Windows".to_owned());
    let release = told("DisplayVersion")?;
    Ok(Build {
        system: System::Windows,
        name: name(&product, release.as_deref(), version.as_deref()),
        distributions: vec![],
        version,
    })
}

/// As people call it.
fn name(product: &str, release: Option<&str>, version: Option<&str>) -> String {
    let build = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok()).unwrap_or_default();
    let product = if build >= ELEVEN { product.replacen("Windows 10", "Windows 11", 1) } else { product.to_owned() };
    match release {
        Some(release) => format!("{product} {release}"),
        None => product,
    }
}

/// Which PC it is.
#[allow(unsafe_code)]
pub(super) fn identity() -> Result<Identity> {
    // SAFETY: without a buffer nothing is written; the answer is how many bytes there are.
    let size = unsafe { GetSystemFirmwareTable(RSMB, 0, None) };
    let mut raw = vec![0; size as usize];
    // SAFETY: the call writes into the buffer alone, and no more than its length, which the binding hands on.
    let written = unsafe { GetSystemFirmwareTable(RSMB, 0, Some(&mut raw)) };
    raw.truncate(written as usize);
    let known = smbios::identity(raw.get(BEFORE_TABLE..).unwrap_or_default());
    Ok(Identity { machine: registry::text(CRYPTOGRAPHY, "MachineGuid")?, ..known })
}

/// Which start of the PC this is: when what it makes anew with each start was made, whatever the clock said then.
pub(super) fn boot() -> Result<String> {
    match registry::written(MADE_AT_START)? {
        Some(at) => Ok(format!("{at:016x}")),
        None => Err(Fault::new(
            format!("HKLM\\{MADE_AT_START} is not there: it tells which start of the PC this is"),
            format!("HKLM\\{MADE_AT_START} n'existe pas : il dit de quel démarrage du PC il s'agit"),
        )),
    }
}

/// Whether Windows says that it must be restarted: the servicing of its components, its updates, files that are to be replaced, or
/// the name of the PC.
pub(super) fn restart_pending() -> Result<bool> {
    const KEYS: [&str; 2] = [
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
        r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
    ];
    for key in KEYS {
        if registry::key(key)?.is_some() {
            return Ok(true);
        }
    }
    let name = host_name()?;
    Ok(registry::holds_anything(r"SYSTEM\CurrentControlSet\Control\Session Manager", "PendingFileRenameOperations")?
        || !name.now.eq_ignore_ascii_case(&name.next))
}

/// The name of the PC.
pub(super) fn host_name() -> Result<HostName> {
    let active = registry::text(&format!("{NAMES}\\ActiveComputerName"), "ComputerName")?;
    let pending = registry::text(&format!("{NAMES}\\ComputerName"), "ComputerName")?;
    let now = active
        .or_else(|| pending.clone())
        .ok_or_else(|| Fault::new(format!("HKLM\\{NAMES} has no name"), format!("HKLM\\{NAMES} ne contient aucun nom")))?;
    let next = pending.unwrap_or_else(|| now.clone());
    // Capitals are the registry's way of writing; the network's name tells how it was given.
    let given = [registry::text(TCPIP, "Hostname")?, registry::text(TCPIP, "NV Hostname")?];
    let as_given = |name: String| given.iter().flatten().find(|given| given.eq_ignore_ascii_case(&name)).cloned().unwrap_or(name);
    Ok(HostName { now: as_given(now), next: as_given(next) })
}

/// Names the PC from its next start on.
#[allow(unsafe_code)]
pub(super) fn set_host_name(name: &str) -> Result<()> {
    // SAFETY: the text outlives the call, which only reads it.
    let set = unsafe { SetComputerNameExW(ComputerNamePhysicalDnsHostname, &HSTRING::from(name)) };
    set.map_err(|error| Fault::because("cannot name the PC", "impossible de nommer le PC", why(&error)))
}

/// A token of this process.
pub(super) struct Token(pub(super) HANDLE);

impl Token {
    #[allow(unsafe_code)]
    pub(super) fn own(access: TOKEN_ACCESS_MASK) -> windows::core::Result<Token> {
        let mut handle = HANDLE::default();
        // SAFETY: the handle of this process needs no closing, and the call writes one handle, which is closed when it is dropped.
        unsafe { OpenProcessToken(GetCurrentProcess(), access, &raw mut handle) }?;
        Ok(Token(handle))
    }
}

impl Drop for Token {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: it was opened by `own`, and is closed nowhere else.
        let _ = unsafe { CloseHandle(self.0) };
    }
}

/// Whether whoever runs the kit has an administrator's rights now.
#[allow(unsafe_code)]
pub fn may_prepare() -> bool {
    let mut elevation = TOKEN_ELEVATION::default();
    let size = size_of::<TOKEN_ELEVATION>();
    let mut told = 0;
    let asked = Token::own(TOKEN_QUERY).and_then(|token| {
        // SAFETY: the call writes at most `size` bytes into a structure of that size, which is the one of TokenElevation.
        unsafe { GetTokenInformation(token.0, TokenElevation, Some((&raw mut elevation).cast()), size as u32, &raw mut told) }
    });
    asked.is_ok() && elevation.TokenIsElevated != 0
}

/// Waits until what was written is on the disk: the registry, and the volume that Windows is on.
#[allow(unsafe_code)]
pub(super) fn settle() -> Result<()> {
    for hive in ["SOFTWARE", "SYSTEM"] {
        let Some(key) = registry::key(hive)? else { continue };
        // SAFETY: the handle is open as long as `key`.
        let flushed = unsafe { RegFlushKey(HKEY(key.raw_handle().cast())) };
        flushed.ok().map_err(|error| {
            Fault::new(
                format!("the registry cannot be written: {}", why(&error).english),
                format!("registre impossible à écrire : {}", why(&error).french),
            )
        })?;
    }
    let drive = std::env::var("SystemDrive").unwrap_or_else(|_| "C:".to_owned());
    // A volume that cannot be opened as a whole is flushed by Windows at its own pace, within seconds.
    if let Ok(volume) = std::fs::OpenOptions::new().write(true).open(format!(r"\\.\{drive}")) {
        let _ = volume.sync_all();
    }
    Ok(())
}

/// Restarts the PC, with a notice that is long enough for the kit to come to its end.
#[allow(unsafe_code)]
pub(super) fn restart() -> Result<()> {
    let failed = |error: windows::core::Error| {
        Fault::because("cannot restart the PC", "impossible de redémarrer le PC", why(&error)).hint(
            "restart it by hand: Restart, not Shut down (with fast startup Windows does not start anew from that)",
            "redémarrez-le à la main : Redémarrer, et non Arrêter puis rallumer (démarrage rapide)",
        )
    };
    let token = Token::own(TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY).map_err(failed)?;
    let mut luid = LUID::default();
    // SAFETY: the name is a constant text of Windows, and the call writes one LUID.
    unsafe { LookupPrivilegeValueW(PCWSTR::null(), SE_SHUTDOWN_NAME, &raw mut luid) }.map_err(failed)?;
    let privileges = TOKEN_PRIVILEGES {
        PrivilegeCount: 1,
        Privileges: [LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED }],
    };
    // SAFETY: the structure holds as many privileges as it says, one; nothing is written back.
    unsafe { AdjustTokenPrivileges(token.0, false, Some(&raw const privileges), 0, None, None) }.map_err(failed)?;
    let reason = SHTDN_REASON_MAJOR_APPLICATION | SHTDN_REASON_MINOR_INSTALLATION | SHTDN_REASON_FLAG_PLANNED;
    let notice = HSTRING::from("trousse prep");
    // SAFETY: the texts outlive the call, which only reads them.
    let told = unsafe { InitiateSystemShutdownExW(PCWSTR::null(), &notice, NOTICE_S, true, true, reason) };
    told.or_else(|error| if is_under_way(&error) { Ok(()) } else { Err(failed(error)) })
}

/// Whether the PC is on its way down already: an installer that says 1641 has begun a restart itself.
fn is_under_way(error: &windows::core::Error) -> bool {
    [ERROR_SHUTDOWN_IN_PROGRESS, ERROR_SHUTDOWN_IS_SCHEDULED].map(|code| code.to_hresult()).contains(&error.code())
}

#[cfg(test)]
mod tests {
    use windows::Win32::Foundation::WIN32_ERROR;

    use super::*;

    #[test]
    fn windows_11_is_called_so() {
        assert_eq!(name("Windows 10 Pro", Some("23H2"), Some("22631.4460")), "Windows 11 Pro 23H2");
        assert_eq!(name("Windows 10 Pro", Some("22H2"), Some("19045.5131")), "Windows 10 Pro 22H2");
        assert_eq!(name("Windows 7", None, None), "Windows 7");
    }

    #[test]
    fn a_restart_that_an_installer_has_begun_is_none_that_failed() {
        let is_under_way = |code: WIN32_ERROR| super::is_under_way(&windows::core::Error::from_hresult(code.to_hresult()));
        assert!(is_under_way(WIN32_ERROR(1115)) && is_under_way(WIN32_ERROR(1190)) && !is_under_way(WIN32_ERROR(5)));
    }

    #[test]
    fn this_pc_tells_what_it_is() {
        assert_eq!(build().expect("a build").system, System::Windows);
        assert!(identity().expect("an identity").machine.is_some());
        assert_eq!(boot().expect("a start"), boot().expect("a start"), "twice under the same start");
        assert!(!host_name().expect("a name").now.is_empty());
        restart_pending().expect("an answer");
    }
}
