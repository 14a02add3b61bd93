//! The command line that removes a program and asks nothing, from what Windows keeps of it (Uninstall Registry Key).

use crate::prep::look::Program;

/// The command line; nothing where none is known to ask nothing.
pub(super) fn removal(program: &Program, arguments: Option<&str>) -> Option<String> {
    let given = |line: &Option<String>| line.clone().filter(|line| !line.trim().is_empty());
    if let Some(quiet) = given(&program.quiet_uninstall) {
        return Some(quiet);
    }
    let uninstall = given(&program.uninstall)?;
    let by_installer = uninstall.to_lowercase().contains("msiexec");
    if by_installer && is_product_code(&program.key) {
        // What stands there changes the program (/I) as often as it removes it.
        return Some(format!("\"%SystemRoot%\\System32\\msiexec.exe\" /x {} /qn /norestart", program.key));
    }
    let arguments = arguments?.trim();
    let uninstall = uninstall.trim();
    // A path with spaces that nobody has quoted.
    let end = uninstall.to_lowercase().find(".exe").map(|at| at + ".exe".len());
    let bare = end.filter(|_| !uninstall.starts_with('"')).and_then(|end| Some((uninstall.get(..end)?, uninstall.get(end..)?)));
    Some(match bare {
        Some((path, rest)) if path.contains(' ') => format!("\"{path}\"{rest} {arguments}"),
        _ => format!("{uninstall} {arguments}"),
    })
}

/// A product code of Windows Installer: a GUID in braces.
fn is_product_code(key: &str) -> bool {
    let Some(inside) = key.strip_prefix('{').and_then(|key| key.strip_suffix('}')) else { return false };
    let parts: Vec<&str> = inside.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_silent_way_is_taken_where_there_is_one() {
        let told = |key: &str, uninstall: &str, quiet: &str, arguments: Option<&str>| {
            let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let program =
                Program { key: key.into(), uninstall: some(uninstall), quiet_uninstall: some(quiet), ..Program::default() };
            removal(&program, arguments)
        };
        let code = "{90160000-008C-0000-1000-0000000FF1CE}";
        let msi = format!("MsiExec.exe /I{code}");
        assert_eq!(told("a", "x.exe", "x.exe /quiet", Some("/S")).as_deref(), Some("x.exe /quiet"));
        assert_eq!(told(code, &msi, "", None), Some(format!("\"%SystemRoot%\\System32\\msiexec.exe\" /x {code} /qn /norestart")));
        assert_eq!(told("{90160000}", &msi, "", None), None);
        assert_eq!(told("a", "C:\\Program Files\\X\\Uninst.EXE _?=C:\\X", "", Some("/S")).as_deref(), Some("\"C:\\Program Files\\X\\Uninst.EXE\" _?=C:\\X /S"));
        assert_eq!(told("a", "\"C:\\Program Files\\X\\u.exe\"", "", Some(" /S ")).as_deref(), Some("\"C:\\Program Files\\X\\u.exe\" /S"));
        assert_eq!(told("a", "C:\\X\\u.exe", "", None), None);
        assert_eq!(told("a", "", "", Some("/S")), None);
    }
}
