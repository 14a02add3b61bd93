//! Lines of PowerShell. They are handed over on the command line, encoded: nothing is written to the disk for a look.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::process::{Program, windows_folder};
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Ended};

/// The lines before those of a script: the first that fails ends it, no bar is drawn, and what it writes is UTF-8.
const BEFORE: &str = "$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n\
    [Console]::OutputEncoding = [Text.Encoding]::UTF8\n";
/// Letters of a command line (CreateProcessW), less what stands before the script.
const LONGEST: usize = 32_767 - 512;
/// Seconds that PowerShell may take to read a script.
const READING_S: u32 = 60;

/// Runs lines of PowerShell.
pub(super) fn run(command: &Command) -> Result<Ended> {
    let encoded = encoded(&command.text);
    if encoded.len() > LONGEST {
        return Err(Fault::new(
            "the script is longer than a command line of Windows takes",
            "le script est plus long que ce qu'accepte une ligne de commande de Windows",
        )
        .hint(
            "put its lines into a .ps1 beside the profile, place that with a step file, and run it from here",
            "mettez ses lignes dans un .ps1 à côté du profil, placez-le par une étape file, et lancez-le d'ici",
        ));
    }
    let powershell = format!("{}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", windows_folder());
    let words = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-OutputFormat", "Text", "-EncodedCommand"];
    let words = [&words.map(str::to_owned)[..], &[encoded]].concat();
    Program::new(Path::new(&powershell), &words).with(command).run()
}

/// What is wrong with the lines, by PowerShell's own parser; nothing of them is run.
pub(super) fn wrong(text: &str) -> Result<Option<String>> {
    let text = parsing(text);
    let ended = run(&Command { text, variables: Default::default(), timeout_s: READING_S })?;
    Ok((!ended.well()).then(|| ended.output.trim().to_owned()))
}

/// The lines that let PowerShell read others (System.Management.Automation.Language.Parser).
fn parsing(text: &str) -> String {
    let text = STANDARD.encode(text);
    format!(
        "$errors = $null\n\
         $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{text}'))\n\
         [void][Management.Automation.Language.Parser]::ParseInput($text, [ref]$null, [ref]$errors)\n\
         $errors | ForEach-Object {{ \"line $($_.Extent.StartLineNumber): $($_.Message)\" }}\n\
         exit $errors.Count\n"
    )
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
        let command = Command { text: "x".repeat(20_000), variables: Default::default(), timeout_s: 1 };
        assert!(run(&command).is_err());
    }
}
