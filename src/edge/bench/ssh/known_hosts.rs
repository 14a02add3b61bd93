//! The keys of PCs that are known, in the files of ssh(1): sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::{Algorithm, HashAlg, PublicKey};

use super::{Access, Hop};
use crate::fault::Fault;

/// What was found of the key of a PC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Known,
    /// It is known from now on.
    New(String),
    /// No key of this PC is known.
    Stranger(String),
    /// Another one is known: in this file.
    Changed(String, PathBuf),
    Revoked(String),
    Unreadable(String),
}

impl Found {
    /// Why a PC with such a key is refused; nothing where it is not.
    pub(super) fn refusal(&self, hop: &Hop) -> Option<Fault> {
        Some(match self {
            Found::Known | Found::New(_) => return None,
            Found::Stranger(print) => Fault::new(
                format!("its key is not known: {print}"),
                format!("sa clé n'est pas connue : {print}"),
            )
            .hint(
                "compare it with the PC's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); --accept-new-keys takes new PCs at their word, once",
                "comparez-la à celle du PC (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) ; --accept-new-keys croit les nouveaux PC sur parole, une fois",
            ),
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
            Found::Revoked(print) => {
                Fault::new(format!("its key is revoked: {print}"), format!("sa clé est révoquée : {print}"))
            }
            Found::Unreadable(what) => Fault::new(
                format!("what is known of its key cannot be read or written: {what}"),
                format!("impossible de lire ou d'écrire ce qui est connu de sa clé : {what}"),
            ),
        })
    }
}

/// What a PC is called in these files.
fn name(hop: &Hop) -> String {
    match hop.port {
        22 => hop.address.clone(),
        port => format!("[{}]:{port}", hop.address),
    }
}

/// Whoever reads and writes what is known, of all connections.
static KNOWN: Mutex<()> = Mutex::new(());

/// What is known of a key.
pub(super) fn judged(hop: &Hop, access: &Access, key: &PublicKey) -> Found {
    let _alone = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let print = key.fingerprint(HashAlg::Sha256).to_string();
    let unreadable = |path: &Path| Found::Unreadable(path.display().to_string());
    // A key that was revoked in any of them is good for nobody, whichever of them knows it.
    for path in &access.known_hosts {
        match is_revoked(path, key) {
            Ok(false) => {}
            Ok(true) => return Found::Revoked(print),
            Err(_) => return unreadable(path),
        }
    }
    let mut other = None;
    for path in &access.known_hosts {
        let Ok(known) = known_host_keys_path(&hop.address, hop.port, path) else { return unreadable(path) };
        if known.iter().any(|(_, known)| known.key_data() == key.key_data()) {
            return Found::Known;
        }
        if !known.is_empty() {
            other.get_or_insert(path);
        }
    }
    match (other, access.known_hosts.first()) {
        (Some(path), _) => Found::Changed(print, path.clone()),
        (None, Some(path)) if access.accept_new => match learn_known_hosts_path(&hop.address, hop.port, key, path) {
            Ok(()) => Found::New(print),
            Err(_) => unreadable(path),
        },
        (None, _) => Found::Stranger(print),
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
    let known = access.known_hosts.iter().flat_map(|path| known_host_keys_path(&hop.address, hop.port, path).unwrap_or_default());
    let mut kinds: Vec<Algorithm> = Vec::new();
    for (_, key) in known {
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
