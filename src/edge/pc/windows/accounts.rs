//! Local accounts and groups, by the network management functions of Windows, and whether one has a password, by a logon without one.

use std::ffi::c_void;

use windows::Win32::Foundation::{CloseHandle, ERROR_ACCOUNT_RESTRICTION, ERROR_LOGON_FAILURE, HANDLE};
use windows::Win32::NetworkManagement::NetManagement::{
    LOCALGROUP_INFO_0, LOCALGROUP_MEMBERS_INFO_3, LOCALGROUP_USERS_INFO_0, MAX_PREFERRED_LENGTH, NERR_GroupNotFound,
    NERR_PasswordTooShort, NERR_UserNotFound, NetApiBufferFree, NetLocalGroupAddMembers, NetLocalGroupGetInfo, NetUserAdd,
    NetUserGetInfo, NetUserGetLocalGroups, NetUserSetInfo, UF_DONT_EXPIRE_PASSWD, UF_PASSWD_NOTREQD, UF_SCRIPT,
    USER_ACCOUNT_FLAGS, USER_INFO_1, USER_INFO_2, USER_INFO_1003, USER_INFO_1008, USER_INFO_1011, USER_PRIV_USER,
};
use windows::Win32::Security::{
    CreateWellKnownSid, LOGON32_LOGON_NETWORK, LOGON32_PROVIDER_DEFAULT, LogonUserW, LookupAccountSidW, PSID,
    SECURITY_MAX_SID_SIZE, SID_NAME_USE, WELL_KNOWN_SID_TYPE, WinBuiltinAdministratorsSid, WinBuiltinBackupOperatorsSid,
    WinBuiltinGuestsSid, WinBuiltinPowerUsersSid, WinBuiltinRemoteDesktopUsersSid, WinBuiltinUsersSid,
};
use windows::core::{HSTRING, PCWSTR, PWSTR, w};

use super::system;
use crate::fault::{Fault, Result, Why};
use crate::prep::look::Account;
use crate::secret::Secret;

/// The groups of every Windows, which each language calls otherwise: what profiles call them.
const BUILT_IN: &[(&str, WELL_KNOWN_SID_TYPE)] = &[
    ("administrators", WinBuiltinAdministratorsSid),
    ("users", WinBuiltinUsersSid),
    ("guests", WinBuiltinGuestsSid),
    ("power-users", WinBuiltinPowerUsersSid),
    ("remote-desktop-users", WinBuiltinRemoteDesktopUsersSid),
    ("backup-operators", WinBuiltinBackupOperatorsSid),
];
/// It was there already (lmerr.h, winerror.h).
const ERROR_MEMBER_IN_ALIAS: u32 = 1378;
const ERROR_NO_SUCH_ALIAS: u32 = 1376;
/// The first error of network management's own (lmerr.h).
const NERR_BASE: u32 = 2100;
/// Letters of an account's or a group's name, and of a domain's: 256 and 255 at most (lmcons.h: UNLEN, GNLEN, DNLEN).
const LONGEST: usize = 257;

/// What a function of Windows answered; `None` where it is one of those that say that there is no such thing.
fn answered(code: u32, none: &[u32], what: &str) -> Result<Option<()>> {
    match code {
        0 => Ok(Some(())),
        code if none.contains(&code) => Ok(None),
        code => {
            let why = if code < NERR_BASE {
                Why::from(&std::io::Error::from_raw_os_error(code.cast_signed()))
            } else if code == NERR_PasswordTooShort {
                Why::new(
                    "the password is not what this PC's password policy asks for (error 2245)",
                    "le mot de passe ne respecte pas la stratégie de mot de passe de ce PC (erreur 2245)",
                )
            } else {
                Why::new(format!("error {code}"), format!("erreur {code}"))
            };
            let (english, french) =
                (format!("cannot use the account or group {what}"), format!("compte ou groupe {what} inutilisable"));
            let fault = Fault::because(english, french, why);
            if code != NERR_PasswordTooShort {
                return Err(fault);
            }
            Err(fault.hint(
                "net accounts shows the policy: how long a password must be, and which ones may not come again",
                "net accounts affiche la stratégie : longueur minimale, anciens mots de passe refusés",
            ))
        }
    }
}

/// A piece of memory that Windows has given.
struct Given<T>(*mut T);

impl<T> Given<T> {
    /// The things in it.
    #[allow(unsafe_code)]
    fn list(&self, count: u32) -> &[T] {
        if self.0.is_null() {
            return &[];
        }
        // SAFETY: Windows has put so many of them there, and the memory is freed when this is dropped.
        unsafe { std::slice::from_raw_parts(self.0, count as usize) }
    }
}

impl<T> Drop for Given<T> {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: the memory comes from a function that says to free it so; a null pointer is left alone.
        unsafe { NetApiBufferFree(Some(self.0.cast::<c_void>().cast_const())) };
    }
}

/// A text that Windows has put into memory that is still held.
#[allow(unsafe_code)]
fn text(at: PWSTR) -> String {
    if at.is_null() {
        return String::new();
    }
    // SAFETY: it is a text with a zero at its end, as the structure that it stands in says.
    String::from_utf16_lossy(unsafe { at.as_wide() })
}

/// A text for Windows that it may write into.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// A local account.
#[allow(unsafe_code)]
pub(super) fn account(login: &str) -> Result<Option<Account>> {
    let name = HSTRING::from(login);
    let mut at = std::ptr::null_mut();
    // SAFETY: the texts outlive the call; it writes one pointer, to a structure of level 2 that is freed when it is dropped.
    let code = unsafe { NetUserGetInfo(PCWSTR::null(), &name, 2, &raw mut at) };
    let given = Given(at.cast::<USER_INFO_2>());
    if answered(code, &[NERR_UserNotFound], login)?.is_none() {
        return Ok(None);
    }
    let Some(known) = given.list(1).first() else { return Ok(None) };
    let (mut at, mut read, mut all) = (std::ptr::null_mut(), 0, 0);
    // SAFETY: as above; `read` says how many structures of level 0 there are.
    let code = unsafe {
        NetUserGetLocalGroups(PCWSTR::null(), &name, 0, 0, &raw mut at, MAX_PREFERRED_LENGTH, &raw mut read, &raw mut all)
    };
    let list = Given(at.cast::<LOCALGROUP_USERS_INFO_0>());
    answered(code, &[], login)?;
    let groups = list.list(read).iter().map(|group| called(text(group.lgrui0_name))).collect();
    Ok(Some(Account { full_name: text(known.usri2_full_name), groups }))
}

/// Whether an account has a password: somebody logs on without one. No flag of an account tells it (UF_PASSWD_NOTREQD says only that
/// it need not have one), and Windows itself refuses a blank one in its own words: it is for the console alone
/// (LimitBlankPasswordUse). A refusal counts among the wrong passwords after which an account is locked.
#[allow(unsafe_code)]
pub(super) fn has_password(login: &str) -> Result<bool> {
    let mut token = HANDLE::default();
    // SAFETY: the texts outlive the call, which writes one handle; it is closed here where there is one.
    let logged_on = unsafe {
        let (kind, provider) = (LOGON32_LOGON_NETWORK, LOGON32_PROVIDER_DEFAULT);
        let told = LogonUserW(&HSTRING::from(login), w!("."), w!(""), kind, provider, &raw mut token);
        told.map(|()| drop(CloseHandle(token)))
    };
    match logged_on {
        Ok(()) => Ok(false),
        Err(error) if error.code() == ERROR_ACCOUNT_RESTRICTION.to_hresult() => Ok(false),
        Err(error) if error.code() == ERROR_LOGON_FAILURE.to_hresult() => Ok(true),
        Err(error) => Err(Fault::because(
            format!("Windows does not tell whether the account {login} has a password"),
            format!("Windows ne dit pas si le compte {login} a un mot de passe"),
            system::why(&error),
        )
        .hint(
            "see that it is neither disabled nor locked, then run trousse again",
            "vérifiez qu'il n'est ni désactivé ni verrouillé, puis relancez trousse",
        )),
    }
}

/// What profiles call a group of this system.
fn called(group: String) -> String {
    let built_in = BUILT_IN.iter().find(|(_, sid)| here(*sid).is_some_and(|name| name == group));
    built_in.map_or(group, |(name, _)| (*name).to_owned())
}

/// What this system calls a group of a profile.
fn name_here(group: &str) -> String {
    let built_in = BUILT_IN.iter().find(|(name, _)| *name == group).and_then(|(_, sid)| here(*sid));
    built_in.unwrap_or_else(|| group.to_owned())
}

/// The name of a group that every Windows has, in the language of this one.
#[allow(unsafe_code)]
fn here(kind: WELL_KNOWN_SID_TYPE) -> Option<String> {
    let mut bytes = [0_u8; SECURITY_MAX_SID_SIZE as usize];
    let mut size = SECURITY_MAX_SID_SIZE;
    let sid = PSID(bytes.as_mut_ptr().cast());
    // SAFETY: the call writes at most `size` bytes, which is as many as there are.
    unsafe { CreateWellKnownSid(kind, None, Some(sid), &raw mut size) }.ok()?;
    let (mut name, mut domain) = ([0_u16; LONGEST], [0_u16; LONGEST]);
    let (mut name_size, mut domain_size) = (LONGEST as u32, LONGEST as u32);
    let mut of = SID_NAME_USE::default();
    // SAFETY: the SID was made above; the call writes at most as many letters as each buffer has, and how many into its size.
    unsafe {
        LookupAccountSidW(
            PCWSTR::null(),
            sid,
            Some(PWSTR(name.as_mut_ptr())),
            &raw mut name_size,
            Some(PWSTR(domain.as_mut_ptr())),
            &raw mut domain_size,
            &raw mut of,
        )
    }
    .ok()?;
    Some(String::from_utf16_lossy(name.get(..name_size as usize)?))
}

/// What profiles call the group that Windows finds by a name. It finds it in capitals too, and by its name in the language of this
/// Windows; the list of an account's groups has one way of writing it.
#[allow(unsafe_code)]
pub(super) fn group(group: &str) -> Result<Option<String>> {
    let mut at = std::ptr::null_mut();
    // SAFETY: the text outlives the call; it writes one pointer, to a structure of level 0 that is freed when it is dropped.
    let code = unsafe { NetLocalGroupGetInfo(PCWSTR::null(), &HSTRING::from(name_here(group)), 0, &raw mut at) };
    let given = Given(at.cast::<LOCALGROUP_INFO_0>());
    let found = answered(code, &[NERR_GroupNotFound, ERROR_NO_SUCH_ALIAS], group)?;
    Ok(found.and_then(|()| given.list(1).first().map(|known| called(text(known.lgrpi0_name)))))
}

/// Makes an account without a password. Its home comes with its first logon.
#[allow(unsafe_code)]
pub(super) fn add(login: &str) -> Result<()> {
    let mut name = wide(login);
    let account = USER_INFO_1 {
        usri1_name: PWSTR(name.as_mut_ptr()),
        usri1_priv: USER_PRIV_USER,
        usri1_flags: UF_SCRIPT | UF_PASSWD_NOTREQD | UF_DONT_EXPIRE_PASSWD,
        ..USER_INFO_1::default()
    };
    // SAFETY: the structure is the one of level 1, and its text outlives the call, which only reads them.
    let code = unsafe { NetUserAdd(PCWSTR::null(), 1, (&raw const account).cast(), None) };
    answered(code, &[], login).map(drop)
}

/// Sets the name of a person on an account.
#[allow(unsafe_code)]
pub(super) fn set_full_name(login: &str, full_name: &str) -> Result<()> {
    let mut name = wide(full_name);
    let change = USER_INFO_1011 { usri1011_full_name: PWSTR(name.as_mut_ptr()) };
    // SAFETY: the structure is the one of level 1011, and its text outlives the call, which only reads them.
    let code = unsafe { NetUserSetInfo(PCWSTR::null(), &HSTRING::from(login), 1011, (&raw const change).cast(), None) };
    answered(code, &[], login).map(drop)
}

/// Gives an account a password, then says that it must have one.
#[allow(unsafe_code)]
pub(super) fn set_password(login: &str, password: &Secret) -> Result<()> {
    let name = HSTRING::from(login);
    let mut letters = wide(password.reveal());
    let change = USER_INFO_1003 { usri1003_password: PWSTR(letters.as_mut_ptr()) };
    // SAFETY: the structure is the one of level 1003, and its text outlives the call, which only reads them.
    let code = unsafe { NetUserSetInfo(PCWSTR::null(), &name, 1003, (&raw const change).cast(), None) };
    letters.fill(0);
    answered(code, &[], login)?;
    let mut at = std::ptr::null_mut();
    // SAFETY: it writes one pointer, to a structure of level 2 that is freed when it is dropped.
    let code = unsafe { NetUserGetInfo(PCWSTR::null(), &name, 2, &raw mut at) };
    let given = Given(at.cast::<USER_INFO_2>());
    answered(code, &[], login)?;
    let flags = given.list(1).first().map_or(UF_SCRIPT, |known| known.usri2_flags);
    let change = USER_INFO_1008 { usri1008_flags: USER_ACCOUNT_FLAGS(flags.0 & !UF_PASSWD_NOTREQD.0) };
    // SAFETY: the structure is the one of level 1008, which is only read.
    let code = unsafe { NetUserSetInfo(PCWSTR::null(), &name, 1008, (&raw const change).cast(), None) };
    answered(code, &[], login).map(drop)
}

/// Adds an account to a group. By a bare name that is also the PC's, Windows would take the PC for the one that is meant.
#[allow(unsafe_code)]
pub(super) fn join(login: &str, group: &str) -> Result<()> {
    let mut name = wide(&format!("{}\\{login}", system::host_name()?.now));
    let member = LOCALGROUP_MEMBERS_INFO_3 { lgrmi3_domainandname: PWSTR(name.as_mut_ptr()) };
    let group = HSTRING::from(name_here(group));
    // SAFETY: one structure of level 3 is handed over, as the count says; its text outlives the call, which only reads them.
    let code = unsafe { NetLocalGroupAddMembers(PCWSTR::null(), &group, 3, (&raw const member).cast(), 1) };
    answered(code, &[ERROR_MEMBER_IN_ALIAS], login).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_the_policy_refuses_is_told_so() {
        let said = |code| format!("{:?}", answered(code, &[], "tech").expect_err("a fault"));
        assert!(said(NERR_PasswordTooShort).contains("net accounts"), "{}", said(NERR_PasswordTooShort));
        assert!(said(2242).contains("error 2242") && !said(2242).contains("net accounts"));
        assert_eq!(answered(NERR_UserNotFound, &[NERR_UserNotFound], "tech"), Ok(None));
    }
}
