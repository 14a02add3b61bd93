//! Names and addresses that the PC knows by itself: hosts(5).

/// The file with the new name of the PC in place of the old one; at 127.0.1.1, as Debian has it, where it stands nowhere. Names
/// are ASCII; a remark may be in any letters, and stays as it is byte by byte.
pub(super) fn hosts_with(hosts: &[u8], old: &str, new: &str) -> Vec<u8> {
    let letters = |bytes: &[u8]| bytes.iter().map(|&byte| char::from(byte)).collect::<String>();
    let (hosts, old, new) = (&letters(hosts), &letters(old.as_bytes()), &letters(new.as_bytes()));
    let is_local = |line: &str| line.split_ascii_whitespace().next().is_some_and(|ip| ip.starts_with("127.") || ip == "::1");
    let names = |line: &str| {
        let before = line.split('#').next().unwrap_or_default();
        before.split_ascii_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut lines: Vec<String> = Vec::new();
    for line in hosts.lines() {
        // Every PC is called localhost too.
        if is_local(line) && old != "localhost" && names(line).contains(old) {
            let renamed = |word: &str| match word.strip_prefix(old.as_str()) {
                Some(domain) if domain.is_empty() || domain.starts_with('.') => format!("{new}{domain}"),
                _ => word.to_owned(),
            };
            lines.push(line.split_ascii_whitespace().map(renamed).collect::<Vec<_>>().join("\t"));
        } else {
            lines.push(line.to_owned());
        }
    }
    if !lines.iter().any(|line| is_local(line) && names(line).contains(new)) {
        lines.push(format!("127.0.1.1\t{new}"));
    }
    // Each letter is one byte, as it was read.
    (lines.join("\n") + "\n").chars().map(|letter| letter as u8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_name_stands_where_the_old_one_stood() {
        let hosts_with = |hosts: &str, old: &str, new: &str| {
            String::from_utf8(super::hosts_with(hosts.as_bytes(), old, new)).expect("the letters that it was given")
        };
        let hosts = "127.0.0.1\tlocalhost\n127.0.1.1 debian.lan debian # old\n10.0.0.1 debian\n";
        let renamed = hosts_with(hosts, "debian", "kiosk-01");
        assert_eq!(renamed, "127.0.0.1\tlocalhost\n127.0.1.1\tkiosk-01.lan\tkiosk-01\t#\told\n10.0.0.1 debian\n");
        assert_eq!(hosts_with(&renamed, "kiosk-01", "kiosk-01"), renamed, "a second time changes nothing");
        assert_eq!(hosts_with("127.0.0.1 localhost\n", "localhost", "k"), "127.0.0.1 localhost\n127.0.1.1\tk\n");
        assert_eq!(hosts_with("", "", "k"), "127.0.1.1\tk\n");
        assert_eq!(hosts_with("127.0.1.1 a # à la cave\n", "a", "k"), "127.0.1.1\tk\t#\tà\tla\tcave\n");
    }

    #[test]
    fn a_remark_of_another_age_stays_as_it_is() {
        let hosts = b"# acc\xe8s\n127.0.1.1 debian # \xe9tage\n10.0.0.1 nas # \xe0 c\xf4t\xe9\n";
        let renamed = b"# acc\xe8s\n127.0.1.1\tkiosk-01\t#\t\xe9tage\n10.0.0.1 nas # \xe0 c\xf4t\xe9\n";
        assert_eq!(hosts_with(hosts, "debian", "kiosk-01"), renamed);
    }
}
