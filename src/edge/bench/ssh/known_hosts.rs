//! The keys of PCs that are known, in the files of ssh(1): sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::{Algorithm, HashAlg, PublicKey};

use super::{Access, Hop};
use crate::fault::{Fault, Why};

/// What was found of the key of a PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Known,
    /// It is known from now on.
    New(String),
    /// No key of this PC is known; in which file it has such a one.
    Stranger(String, &'static str),
    /// Another one is known: in this file.
    Changed(String, PathBuf),
    Revoked(String),
    /// What, and why.
    Unreadable(String, Why),
}

impl Found {
    /// Why a PC with such a key is refused; nothing where it is not.
    pub(super) fn refusal(&self, hop: &Hop) -> Option<Fault> {
        Some(match self {
            Found::Known | Found::New(_) => return None,
            Found::Stranger(print, file) => {
                let fault = Fault::new(format!("its key is not known: {print}"), format!("sa clé n'est pas connue : {print}"));
                fault.hint(
                    format!(
                        "compare it with the PC's own: ssh-keygen -lf {file} there, in /etc/ssh or %ProgramData%\\ssh; \
                         --accept-new-keys takes new PCs at their word, once"
                    ),
                    format!(
                        "comparez-la à celle du PC : ssh-keygen -lf {file} sur place, dans /etc/ssh ou %ProgramData%\\ssh ; \
                         --accept-new-keys croit les nouveaux PC sur parole, une fois"
                    ),
                )
            }
            Found::Changed(print, path) => {
                let (file, name) = (path.display(), name(hop));
                Fault::new(
                    format!("its key is another than the known one: {print}; somebody may be in between"),
                    format!("sa clé n'est pas celle qui est connue : {print} ; quelqu'un s'interpose peut-être"),
                )
                .hint(
                    format!("if the PC was installed anew: ssh-keygen -f '{file}' -R '{name}'"),
                    format!("si le PC a été réinstallé : ssh-keygen -f '{file}' -R '{name}'"),
                )
            }
            Found::Revoked(print) => Fault::new(format!("its key is revoked: {print}"), format!("sa clé est révoquée : {print}")),
            Found::Unreadable(what, why) => Fault::because(
                format!("what is known of its key cannot be read or written: {what}"),
                format!("impossible de lire ou d'écrire ce qui est connu de sa clé : {what}"),
                why.clone(),
            )
            .hint("--known-hosts FILE names another file", "--known-hosts FICHIER en indique un autre"),
        })
    }
}

/// A name of a PC as ssh(1) writes it: capitals are nothing, nor is a dot at its end.
fn plain(address: &str) -> String {
    address.trim_end_matches('.').to_ascii_lowercase()
}

/// What a PC is called in these files.
fn name(hop: &Hop) -> String {
    let address = plain(&hop.address);
    match hop.port {
        22 => address,
        port => format!("[{address}]:{port}"),
    }
}

/// How a PC may be written in a file: ssh(1) knows it by each of these.
fn spellings(hop: &Hop, text: &str) -> BTreeSet<String> {
    let wanted = plain(&hop.address);
    let port = format!("]:{}", hop.port);
    let host = |entry: &str| match hop.port {
        22 => Some(entry.to_owned()),
        _ => Some(entry.strip_prefix('[')?.strip_suffix(&port)?.to_owned()),
    };
    let entries = text.lines().filter_map(|line| line.split(' ').next()).flat_map(|hosts| hosts.split(','));
    let written = entries.filter_map(host).filter(|host| plain(host) == wanted);
    // One that is written as a hash is asked for.
    [hop.address.clone(), format!("{wanted}."), wanted.clone()].into_iter().chain(written).collect()
}

/// The keys of a PC in a file; none where there is no file.
fn keys_of(hop: &Hop, path: &Path) -> Result<Vec<PublicKey>, Why> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| Why::from(&error))?,
    };
    let mut keys = Vec::new();
    for name in spellings(hop, &String::from_utf8_lossy(&text)) {
        keys.extend(known_host_keys_path(&name, hop.port, path).map_err(|error| why(&error))?.into_iter().map(|(_, key)| key));
    }
    Ok(keys)
}

/// Adds the key of a PC to a file. Whether it is there is seen by reading it: what a full disk does not take is told by nobody else.
fn learn(hop: &Hop, key: &PublicKey, path: &Path) -> Result<(), Why> {
    learn_known_hosts_path(&plain(&hop.address), hop.port, key, path).map_err(|error| why(&error))?;
    match keys_of(hop, path)?.iter().any(|known| known.key_data() == key.key_data()) {
        true => Ok(()),
        false => Err(Why::new("it was written, and is not there", "elle a été écrite, et n'y est pas")),
    }
}

fn why(error: &russh::keys::Error) -> Why {
    match error {
        russh::keys::Error::IO(error) => Why::from(error),
        error => Why::new(error.to_string(), error.to_string()),
    }
}

/// Whoever reads and writes what is known, of all connections.
static KNOWN: Mutex<()> = Mutex::new(());

/// What is known of a key.
pub(super) fn judged(hop: &Hop, access: &Access, key: &PublicKey) -> Found {
    let _alone = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let print = key.fingerprint(HashAlg::Sha256).to_string();
    let unreadable = |path: &Path, why: Why| Found::Unreadable(path.display().to_string(), why);
    // A key that was revoked in any of them is good for nobody, whichever of them knows it.
    for path in &access.known_hosts {
        match is_revoked(path, key) {
            Ok(false) => {}
            Ok(true) => return Found::Revoked(print),
            Err(error) => return unreadable(path, (&error).into()),
        }
    }
    let mut other = None;
    for path in &access.known_hosts {
        let known = match keys_of(hop, path) {
            Ok(known) => known,
            Err(why) => return unreadable(path, why),
        };
        if known.iter().any(|known| known.key_data() == key.key_data()) {
            return Found::Known;
        }
        if !known.is_empty() {
            other.get_or_insert(path);
        }
    }
    match (other, access.known_hosts.first()) {
        (Some(path), _) => Found::Changed(print, path.clone()),
        (None, Some(path)) if access.accept_new => match learn(hop, key, path) {
            Ok(()) => Found::New(print),
            Err(why) => unreadable(path, why),
        },
        (None, _) => Found::Stranger(print, file_of(key)),
    }
}

/// Where sshd has a key of this kind: sshd_config(5), HostKey.
fn file_of(key: &PublicKey) -> &'static str {
    match key.algorithm() {
        Algorithm::Rsa { .. } => "ssh_host_rsa_key.pub",
        Algorithm::Ecdsa { .. } => "ssh_host_ecdsa_key.pub",
        _ => "ssh_host_ed25519_key.pub",
    }
}

/// Whether a file revokes a key. One that is not there revokes none.
fn is_revoked(path: &Path, key: &PublicKey) -> io::Result<bool> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        read => read?,
    };
    let encoded = key.to_openssh().map_err(io::Error::other)?;
    let Some(blob) = encoded.split(' ').nth(1) else { return Err(io::ErrorKind::InvalidData.into()) };
    let revokes = |line: &str| {
        let mut words = line.split_whitespace();
        words.next() == Some("@revoked") && words.any(|word| word == blob)
    };
    Ok(String::from_utf8_lossy(&bytes).lines().any(revokes))
}

/// The kinds of keys that are known of a PC: it is asked for one of these, and not for another that nobody knows.
pub(super) fn kinds(hop: &Hop, access: &Access) -> Vec<Algorithm> {
    let _alone = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = access.known_hosts.iter().flat_map(|path| keys_of(hop, path).unwrap_or_default());
    let mut kinds: Vec<Algorithm> = Vec::new();
    for key in known {
        let of_it = match key.algorithm() {
            Algorithm::Rsa { .. } => [Some(HashAlg::Sha512), Some(HashAlg::Sha256)].map(|hash| Algorithm::Rsa { hash }).to_vec(),
            other => vec![other],
        };
        kinds.extend(of_it.into_iter().filter(|kind| !kinds.contains(kind)).collect::<Vec<_>>());
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::bench::ssh::server::{access, key};
    use crate::language::Language;

    fn hop(port: u16) -> Hop {
        Hop { address: "10.0.0.12".into(), port, user: "root".into() }
    }

    #[test]
    fn a_key_that_any_file_revokes_is_good_for_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        let (own, of_all) = (folder.path().join("own"), folder.path().join("all"));
        let public = key(1).public_key().to_openssh().expect("a key");
        fs::write(&own, format!("10.0.0.12 {public}\n")).expect("written");
        let mut access = access(&own);
        access.known_hosts.push(of_all.clone());
        assert_eq!(judged(&hop(22), &access, key(1).public_key()), Found::Known);
        // Whatever else is in that file.
        fs::write(&of_all, [b"# caf\xe9\n@revoked * ".as_slice(), public.as_bytes(), b"\n"].concat()).expect("written");
        assert!(matches!(judged(&hop(22), &access, key(1).public_key()), Found::Revoked(_)));
    }

    #[test]
    fn capitals_and_a_dot_at_the_end_are_no_other_pc() {
        let folder = tempfile::tempdir().expect("a folder");
        let own = folder.path().join("own");
        let public = key(1).public_key().to_openssh().expect("a key");
        let access = access(&own);
        for (written, port) in [("pc7.lan", 22), ("PC7.Lan", 22), ("pc7.lan.", 22), ("other,[Pc7.lan]:2222", 2222)] {
            fs::write(&own, format!("{written} {public}\n")).expect("written");
            for address in ["pc7.lan", "PC7.LAN", "PC7.lan."] {
                let hop = Hop { address: address.into(), port, user: "root".into() };
                assert_eq!(judged(&hop, &access, key(1).public_key()), Found::Known, "{written} {address}");
                assert_eq!(kinds(&hop, &access), [Algorithm::Ed25519], "{written} {address}");
                let other = judged(&hop, &access, key(2).public_key());
                assert!(matches!(other, Found::Changed(..)), "{written} {address}: {other:?}");
                let said = other.refusal(&hop).expect("it is refused").say(Language::En);
                assert!(said.contains("pc7.lan"), "{said}");
            }
        }
        fs::write(&own, "").expect("written");
        let [capitals, small] = ["PC8.LAN.", "pc8.lan"].map(|name| Hop { address: name.into(), port: 22, user: "root".into() });
        assert!(matches!(judged(&capitals, &access, key(1).public_key()), Found::New(_)));
        assert_eq!(judged(&small, &access, key(1).public_key()), Found::Known);
        assert!(fs::read_to_string(&own).expect("it is there").contains("pc8.lan ssh-ed25519"), "as ssh writes it");
    }

    #[test]
    fn a_stranger_is_told_with_the_file_that_its_key_is_compared_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let access = Access { accept_new: false, ..access(&folder.path().join("own")) };
        let found = judged(&hop(22), &access, key(1).public_key());
        let said = found.refusal(&hop(22)).expect("it is refused").say(Language::En);
        assert!(said.contains("ssh-keygen -lf ssh_host_ed25519_key.pub there") && said.contains("%ProgramData%"), "{said}");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_with_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let found = judged(&hop(22), &access(folder.path()), key(1).public_key());
        let said = found.refusal(&hop(22)).expect("it is refused").say(Language::Fr);
        assert!(said.contains("est un dossier") && said.contains("conseil : --known-hosts"), "{said}");
    }

    #[test]
    fn the_way_out_of_a_changed_key_names_the_file_and_the_port() {
        let folder = tempfile::tempdir().expect("a folder");
        let (own, of_all) = (folder.path().join("own"), folder.path().join("all"));
        let public = key(1).public_key().to_openssh().expect("a key");
        fs::write(&of_all, format!("# of the shop\n[10.0.0.12]:2222 {public}\n10.0.0.12 {public}\n")).expect("written");
        let mut access = access(&own);
        access.known_hosts.push(of_all.clone());
        for (port, name) in [(2222, "'[10.0.0.12]:2222'"), (22, "'10.0.0.12'")] {
            let found = judged(&hop(port), &access, key(2).public_key());
            let said = found.refusal(&hop(port)).expect("it is refused").say(Language::En);
            assert!(said.ends_with(&format!("ssh-keygen -f '{}' -R {name}", of_all.display())), "{said}");
        }
        assert!(!own.exists(), "a key that has changed is not learned");
    }
}
