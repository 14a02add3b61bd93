//! Lines of PowerShell. Those of a profile are handed over on the command line, encoded: nothing is written to the disk for a look.

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
    start(["-EncodedCommand".to_owned(), encoded], command)
}

/// Runs a file of such lines.
pub(super) fn run_file(path: &Path, command: &Command) -> Result<Ended> {
    start(["-File".to_owned(), path.display().to_string()], command)
}

fn start(last: [String; 2], command: &Command) -> Result<Ended> {
    let powershell = format!("{}\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", windows_folder());
    let words = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-OutputFormat", "Text"];
    let words = [&words.map(str::to_owned)[..], &last].concat();
    Program::new(Path::new(&powershell), &words).with(command).run()
}

/// As `-EncodedCommand` takes it: UTF-16 in base64.
fn encoded(text: &str) -> String {
    let bytes: Vec<u8> = format!("{BEFORE}{text}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::look::Contents;

    #[test]
    fn lines_are_handed_over_as_they_are() {
        let bytes = STANDARD.decode(encoded("\"é\" > x")).expect("base64");
        let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        assert_eq!(String::from_utf16(&units).expect("UTF-16"), format!("{BEFORE}\"é\" > x\n"));
    }

    #[test]
    fn what_no_command_line_takes_is_refused_and_not_cut_off() {
        let text = "x".repeat(20_000);
        let command = Command { lines: Contents::Text(text.clone()), variables: Default::default(), timeout_s: 1 };
        assert!(run(&text, &command).is_err());
    }
}
