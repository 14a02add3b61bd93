//! Command lines as the registry keeps them: with variables in them, and with programs that are named without where they are.

use std::path::Path;

use super::process::{Program, windows_folder};
use crate::fault::{Fault, Result};
use crate::prep::look::Ended;

/// Where Windows' own programs are, below its folder.
const FOLDERS: [&str; 2] = ["System32", "."];
/// What the names of programs end with.
const PROGRAMS: [&str; 4] = ["exe", "com", "bat", "cmd"];

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

/// A line whose program is named by its whole path, and quoted. Windows would look for a bare name beside the kit first, and
/// wherever that was started; and of `D:\My Tools\u.exe` it would try `D:\My.exe` first: anybody may have put one there.
fn whole(line: &str, is_there: impl Fn(&str) -> bool) -> Result<String> {
    let line = line.trim();
    let found = match line.strip_prefix('"') {
        Some(quoted) => {
            let (path, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
            if is_rooted(path) { Some((path.to_owned(), rest)) } else { Some((of_windows(path, &is_there)?, rest)) }
        }
        None if is_rooted(line) => program_of(line, &is_there).map(|(path, rest)| (path.to_owned(), rest)),
        None => {
            let (name, rest) = line.split_at(line.find(char::is_whitespace).unwrap_or(line.len()));
            Some((of_windows(name, &is_there)?, rest))
        }
    };
    found.map(|(path, rest)| format!("\"{path}\"{rest}")).ok_or_else(|| {
        by_hand(Fault::new(
            format!("no program is where {line:?} says"),
            format!("aucun programme ne se trouve là où l'indique {line:?}"),
        ))
    })
}

/// Whether a path begins with a drive and its root, or with a PC on the network.
fn is_rooted(path: &str) -> bool {
    let slash = |letter: Option<&u8>| matches!(letter, Some(b'\\' | b'/'));
    match path.as_bytes() {
        [drive, b':', rest @ ..] => drive.is_ascii_alphabetic() && slash(rest.first()),
        bytes => slash(bytes.first()) && slash(bytes.get(1)),
    }
}

/// The program that a line names which nobody has quoted, and what it is told: the shortest path that is a program.
fn program_of<'a>(line: &'a str, is_there: &impl Fn(&str) -> bool) -> Option<(&'a str, &'a str)> {
    let blanks = line.char_indices().filter(|(_, letter)| letter.is_whitespace()).map(|(at, _)| at);
    let is_program = |path: &str| {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        ending.is_some_and(|ending| PROGRAMS.contains(&ending.as_str())) && is_there(path)
    };
    blanks.chain([line.len()]).map(|end| line.split_at(end)).find(|(path, _)| is_program(path))
}

/// Where the program of Windows' own is that is named without its folder.
fn of_windows(name: &str, is_there: &impl Fn(&str) -> bool) -> Result<String> {
    let file = if name.to_lowercase().ends_with(".exe") { name.to_owned() } else { format!("{name}.exe") };
    let places = FOLDERS.iter().map(|folder| format!("{}\\{folder}\\{file}", windows_folder()).replace("\\.\\", "\\"));
    let bare = !name.is_empty() && !name.contains(['\\', '/', ':']);
    places.into_iter().find(|path| bare && is_there(path)).ok_or_else(|| {
        by_hand(Fault::new(
            format!("the program {name:?} is named without its folder, and is none of Windows' own"),
            format!("le programme {name:?} est nommé sans son dossier, et n'est pas un programme de Windows"),
        ))
    })
}

fn by_hand(fault: Fault) -> Fault {
    fault.hint("remove it by hand, or by a step of kind script", "désinstallez-le à la main, ou par une étape de type script")
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
        for nobody in ["uninst.exe /S", "", "\"\"", r"bin\u.exe /S", r"C:u.exe /S", r#""..\u.exe" /S"#, "msiexec/x{A}"] {
            assert_eq!(found(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn of_a_path_that_nobody_has_quoted_no_other_program_is_tried() {
        let there = |path: &str| [r"D:\Apps\My", r"D:\Apps\My Tool\u.exe", r"\\server\x\u.EXE"].contains(&path);
        let found = |line: &str| whole(line, there).ok();
        assert_eq!(found(r"D:\Apps\My Tool\u.exe /S a b").as_deref(), Some(r#""D:\Apps\My Tool\u.exe" /S a b"#));
        assert_eq!(found(r"\\server\x\u.EXE").as_deref(), Some(r#""\\server\x\u.EXE""#));
        assert_eq!(found(r"D:\Apps\My Other\u.exe /S"), None, "it is not there, and D:\\Apps\\My is none");
    }

    #[test]
    fn a_line_of_the_registry_is_run() {
        for line in [r#""%SystemRoot%\System32\cmd.exe" /d /c exit 7"#, "cmd.exe /d /c exit 7", "cmd /d /c exit 7"] {
            assert_eq!(run(line, 20).expect("run").how, How::Code(7), "{line}");
        }
    }
}
