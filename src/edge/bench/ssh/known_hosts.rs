//! The keys of PCs that are known, in the files of ssh(1): sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.

use std::sync::{Mutex, PoisonError};

use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::{Algorithm, HashAlg, PublicKey};

use super::{Access, Hop};

/// What was found of the key of a PC.
#[derive(Clone, Debug)]
pub(super) enum Found {
    Known,
    /// It is known from now on.
    New(String),
    /// No key of this PC is known.
    Stranger(String),
    /// Another one is known: in this line.
    Changed(String, usize),
    Revoked(String),
    Unreadable(String),
}

/// Whoever reads and writes what is known, of all connections.
static KNOWN: Mutex<()> = Mutex::new(());

/// What is known of a key.
pub(super) fn judged(hop: &Hop, access: &Access, key: &PublicKey) -> Found {
    let _alone = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let print = key.fingerprint(HashAlg::Sha256).to_string();
    let encoded = key.to_openssh().unwrap_or_default();
    let blob = encoded.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut other = None;
    for path in &access.known_hosts {
        // A key that was revoked anywhere is good for nobody: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let revoked = |line: &str| line.starts_with("@revoked") && line.split_whitespace().any(|word| word == blob);
        if !blob.is_empty() && text.lines().any(revoked) {
            return Found::Revoked(print);
        }
        let Ok(known) = known_host_keys_path(&hop.address, hop.port, path) else {
            return Found::Unreadable(path.display().to_string());
        };
        if known.iter().any(|(_, known)| known.key_data() == key.key_data()) {
            return Found::Known;
        }
        other = other.or(known.first().map(|(line, _)| *line));
    }
    match (other, access.known_hosts.first()) {
        (Some(line), _) => Found::Changed(print, line),
        (None, Some(path)) if access.accept_new => match learn_known_hosts_path(&hop.address, hop.port, key, path) {
            Ok(()) => Found::New(print),
            Err(_) => Found::Unreadable(path.display().to_string()),
        },
        (None, _) => Found::Stranger(print),
    }
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
