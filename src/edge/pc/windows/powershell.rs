//! Lines of PowerShell. They are handed over on the command line, encoded: nothing is written to the disk for a look.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::about;
use super::process::{Program, windows_folder};
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Contents, Ended, How};

/// The lines before those of a script: the first cmdlet that fails ends it, no bar is drawn, and what it reads and writes is UTF-8.
const BEFORE: &str = "$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n\
    [Console]::InputEncoding = New-Object Text.UTF8Encoding $false\n[Console]::OutputEncoding = [Text.Encoding]::UTF8\n";
/// Letters of a command line (CreateProcessW), less what stands before the script.
const LONGEST: usize = 32_767 - 512;
/// What a file in UTF-8 begins with where it says so.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Seconds that PowerShell may take to read a script.
const READING_S: u32 = 60;

/// Where PowerShell is.
pub(super) fn program() -> String {
    format!("{}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", windows_folder())
}

/// Runs lines of PowerShell.
pub(super) fn run(text: &str, command: &Command) -> Result<Ended> {
    let encoded = encoded(text);
    if encoded.len() > LONGEST {
        return Err(Fault::new(
            "the script is longer than a command line of Windows takes",
            "le script est plus long que ce qu'accepte une ligne de commande de Windows",
        )
        .hint(
            "put its lines into a .ps1 beside the profile, and name that by `from`",
            "mettez ses lignes dans un .ps1 à côté du profil, et nommez-le par `from`",
        ));
    }
    let words = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-OutputFormat", "Text", "-EncodedCommand"];
    let words = [&words.map(str::to_owned)[..], &[encoded]].concat();
    Program::new(Path::new(&program()), &words).with(command).run()
}

/// Runs lines that only look.
pub(super) fn look(text: &str, command: &Command) -> Result<Ended> {
    run(&answering(text), command)
}

/// Lines whose last word may be their answer: PowerShell itself ends with 0 whatever it is, also where it is `False`. Where the last of
/// them fails they end with 1, as without this.
fn answering(text: &str) -> String {
    format!(
        "& {{\n{text}\nif (-not $?) {{ exit 1 }}\n}} | ForEach-Object {{ $trousse = $_; $_ }}\n\
         if ($trousse -is [bool] -and -not $trousse) {{ exit 1 }}\n"
    )
}

/// What is wrong with lines, by PowerShell's own parser; nothing of them is run. They are parsed as they are run: what must stand
/// first in a script does not.
pub(super) fn wrong(text: &str) -> Result<Option<String>> {
    let text = STANDARD.encode(format!("{BEFORE}{text}"));
    let text = format!("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{text}'))");
    objections(&text, BEFORE.lines().count())
}

/// The same of a file of them, which is run as it is.
pub(super) fn wrong_file(path: &Path) -> Result<Option<String>> {
    let bytes = fs::read(path).map_err(|error| about(path, &error))?;
    // A command line does not hold a whole file; nor is anything but base64 the same to PowerShell as to us, since it takes ‘ and ’
    // for quotes too.
    let path = STANDARD.encode(path.display().to_string());
    // What is marked is read by its mark, whatever is said here.
    let encoding = if std::str::from_utf8(&bytes).is_ok() { "UTF8" } else { "Default" };
    let path = format!("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{path}'))");
    objections(&format!("[IO.File]::ReadAllText({path}, [Text.Encoding]::{encoding})"), 0)
}

/// A script in UTF-8, marked as such: without the mark PowerShell 5.1 takes it for letters of this Windows' language.
pub(super) fn marked(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.is_ascii() || bytes.starts_with(MARK) || std::str::from_utf8(&bytes).is_err() {
        return bytes;
    }
    [MARK, &bytes].concat()
}

/// What the parser objects to (System.Management.Automation.Language.Parser) in what an expression gives, less the lines before.
fn objections(expression: &str, before: usize) -> Result<Option<String>> {
    let text = format!(
        "$errors = $null\n\
         [void][Management.Automation.Language.Parser]::ParseInput({expression}, [ref]$null, [ref]$errors)\n\
         $errors | ForEach-Object {{ \"line $($_.Extent.StartLineNumber - {before}): $($_.Message)\" }}\n\
         exit $errors.Count\n"
    );
    let lines = Contents::Text(text.clone());
    judged(run(&text, &Command { lines, variables: Default::default(), input: None, timeout_s: READING_S })?)
}

/// What the parser's end says of the script; a parser that came to no end says nothing of it.
fn judged(ended: Ended) -> Result<Option<String>> {
    let said = ended.output.trim();
    match ended.how {
        How::Code(0) => Ok(None),
        How::Code(_) if !said.is_empty() => Ok(Some(said.to_owned())),
        _ => Err(Fault::new("PowerShell has not read the script", "PowerShell n'a pas lu le script").hint(
            "run powershell.exe once by hand, then trousse again",
            "lancez powershell.exe une fois à la main, puis relancez trousse",
        )),
    }
}

/// As `-EncodedCommand` takes it: UTF-16 in base64.
fn encoded(text: &str) -> String {
    let bytes: Vec<u8> = format!("{BEFORE}{text}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_handed_over_as_they_are() {
        let bytes = STANDARD.decode(encoded("\"é\" > x")).expect("base64");
        let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        assert_eq!(String::from_utf16(&units).expect("UTF-16"), format!("{BEFORE}\"é\" > x\n"));
    }

    #[test]
    fn what_a_script_reads_is_utf_8_without_a_mark_as_it_is_written() {
        assert!(BEFORE.contains("[Console]::InputEncoding = New-Object Text.UTF8Encoding $false\n"), "{BEFORE}");
    }

    #[test]
    fn a_look_is_so_by_its_last_word() {
        assert_eq!(
            answering("# is it there?\nTest-Path C:\\Kiosk # a comment"),
            "& {\n# is it there?\nTest-Path C:\\Kiosk # a comment\nif (-not $?) { exit 1 }\n} | ForEach-Object { $trousse = $_; $_ }\n\
             if ($trousse -is [bool] -and -not $trousse) { exit 1 }\n"
        );
    }

    #[test]
    fn a_script_in_utf_8_is_marked_as_such_and_no_other() {
        let marked = |bytes: &[u8]| super::marked(bytes.to_vec());
        assert_eq!(marked("'é'".as_bytes()), "\u{feff}'é'".as_bytes());
        for as_it_is in [&b"'e'"[..], b"'\xe9'", "\u{feff}'é'".as_bytes(), b"\xff\xfe'\0"] {
            assert_eq!(marked(as_it_is), as_it_is);
        }
    }

    #[test]
    fn a_parser_that_came_to_no_end_has_not_refused_the_script() {
        let judged = |how: How, output: &str| super::judged(Ended { how, output: output.into() });
        assert_eq!(judged(How::Code(0), ""), Ok(None));
        assert_eq!(judged(How::Code(2), "line 1: Missing )\r\n"), Ok(Some("line 1: Missing )".to_owned())));
        assert!(judged(How::TookTooLong(60), "").is_err() && judged(How::Code(1), "").is_err());
    }

    #[test]
    fn what_no_command_line_takes_is_refused_and_not_cut_off() {
        let text = "x".repeat(20_000);
        let command = Command { lines: Contents::Text(text.clone()), variables: Default::default(), input: None, timeout_s: 1 };
        assert!(run(&text, &command).is_err());
    }
}
