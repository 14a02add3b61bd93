//! Secrets sealed in a file of age (age-encryption.org/v1): by a passphrase, or for whoever holds an identity file.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Write};
use std::path::Path;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, IdentityFile, NoCallbacks, scrypt};

use crate::fault::{Fault, Result};
use crate::prep::secrets::{self, LONGEST, Secrets};
use crate::secret::Secret;

/// Bytes of a sealed file that are read: what may stand in it, armoured, and its head.
const LONGEST_SEALED: u64 = 4 * LONGEST;
/// The work that a passphrase may ask for, as a power of two: 1 GiB of memory. `age -p` asks for 18, a quarter of that.
const MOST_WORK: u8 = 20;

/// Whoever may open a sealed file.
#[derive(Clone, Copy, Debug)]
pub enum Opener<'a> {
    /// Whoever knows this.
    Passphrase(&'a Secret),
    /// Whoever holds this file: `age-keygen`.
    Identity(&'a Path),
}

/// A sealed file, not opened yet.
#[derive(Debug)]
pub struct Sealed {
    bytes: Vec<u8>,
    shown: String,
}

impl Sealed {
    /// Reads the file.
    pub fn read(path: &Path) -> Result<Sealed> {
        let shown = path.display().to_string();
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST_SEALED + 1).read_to_end(&mut bytes));
        read.map_err(|error| {
            Fault::because(format!("cannot read the secrets in {shown}"), format!("secrets illisibles dans {shown}"), &error)
                .hint(
                    "write such a file with: trousse prep secrets FILE.age NAME",
                    "écrivez-en un avec : trousse prep secrets FICHIER.age NOM",
                )
        })?;
        if bytes.len() as u64 > LONGEST_SEALED {
            return Err(Fault::new(
                format!("{shown} is too large for a file of secrets: more than {LONGEST_SEALED} bytes"),
                format!("{shown} est trop gros pour un fichier de secrets : plus de {LONGEST_SEALED} octets"),
            )
            .hint(
                "name the file that age or trousse prep secrets wrote",
                "indiquez le fichier écrit par age ou trousse prep secrets",
            ));
        }
        let sealed = Sealed { bytes, shown };
        sealed.decryptor()?;
        Ok(sealed)
    }

    /// Whether it is a passphrase that opens it.
    pub fn by_passphrase(&self) -> Result<bool> {
        self.decryptor().map(|decryptor| decryptor.is_scrypt())
    }

    fn decryptor(&self) -> Result<Decryptor<ArmoredReader<BufReader<&[u8]>>>> {
        Decryptor::new_buffered(ArmoredReader::new(&self.bytes[..])).map_err(|error| self.refused(&error))
    }

    /// Opens it: what is in it, in memory and nowhere else.
    pub fn open(&self, opener: Opener<'_>) -> Result<Secrets> {
        let decryptor = self.decryptor()?;
        let refused = |error: DecryptError| self.refused(&error);
        let reader = match opener {
            Opener::Passphrase(passphrase) => {
                let mut identity = scrypt::Identity::new(SecretString::from(passphrase.reveal()));
                identity.set_max_work_factor(MOST_WORK);
                decryptor.decrypt([&identity as &dyn age::Identity].into_iter()).map_err(refused)?
            }
            Opener::Identity(_) if decryptor.is_scrypt() => return Err(self.by_no_identity()),
            Opener::Identity(path) => {
                let identities = identities(path)?;
                decryptor.decrypt(identities.iter().map(|identity| &**identity)).map_err(refused)?
            }
        };
        let shown = &self.shown;
        let mut text = Secret::new(String::with_capacity(LONGEST as usize));
        text.read_from(reader.take(LONGEST + 1)).map_err(|error| self.refused(&DecryptError::from(error)))?;
        if text.reveal().len() as u64 > LONGEST {
            return Err(Fault::new(
                format!("what is in {shown} is too long: more than {LONGEST} bytes"),
                format!("le contenu de {shown} est trop long : plus de {LONGEST} octets"),
            )
            .hint("seal only what the profile needs", "n'y scellez que ce dont le profil a besoin"));
        }
        secrets::parse(text.reveal()).map_err(|refusal| {
            let line = refusal.line;
            Fault::because(format!("what is in {shown}, line {line}"), format!("dans {shown}, ligne {line}"), refusal.why)
                .hint("in it stands NAME = \"value\", a line each", "on y écrit NOM = \"valeur\", une ligne par secret")
        })
    }

    fn by_no_identity(&self) -> Fault {
        let shown = &self.shown;
        Fault::new(
            format!("{shown} is opened by a passphrase, and by no identity"),
            format!("{shown} s'ouvre avec une phrase secrète, et avec aucune identité"),
        )
        .hint("leave --identity out: the passphrase is asked for", "omettez --identity : la phrase secrète est demandée")
    }

    fn refused(&self, error: &DecryptError) -> Fault {
        let shown = &self.shown;
        let fault = |english: &str, french: &str| Fault::new(format!("{shown}: {english}"), format!("{shown} : {french}"));
        match error {
            // A tag that does not fit tells no more than that.
            DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
                fault("the passphrase is wrong", "la phrase secrète est fausse").hint("type it again", "retapez-la")
            }
            // Nor does one of a key.
            DecryptError::NoMatchingKeys => fault(
                "it was not sealed for this identity, or its head is damaged",
                "il n'a pas été scellé pour cette identité, ou son en-tête est abîmé",
            )
            .hint(
                "name the identity file of whom it was sealed for (--identity FILE), or copy the file again",
                "indiquez le fichier d'identité du destinataire (--identity FICHIER), ou recopiez le fichier",
            ),
            DecryptError::ExcessiveWork { required, .. } => fault(
                &format!("its passphrase asks for more work (2^{required}) than any honest file does"),
                &format!("sa phrase secrète demande plus de calcul (2^{required}) qu'aucun fichier honnête"),
            )
            .hint("seal it again: trousse prep secrets", "scellez-le de nouveau : trousse prep secrets"),
            _ if self.is_age() => fault("it is damaged or cut short", "il est abîmé ou tronqué")
                .hint("copy it again from where it was written", "recopiez-le depuis l'endroit où il a été écrit"),
            _ => fault("it is no file of age", "ce n'est pas un fichier age").hint(
                "seal secrets with: trousse prep secrets FILE.age NAME",
                "scellez des secrets avec : trousse prep secrets FICHIER.age NOM",
            ),
        }
    }

    /// Whether it begins as such files do.
    fn is_age(&self) -> bool {
        [&b"age-encryption.org/"[..], b"-----BEGIN AGE ENCRYPTED FILE-----"].iter().any(|head| self.bytes.starts_with(head))
    }
}

/// The identities in a file.
fn identities(path: &Path) -> Result<Vec<Box<dyn age::Identity>>> {
    let shown = path.display();
    let failed = |why: crate::fault::Why| {
        Fault::because(format!("cannot use the identity file {shown}"), format!("fichier d'identité {shown} inutilisable"), why)
            .hint("name the file that age-keygen wrote", "indiquez le fichier écrit par age-keygen")
    };
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| failed((&error).into()))?;
    if bytes.len() as u64 > LONGEST {
        return Err(failed((&std::io::Error::from(std::io::ErrorKind::FileTooLarge)).into()));
    }
    // What the crate says of it may quote a key.
    let none = || failed(crate::fault::Why::new("no AGE-SECRET-KEY stands in it", "il ne contient pas d'AGE-SECRET-KEY"));
    let file: IdentityFile<NoCallbacks> = IdentityFile::from_buffer(&bytes[..]).map_err(|_| none())?;
    let identities = file.into_identities().map_err(|_| none())?;
    if identities.is_empty() { Err(none()) } else { Ok(identities) }
}

/// Refuses secrets that no file is opened with, as they would be too long for it.
pub fn check(path: &Path, secrets: &Secrets) -> Result<()> {
    let shown = path.display();
    let refused = |why| Fault::because(format!("cannot seal {shown}"), format!("impossible de sceller {shown}"), why);
    secrets::check(secrets).map_err(|why| {
        refused(why).hint("seal fewer of them in a file, or shorter ones", "scellez-en moins dans un fichier, ou de plus courts")
    })
}

/// Seals secrets with a passphrase. A file that is there is left alone.
pub fn seal(path: &Path, secrets: &Secrets, passphrase: &Secret) -> Result<()> {
    check(path, secrets)?;
    seal_with(path, secrets, Encryptor::with_user_passphrase(SecretString::from(passphrase.reveal())))
}

fn seal_with(path: &Path, secrets: &Secrets, encryptor: Encryptor) -> Result<()> {
    let shown = path.display();
    let failed = |error: io::Error| {
        let fault = Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), &error);
        match error.kind() {
            ErrorKind::AlreadyExists => fault.hint("name a new file", "indiquez un nouveau fichier"),
            ErrorKind::StorageFull => {
                fault.hint("make room, and seal them again", "faites de la place, et scellez-les à nouveau")
            }
            _ => fault.hint(
                "name a file in a folder that you may write to",
                "indiquez un fichier dans un dossier où vous pouvez écrire",
            ),
        }
    };
    if fs::symlink_metadata(path).is_ok() {
        return Err(failed(ErrorKind::AlreadyExists.into()));
    }
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(failed)?;
    writer.write_all(secrets::text(secrets).reveal().as_bytes()).map_err(failed)?;
    writer.finish().map_err(failed)?;
    // Whole or not at all, and for nobody else to read.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(&sealed).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist_noclobber(path).map(drop).map_err(|error| failed(error.error))
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret as _;

    use super::*;
    use crate::language::Language;

    fn secrets() -> Secrets {
        Secrets::from([("ADMIN".to_owned(), Secret::new("hunter2 é"))])
    }

    /// Sealed with little work: what is tested here is no passphrase.
    fn sealed(folder: &Path, secrets: &Secrets) -> std::path::PathBuf {
        let path = folder.join("secrets.age");
        let mut recipient = scrypt::Recipient::new(SecretString::from("pass phrase"));
        recipient.set_work_factor(2);
        let encryptor = Encryptor::with_recipients([&recipient as &dyn age::Recipient].into_iter()).expect("a recipient");
        seal_with(&path, secrets, encryptor).expect("sealed");
        path
    }

    fn open(path: &Path, passphrase: &str) -> Result<Secrets> {
        Sealed::read(path)?.open(Opener::Passphrase(&Secret::new(passphrase)))
    }

    #[test]
    fn what_was_sealed_is_opened_by_its_passphrase_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = sealed(folder.path(), &secrets());
        assert_eq!(open(&path, "pass phrase").expect("opened"), secrets());
        assert!(Sealed::read(&path).expect("a file").by_passphrase().expect("a head"));
        let fault = open(&path, "another").expect_err("wrong").say(Language::Fr);
        assert!(fault.contains("la phrase secrète est fausse"), "{fault}");
        let bytes = fs::read(&path).expect("it is there");
        assert!(!bytes.windows(7).any(|window| window == b"hunter2"));
        assert!(seal(&path, &secrets(), &Secret::new("x")).is_err(), "what is there is left alone");
    }

    #[test]
    fn a_file_cut_or_changed_anywhere_is_refused_in_one_line_that_tells_nothing_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = sealed(folder.path(), &secrets());
        let whole = fs::read(&path).expect("it is there");
        let refused = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("ours");
            let fault = open(&path, "pass phrase").expect_err("it is damaged").say(Language::En);
            assert!(fault.lines().count() == 2 && !fault.contains("hunter2"), "{fault}");
            fault
        };
        for end in (0..whole.len()).step_by(7) {
            refused(&whole[..end]);
        }
        for place in (0..whole.len()).step_by(11) {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            refused(&changed);
        }
        assert!(refused(&whole[..whole.len() - 1]).contains("damaged"), "the last byte is missing");
        assert!(refused(b"ADMIN = \"x\"").contains("no file of age"));
        assert!(refused(&vec![b'a'; (LONGEST_SEALED + 1) as usize]).contains("too large"));
    }

    #[test]
    fn what_is_in_it_is_no_longer_than_secrets_are() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = Secrets::from([("A".to_owned(), Secret::new("x".repeat(LONGEST as usize)))]);
        let fault = open(&sealed(folder.path(), &long), "pass phrase").expect_err("too long").to_string();
        assert!(fault.contains("too long"), "{fault}");
        let path = folder.path().join("new.age");
        let said = seal(&path, &long, &Secret::new("x")).expect_err("too long").say(Language::Fr);
        assert!(said.contains("impossible de sceller") && said.contains("plus de 65536 octets") && !path.exists(), "{said}");
    }

    #[test]
    fn what_an_identity_does_not_open_is_told_as_what_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = sealed(folder.path(), &secrets());
        let own = folder.path().join("key.txt");
        let key = age::x25519::Identity::generate();
        fs::write(&own, key.to_string().expose_secret()).expect("ours");
        let said = || {
            let opened = Sealed::read(&path).and_then(|sealed| sealed.open(Opener::Identity(&own)));
            opened.map(drop).expect_err("not opened").to_string()
        };
        assert!(said().contains("opened by a passphrase") && said().contains("leave --identity out"), "{}", said());
        let recipient = key.to_public();
        let encryptor = Encryptor::with_recipients([&recipient as &dyn age::Recipient].into_iter()).expect("a recipient");
        fs::remove_file(&path).expect("ours");
        seal_with(&path, &secrets(), encryptor).expect("sealed");
        let whole = fs::read(&path).expect("it is there");
        assert_eq!(Sealed::read(&path).expect("a file").open(Opener::Identity(&own)).expect("opened"), secrets());
        // Wherever it is damaged, nobody speaks of a passphrase that was never typed.
        for place in 0..whole.len() {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(&path, changed).expect("ours");
            let said = said();
            assert!(!said.contains("passphrase") && said.lines().count() == 2, "{said}");
            assert!(said.contains("damaged") || said.contains("no file of age"), "{said}");
        }
    }

    #[test]
    fn an_identity_file_that_is_too_long_is_refused_and_not_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key.txt");
        let refused = |size: u64| {
            fs::write(&path, "#".repeat(size as usize)).expect("ours");
            identities(&path).map(drop).expect_err("no key stands in it").to_string()
        };
        assert!(refused(LONGEST).contains("no AGE-SECRET-KEY"), "{}", refused(LONGEST));
        assert!(refused(LONGEST + 1).contains("file too large"), "{}", refused(LONGEST + 1));
    }

    #[test]
    fn a_passphrase_that_asks_for_all_the_memory_is_refused_before_it_is_tried() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = sealed(folder.path(), &secrets());
        let bytes = fs::read(&path).expect("it is there");
        let text = String::from_utf8_lossy(&bytes[..120]).into_owned();
        let head = text.lines().nth(1).expect("a stanza");
        let harder = head.trim_end_matches('2').to_owned() + "24";
        let at = text.find(head).expect("it is there");
        fs::write(&path, [&bytes[..at], harder.as_bytes(), &bytes[at + head.len()..]].concat()).expect("ours");
        let fault = open(&path, "pass phrase").expect_err("too much work").to_string();
        assert!(fault.contains("2^24"), "{fault}");
    }
}
