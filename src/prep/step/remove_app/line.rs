//! The command line that removes a program and asks nothing, from what Windows keeps of it (Uninstall Registry Key).

use crate::prep::look::Program;

/// The command line; nothing where none is known to ask nothing.
pub(super) fn removal(program: &Program, arguments: Option<&str>) -> Option<String> {
    let given = |line: &Option<String>| line.clone().filter(|line| !line.trim().is_empty());
    if let Some(quiet) = given(&program.quiet_uninstall) {
        return Some(quoted(&quiet));
    }
    let uninstall = given(&program.uninstall)?;
    let by_installer = uninstall.to_lowercase().contains("msiexec");
    if by_installer && is_product_code(&program.key) {
        // What stands there changes the program (/I) as often as it removes it.
        return Some(format!("\"%SystemRoot%\\System32\\msiexec.exe\" /x {} /qn /norestart", program.key));
    }
    Some(format!("{} {}", quoted(&uninstall), arguments?.trim()))
}

/// A line whose program is quoted: of a path with spaces that nobody has quoted Windows tries `C:\Program.exe` first.
fn quoted(line: &str) -> String {
    const ENDING: &str = ".exe";
    let line = line.trim();
    // A drive, a PC on the network, or a variable that stands for one.
    let is_path = line.get(1..3) == Some(":\\") || line.starts_with(['\\', '%']);
    let ends = |end: &usize| line.get(*end..).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    let end = line.to_ascii_lowercase().match_indices(ENDING).map(|(at, _)| at + ENDING.len()).find(ends);
    match end.filter(|_| is_path).and_then(|end| line.split_at_checked(end)) {
        Some((path, rest)) if path.contains(' ') => format!("\"{path}\"{rest}"),
        _ => line.to_owned(),
    }
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
        let quiet = |line: &str| told("a", "x.exe", line, None);
        assert_eq!(quiet("C:\\Program Files\\X\\unins000.exe /SILENT").as_deref(), Some("\"C:\\Program Files\\X\\unins000.exe\" /SILENT"));
        assert_eq!(quiet("C:\\My.exes a\\u.exe /S").as_deref(), Some("\"C:\\My.exes a\\u.exe\" /S"));
        for as_it_is in ["rundll32.exe x.dll,Remove C:\\a b\\x.exe", "rundll32 x.dll,Remove C:\\x.exe", "\"C:\\a b\\u.exe\" /S", "C:\\X\\u.exe /S"] {
            assert_eq!(quiet(as_it_is).as_deref(), Some(as_it_is));
        }
        assert_eq!(told("a", "C:\\X\\u.exe", "", None), None);
        assert_eq!(told("a", "", "", Some("/S")), None);
    }
}
