//! Lines of PowerShell. They are handed over on the command line, encoded: nothing is written to the disk for a look.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::process::{Program, windows_folder};
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Contents, Ended};

/// The lines before those of a script: the first that fails ends it, no bar is drawn, and what it writes is UTF-8.
const BEFORE: &str = "$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n\
    [Console]::OutputEncoding = [Text.Encoding]::UTF8\n";
/// Letters of a command line (CreateProcessW), less what stands before the script.
const LONGEST: usize = 32_767 - 512;
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

/// What is wrong with lines, by PowerShell's own parser; nothing of them is run.
pub(super) fn wrong(text: &str) -> Result<Option<String>> {
    let text = STANDARD.encode(text);
    read(&format!("ParseInput([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{text}')),"))
}

/// The same of a file of them.
pub(super) fn wrong_file(path: &Path) -> Result<Option<String>> {
    read(&format!("ParseFile('{}',", path.display().to_string().replace('\'', "''")))
}

/// What the parser objects to when it is called like this (System.Management.Automation.Language.Parser).
fn read(call: &str) -> Result<Option<String>> {
    let text = format!(
        "$errors = $null\n\
         [void][Management.Automation.Language.Parser]::{call} [ref]$null, [ref]$errors)\n\
         $errors | ForEach-Object {{ \"line $($_.Extent.StartLineNumber): $($_.Message)\" }}\n\
         exit $errors.Count\n"
    );
    let lines = Contents::Text(text.clone());
    let ended = run(&text, &Command { lines, variables: Default::default(), input: None, timeout_s: READING_S })?;
    Ok((!ended.well()).then(|| ended.output.trim().to_owned()))
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
    fn what_no_command_line_takes_is_refused_and_not_cut_off() {
        let text = "x".repeat(20_000);
        let command = Command { lines: Contents::Text(text.clone()), variables: Default::default(), input: None, timeout_s: 1 };
        assert!(run(&text, &command).is_err());
    }
}
