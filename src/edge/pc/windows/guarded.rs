//! Folders that only administrators and the system write into: a start-up task runs as SYSTEM what lies there.

use std::fs;
use std::path::Path;

use windows::Win32::Foundation::{ERROR_ACCESS_DENIED, HLOCAL, LocalFree};
use windows::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1, SE_FILE_OBJECT,
    SetNamedSecurityInfoW,
};
use windows::Win32::Security::{
    ACL, DACL_SECURITY_INFORMATION, EqualSid, GetSecurityDescriptorDacl, GetTokenInformation, IsWellKnownSid,
    OWNER_SECURITY_INFORMATION, PROTECTED_DACL_SECURITY_INFORMATION, PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES,
    TOKEN_QUERY, TOKEN_USER, TokenUser, WinBuiltinAdministratorsSid, WinLocalSystemSid,
};
use windows::Win32::Storage::FileSystem::CreateDirectoryW;
use windows::core::{BOOL, HSTRING};

use super::system::{Token, why};
use crate::edge::pc::about;
use crate::fault::{Fault, Result};

/// Administrators and the system do everything, for all that is in the folder too; nothing comes from the folder above (Security
/// Descriptor Definition Language, Win32 documentation).
const OURS: &str = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";
/// The same, and users read: how a preparation stands is no secret.
const READ_BY_ALL: &str = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;GRGX;;;BU)";

/// A security descriptor that Windows has made.
struct Descriptor(PSECURITY_DESCRIPTOR);

impl Descriptor {
    #[allow(unsafe_code)]
    fn of(text: &str) -> windows::core::Result<Descriptor> {
        let mut made = PSECURITY_DESCRIPTOR::default();
        // SAFETY: the text outlives the call, which writes one pointer; the memory is freed when it is dropped.
        unsafe {
            ConvertStringSecurityDescriptorToSecurityDescriptorW(&HSTRING::from(text), SDDL_REVISION_1, &raw mut made, None)
        }?;
        Ok(Descriptor(made))
    }
}

impl Drop for Descriptor {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: both functions that make one say to free it so.
        unsafe { LocalFree(Some(HLOCAL(self.0.0))) };
    }
}

/// Makes a folder that users may read, or guards one that is there.
pub(super) fn readable(path: &Path) -> Result<()> {
    guard(path, READ_BY_ALL)
}

/// Makes a folder that nobody else may even read, or guards one that is there.
pub(super) fn private(path: &Path) -> Result<()> {
    guard(path, OURS)
}

#[allow(unsafe_code)]
fn guard(path: &Path, rights: &str) -> Result<()> {
    let shown = path.display();
    let failed = |error: windows::core::Error| {
        let fault = Fault::because(
            format!("cannot guard the folder {shown}"),
            format!("impossible de protéger le dossier {shown}"),
            why(&error),
        );
        if error.code() == ERROR_ACCESS_DENIED.to_hresult() { super::as_whom(fault) } else { fault }
    };
    let descriptor = Descriptor::of(rights).map_err(failed)?;
    let name = HSTRING::from(path.as_os_str());
    if fs::symlink_metadata(path).is_err() {
        let attributes = SECURITY_ATTRIBUTES {
            nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
            lpSecurityDescriptor: descriptor.0.0,
            bInheritHandle: false.into(),
        };
        // SAFETY: the text, the structure and the descriptor outlive the call, which only reads them.
        return unsafe { CreateDirectoryW(&name, Some(&raw const attributes)) }.map_err(failed);
    }
    if !fs::symlink_metadata(path).is_ok_and(|there| there.is_dir()) {
        return Err(about(path, &std::io::ErrorKind::NotADirectory.into()));
    }
    if !is_ours(path).map_err(failed)? {
        return Err(Fault::new(
            format!("the folder {shown} belongs to somebody who is no administrator"),
            format!("le dossier {shown} appartient à quelqu'un qui n'est pas administrateur"),
        )
        .hint(
            "look at what is in it, then remove it: trousse makes its own",
            "regardez ce qu'il contient, puis supprimez-le : trousse crée le sien",
        ));
    }
    let (mut present, mut defaulted) = (BOOL::default(), BOOL::default());
    let mut list: *mut ACL = std::ptr::null_mut();
    // SAFETY: the descriptor outlives the calls; the list lies in it.
    unsafe {
        GetSecurityDescriptorDacl(descriptor.0, &raw mut present, &raw mut list, &raw mut defaulted).map_err(failed)?;
        let what = DACL_SECURITY_INFORMATION | PROTECTED_DACL_SECURITY_INFORMATION;
        SetNamedSecurityInfoW(&name, SE_FILE_OBJECT, what, None, None, Some(list.cast_const()), None).ok().map_err(failed)
    }
}

/// Whether a folder belongs to the administrators, to the system or to whoever runs the kit.
#[allow(unsafe_code)]
fn is_ours(path: &Path) -> windows::core::Result<bool> {
    let mut owner = PSID::default();
    let mut descriptor = PSECURITY_DESCRIPTOR::default();
    // SAFETY: the text outlives the call; the owner lies in the descriptor, which is freed when it is dropped.
    let asked = unsafe {
        GetNamedSecurityInfoW(
            &HSTRING::from(path.as_os_str()),
            SE_FILE_OBJECT,
            OWNER_SECURITY_INFORMATION,
            Some(&raw mut owner),
            None,
            None,
            None,
            &raw mut descriptor,
        )
    };
    let _held = Descriptor(descriptor);
    asked.ok()?;
    // SAFETY: the owner lies in the descriptor that is still held.
    let known =
        [WinBuiltinAdministratorsSid, WinLocalSystemSid].into_iter().any(|sid| unsafe { IsWellKnownSid(owner, sid) }.as_bool());
    if known {
        return Ok(true);
    }
    let token = Token::own(TOKEN_QUERY)?;
    // Room for the structure and the longest SID behind it, as aligned as a pointer.
    let mut own = [0_usize; 32];
    let mut size = 0;
    // SAFETY: the call writes at most as many bytes as there are; the structure comes first, and its SID lies behind it. Both SIDs
    // are still held when they are compared.
    unsafe {
        GetTokenInformation(token.0, TokenUser, Some(own.as_mut_ptr().cast()), size_of_val(&own) as u32, &raw mut size)?;
        let user = own.as_ptr().cast::<TOKEN_USER>().read();
        Ok(EqualSid(owner, user.User.Sid).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use windows::Win32::Foundation::{HLOCAL, LocalFree};
    use windows::Win32::Security::Authorization::ConvertSecurityDescriptorToStringSecurityDescriptorW;
    use windows::core::PWSTR;

    use super::*;

    /// Who may do what with a folder, in words of the Security Descriptor Definition Language.
    #[allow(unsafe_code)]
    fn rights(path: &Path) -> String {
        let mut descriptor = PSECURITY_DESCRIPTOR::default();
        let mut text = PWSTR::null();
        // SAFETY: the path outlives the calls; what is handed out is freed once.
        unsafe {
            let what = DACL_SECURITY_INFORMATION;
            let name = HSTRING::from(path.as_os_str());
            let told = GetNamedSecurityInfoW(&name, SE_FILE_OBJECT, what, None, None, None, None, &raw mut descriptor);
            told.ok().expect("its rights");
            let held = Descriptor(descriptor);
            ConvertSecurityDescriptorToStringSecurityDescriptorW(held.0, SDDL_REVISION_1, what, &raw mut text, None)
                .expect("a text");
            let said = text.to_string().expect("letters");
            LocalFree(Some(HLOCAL(text.0.cast())));
            said
        }
    }

    #[test]
    fn a_private_folder_is_made_for_nobody_else() {
        let above = tempfile::tempdir().expect("a folder");
        let made = above.path().join("made");
        private(&made).expect("guarded");
        // Wine calls administrators by whoever made the folder, and gives one that is there what the folder above it has too.
        let said = rights(&made);
        let whose = |who: &str| said.contains(&format!(";;;{who})"));
        assert!(whose("SY") && !whose("BU") && !whose("WD") && !whose("AU"), "{said}");
        fs::write(above.path().join("file"), "x").expect("ours");
        assert!(private(&above.path().join("file")).is_err(), "it is no folder");
    }
}
