//! What is brought to the PCs: the program, the profile and the files beside it, and the secrets.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::machine::Machine;
use super::ssh::Trouble;
use crate::edge::pc::digest;
use crate::fault::Fault;
use crate::language::Language;
use crate::prep::look::Digest;
use crate::prep::secrets::Secrets;

/// Bytes that are sent at once. The program goes on from a multiple of them, as dd(1) counts.
pub(super) const BLOCK: u64 = 64 << 10;

/// A file that is brought.
#[derive(Clone, Debug)]
pub struct Brought {
    /// What it is called there.
    pub name: String,
    /// Where it is here.
    pub path: PathBuf,
    /// What it is known by.
    pub digest: Digest,
    /// What it is for, where it is a program.
    pub machine: Machine,
}

/// What is brought to the PCs: to each what is for it.
#[derive(Debug)]
pub struct Baggage {
    /// The programs: each PC gets the first that is for it.
    pub programs: Vec<Brought>,
    /// The profile, and the files that it has for any of them.
    pub files: Vec<Brought>,
    /// The secrets that are there to be given.
    pub secrets: Secrets,
    /// The language of errors.
    pub language: Language,
}

impl Baggage {
    /// The program for a PC. One of which nothing is known is tried on Linux.
    pub(super) fn program_for(&self, machine: Machine) -> Option<&Brought> {
        let of = |machine: Machine| self.programs.iter().find(|program| program.machine == machine);
        of(machine).or_else(|| if machine == Machine::Windows { None } else { of(Machine::Other) })
    }
}

/// A file that is to be brought, known by its bytes.
pub fn brought(name: &str, path: &Path) -> io::Result<Brought> {
    let digest = digest(File::open(path)?, &mut io::sink())?;
    Ok(Brought { name: name.to_owned(), path: path.to_owned(), digest, machine: Machine::of(path)? })
}

impl Brought {
    /// What is left of it from a byte on.
    pub(super) fn from(&self, from: u64) -> Result<Blocks<'_>, Trouble> {
        let mut source = File::open(&self.path).map_err(|error| self.unreadable(&error))?;
        source.seek(SeekFrom::Start(from)).map_err(|error| self.unreadable(&error))?;
        Ok(Blocks { of: self, source, left: self.digest.size.saturating_sub(from) })
    }

    /// Whether it is what it was when this bench was begun: where it arrives changed, it may be that it was changed here.
    pub(super) async fn is_still(&self) -> Result<(), Trouble> {
        let path = self.path.clone();
        let now = spawn_blocking(move || File::open(path).and_then(|file| digest(file, &mut io::sink())));
        match now.await.map_err(|_| Trouble::cut())? {
            Ok(now) if now == self.digest => Ok(()),
            Ok(_) => Err(self.changed()),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn changed(&self) -> Trouble {
        let shown = self.path.display();
        let fault = Fault::new(
            format!("{shown} has changed since this bench was begun"),
            format!("{shown} a changé depuis le lancement"),
        );
        Trouble::refused(&fault.hint("give the same command again", "relancez la même commande"))
    }

    fn unreadable(&self, error: &io::Error) -> Trouble {
        let shown = self.path.display();
        Trouble::refused(&Fault::because(format!("cannot read {shown}"), format!("{shown} illisible"), error))
    }
}

/// What is left of a file, block by block.
pub(super) struct Blocks<'a> {
    of: &'a Brought,
    source: File,
    left: u64,
}

impl Blocks<'_> {
    /// The next one; nothing at its end.
    pub(super) fn next(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        if self.left == 0 {
            return Ok(None);
        }
        let mut bytes = vec![0; usize::try_from(self.left.min(BLOCK)).unwrap_or_default()];
        self.source.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.of.changed(),
            _ => self.of.unreadable(&error),
        })?;
        self.left -= bytes.len() as u64;
        Ok(Some(bytes))
    }

    /// Bytes that were handed out, with those before the first, and all of them.
    pub(super) fn sent(&self) -> (u64, u64) {
        (self.of.digest.size - self.left, self.of.digest.size)
    }
}

/// Bytes hashed as they come.
#[derive(Default)]
pub(super) struct Hashing {
    hash: sha2::Sha256,
    size: u64,
}

impl Hashing {
    /// How many there were.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Takes some more, and tells how many there were in all.
    pub(super) fn take(&mut self, bytes: &[u8]) -> u64 {
        use sha2::Digest as _;
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
        self.size
    }

    pub(super) fn end(self) -> Digest {
        use sha2::Digest as _;
        Digest { sha256: crate::prep::look::hexadecimal(&self.hash.finalize()), size: self.size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pc_gets_the_first_program_that_is_for_it() {
        let program = |name: &str, machine| Brought { name: name.into(), path: name.into(), digest: Digest::of(b""), machine };
        let baggage = |programs| Baggage { programs, files: vec![], secrets: Secrets::new(), language: Language::En };
        let own = program("own", Machine::Linux("x86_64"));
        let both = baggage(vec![program("exe", Machine::Windows), program("small", Machine::Linux("x86_64")), own.clone()]);
        let name = |baggage: &Baggage, machine| baggage.program_for(machine).map(|program| program.name.clone());
        assert_eq!(name(&both, Machine::Windows).as_deref(), Some("exe"));
        assert_eq!(name(&both, Machine::Linux("x86_64")).as_deref(), Some("small"));
        assert_eq!(name(&both, Machine::Linux("aarch64")), None);
        let unknown = baggage(vec![program("script", Machine::Other), own]);
        assert_eq!(name(&unknown, Machine::Linux("x86_64")).as_deref(), Some("own"));
        assert_eq!(name(&unknown, Machine::Linux("riscv64")).as_deref(), Some("script"));
        assert_eq!(name(&unknown, Machine::Windows), None, "no script is tried there");
    }
}
