//! Whether lines are PowerShell: looked over before anything starts, on whatever system.

use tree_sitter::{Node, Parser};

use crate::fault::Why;

/// Letters of a place that is wrong that are shown.
const SHOWN: usize = 40;

/// What is wrong with lines, where something is: the first place that no reading makes sense of.
pub(super) fn objection(text: &str) -> Option<Why> {
    // A byte order mark is how Windows PowerShell knows that a file is UTF-8; its lines begin after it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Of a script that does nothing the grammar knows nothing.
    if text.lines().map(str::trim).all(|line| line.is_empty() || line.starts_with('#')) {
        return None;
    }
    let unread = || Why::new("it cannot be read as PowerShell", "illisible comme PowerShell");
    let mut parser = Parser::new();
    if parser.set_language(&tree_sitter_powershell::LANGUAGE.into()).is_err() {
        return Some(unread());
    }
    let Some(tree) = parser.parse(text, None) else { return Some(unread()) };
    let root = tree.root_node();
    if !root.has_error() {
        return None;
    }
    let node = first_error(root);
    let line = node.start_position().row + 1;
    if node.is_missing() {
        let what = node.kind();
        return Some(Why::new(format!("line {line}: {what} is missing"), format!("ligne {line} : il manque {what}")));
    }
    let rest = text.get(node.start_byte()..).unwrap_or_default();
    let shown: String = rest.lines().next().unwrap_or_default().trim().chars().take(SHOWN).collect();
    Some(Why::new(format!("line {line}: {shown}"), format!("ligne {line} : {shown}")))
}

/// The innermost place that is wrong, the first of them.
fn first_error(root: Node<'_>) -> Node<'_> {
    let mut node = root;
    let mut found = None;
    loop {
        if node.is_error() || node.is_missing() {
            found = Some(node);
        }
        let mut cursor = node.walk();
        let Some(next) = node.children(&mut cursor).find(|child| child.has_error() || child.is_missing()) else {
            return found.unwrap_or(node);
        };
        node = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_technicians_write_is_read() {
        for text in [
            "",
            "exit 0",
            "# nothing\r\n",
            "\u{feff}Write-Output 'é'",
            "$ErrorActionPreference = 'Stop'\nGet-AppxPackage -AllUsers *xbox* | Remove-AppxPackage -AllUsers",
            "if (Test-Path 'HKLM:\\SOFTWARE\\Kiosk') { exit 0 } else { exit 1 }",
            "foreach ($name in 'a', 'b') {\n    New-Item -ItemType Directory -Force -Path \"C:\\$name\" | Out-Null\n}",
            "try { Stop-Service Spooler -ErrorAction Stop } catch { Write-Error $_; exit 3 }",
            "function Set-It([string]$Path, [int]$Value = 1) { [Environment]::SetEnvironmentVariable($Path, $Value, 'Machine') }",
            "$text = @\"\nline of $env:COMPUTERNAME\n\"@\nSet-Content C:\\x.txt $text",
            "$xml = [xml](Get-Content layout.xml); $xml.Layout.Item | Where-Object { $_.Name -like 'x*' } | ForEach-Object { $_.Name }",
            "powercfg.exe /change standby-timeout-ac 0; if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }",
            "Start-Process msiexec.exe -ArgumentList '/i', 'x.msi', '/qn' -Wait -NoNewWindow",
            "switch ($env:TROUSSE_SITE) { 'lyon' { 1 } default { 2 } }",
            "$h = @{ Name = 'x'; Value = 1 }; Set-ItemProperty @h",
            "Get-CimInstance Win32_BIOS | Select-Object -ExpandProperty SerialNumber",
        ] {
            assert_eq!(objection(text), None, "{text}");
        }
    }

    #[test]
    fn what_powershell_would_not_read_is_found_with_its_line() {
        for (text, line) in [
            ("Write-Output 'a'\nif ($true) {\n    exit 0\n", "line"),
            ("Write-Output 'open", "line 1"),
            ("exit 0\nforeach ($a in ) { }", "line 2"),
            ("try { exit 0 }\n}", "line 2"),
            ("function { }", "line 1"),
            ("$a = (1 + 2", "line 1"),
        ] {
            let why = objection(text).unwrap_or_else(|| panic!("taken: {text}"));
            assert!(why.english.starts_with(line), "{text}: {}", why.english);
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_given_it_comes_back(text in "\\PC{0,60}", cut in "[{}()'\"@$#\n;|]{0,20}") {
            let _ = objection(&format!("{text}{cut}"));
        }
    }
}
