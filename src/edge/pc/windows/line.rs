//! Command lines as the registry keeps them: with variables in them, and with programs that are named without where they are.

use std::path::Path;

use super::process::{Program, windows_folder};
use crate::fault::{Fault, Result};
use crate::prep::look::Ended;

/// Where Windows' own programs are, below its folder.
const FOLDERS: [&str; 2] = ["System32", "."];

/// Runs a program by a command line.
pub(super) fn run(line: &str, timeout_s: u32) -> Result<Ended> {
    let line = whole(&expanded(line, |name| std::env::var(name).ok()), |path| Path::new(path).is_file())?;
    Program::by_line(line.clone(), line).outliving().within(timeout_s).run()
}

/// A line with what its variables hold; what is none stays as it stands (ExpandEnvironmentStrings).
fn expanded(line: &str, variable: impl Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let known = after.split_once('%').and_then(|(name, left)| Some((variable(name)?, left)));
        match known {
            Some((value, left)) => {
                out.push_str(&value);
                rest = left;
            }
            None => {
                out.push('%');
                rest = after;
            }
        }
    }
    out + rest
}

/// A line whose program is named by its whole path. Windows would look for another beside the kit first, and wherever that was
/// started: anybody may have put one there.
fn whole(line: &str, is_there: impl Fn(&str) -> bool) -> Result<String> {
    let line = line.trim();
    let (first, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => line.split_at(line.find(char::is_whitespace).unwrap_or(line.len())),
    };
    if first.contains(['\\', '/', ':']) {
        return Ok(line.to_owned());
    }
    let name = if first.to_lowercase().ends_with(".exe") { first.to_owned() } else { format!("{first}.exe") };
    let places = FOLDERS.iter().map(|folder| format!("{}\\{folder}\\{name}", windows_folder()).replace("\\.\\", "\\"));
    let found = places.into_iter().find(|path| !first.is_empty() && is_there(path));
    found.map(|path| format!("\"{path}\"{rest}")).ok_or_else(|| {
        Fault::new(
            format!("the program of {line:?} is named without its folder, and is none of Windows' own"),
            format!("le programme de {line:?} est nommé sans son dossier, et n'est pas un programme de Windows"),
        )
        .hint("remove it by hand, or by a step of kind script", "désinstallez-le à la main, ou par une étape de type script")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::look::How;

    #[test]
    fn what_the_registry_has_of_variables_is_put_in() {
        let variable = |name: &str| (name == "ProgramFiles").then(|| r"C:\Program Files".to_owned());
        assert_eq!(expanded(r#""%ProgramFiles%\X\u.exe" /S"#, variable), r#""C:\Program Files\X\u.exe" /S"#);
        assert_eq!(expanded("100% of %nothing% and %ProgramFiles%", variable), r"100% of %nothing% and C:\Program Files");
    }

    #[test]
    fn a_bare_name_is_windows_own_program_and_no_other() {
        let root = windows_folder();
        let there = |path: &str| path.to_lowercase().ends_with(r"system32\msiexec.exe");
        let found = |line: &str| whole(line, there).ok();
        assert_eq!(found("MsiExec.exe /X{A} /qn"), Some(format!("\"{root}\\System32\\MsiExec.exe\" /X{{A}} /qn")));
        assert_eq!(found("msiexec /X{A}"), Some(format!("\"{root}\\System32\\msiexec.exe\" /X{{A}}")));
        assert_eq!(found("\"msiexec.exe\" /X{A}"), Some(format!("\"{root}\\System32\\msiexec.exe\" /X{{A}}")));
        assert_eq!(found(r#""C:\Program Files\X\u.exe" /S"#).as_deref(), Some(r#""C:\Program Files\X\u.exe" /S"#));
        assert_eq!((found("uninst.exe /S"), found(""), found("\"\"")), (None, None, None));
    }

    #[test]
    fn a_line_of_the_registry_is_run() {
        for line in [r#""%SystemRoot%\System32\cmd.exe" /d /c exit 7"#, "cmd.exe /d /c exit 7", "cmd /d /c exit 7"] {
            assert_eq!(run(line, 20).expect("run").how, How::Code(7), "{line}");
        }
    }
}
