//! Files of a PC by SFTP (draft-ietf-secsh-filexfer-02, which every sshd speaks): for those whose shell is not known.

use std::cell::Cell;
use std::io::{self, SeekFrom};
use std::time::Duration;

use russh_sftp::client::error::Error;
use russh_sftp::client::fs::File;
use russh_sftp::client::{Config, SftpSession};
use russh_sftp::protocol::{OpenFlags, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt};

use super::baggage::{BLOCK, Brought, Hashing};
use super::ssh::{TAKES, Trouble, short, within};
use crate::fault::{Fault, Why};
use crate::prep::look::Digest;

/// An answer is awaited for so long: a slow disk flushes what it was given.
const ANSWERS_S: u64 = 60;
/// A whole program is read back within so long, however small the pieces that a PC hands out.
const READS_BACK: Duration = Duration::from_secs(600);

/// The files of a PC.
pub(super) struct Files {
    sftp: SftpSession,
}

impl Files {
    /// Over a channel on which the subsystem was started.
    pub(super) async fn over(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Files, Trouble> {
        let config = Config { request_timeout_secs: ANSWERS_S, ..Config::default() };
        SftpSession::new_with_config(stream, config).await.map(|sftp| Files { sftp }).map_err(|error| trouble(&error))
    }

    /// The bytes of a file; nothing where it is not there.
    pub(super) async fn size(&self, path: &str) -> Result<Option<u64>, Trouble> {
        match self.sftp.metadata(path).await {
            Ok(there) => Ok(Some(there.size.unwrap_or_default())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Makes a folder where it is not there.
    pub(super) async fn make(&self, path: &str) -> Result<(), Trouble> {
        match self.sftp.metadata(path).await {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => self.sftp.create_dir(path).await.map_err(|error| trouble(&error)),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Writes a file of ours from a byte on; how much was sent is told meanwhile.
    pub(super) async fn write(&self, path: &str, ours: &Brought, from: u64, sent: &Cell<(u64, u64)>) -> Result<(), Trouble> {
        let mut flags = OpenFlags::WRITE | OpenFlags::CREATE;
        if from == 0 {
            flags |= OpenFlags::TRUNCATE;
        }
        let mut file = self.sftp.open_with_flags(path, flags).await.map_err(|error| trouble(&error))?;
        file.seek(SeekFrom::Start(from)).await.map_err(|error| within_file(&error))?;
        let mut blocks = ours.from(from)?;
        while let Some(block) = blocks.next()? {
            within(TAKES, file.write_all(&block)).await?.map_err(|error| within_file(&error))?;
            sent.set(blocks.sent());
        }
        file.flush().await.map_err(|error| within_file(&error))?;
        file.sync_all().await.map_err(|error| trouble(&error))?;
        file.close().await.map_err(|error| within_file(&error))
    }

    /// What a file is known by, read back: so many bytes and one more at most.
    pub(super) async fn digest(&self, path: &str, most: u64) -> Result<Digest, Trouble> {
        let mut file = self.sftp.open(path).await.map_err(|error| trouble(&error))?;
        within(READS_BACK, read_back(&mut file, most)).await?.map_err(|error| within_file(&error))
    }

    /// Gives a file another name, which no other has.
    pub(super) async fn rename(&self, from: &str, to: &str) -> Result<(), Trouble> {
        self.sftp.rename(from, to).await.map_err(|error| trouble(&error))
    }

    /// Removes a file that may be there.
    pub(super) async fn remove(&self, path: &str) -> Result<(), Trouble> {
        match self.sftp.remove_file(path).await {
            Err(error) if !is_missing(&error) => Err(trouble(&error)),
            _ => Ok(()),
        }
    }

    /// Removes a folder that may be there.
    pub(super) async fn remove_folder(&self, path: &str) -> Result<(), Trouble> {
        match self.sftp.remove_dir(path).await {
            Err(error) if !is_missing(&error) => Err(trouble(&error)),
            _ => Ok(()),
        }
    }
}

async fn read_back(file: &mut File, most: u64) -> io::Result<Digest> {
    let mut hashing = Hashing::default();
    let mut bytes = vec![0; BLOCK as usize];
    loop {
        let count = file.read(&mut bytes).await?;
        if count == 0 || hashing.take(&bytes[..count]) > most {
            return Ok(hashing.end());
        }
    }
}

fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Status(status) if status.status_code == StatusCode::NoSuchFile)
}

/// What the PC says itself is final; anything else is a connection that is gone or makes no sense.
fn trouble(error: &Error) -> Trouble {
    match error {
        Error::Status(status) => refused(&status.error_message),
        error => lost(&error.to_string()),
    }
}

/// The same of what came while a file was written or read.
fn within_file(error: &io::Error) -> Trouble {
    match error.get_ref().map(|inner| inner.downcast_ref::<Error>()) {
        Some(Some(inner)) => trouble(inner),
        Some(None) => refused(&error.to_string()),
        None => lost(&error.to_string()),
    }
}

fn refused(said: &str) -> Trouble {
    let said = short(said);
    let why = Why::new(said.clone(), said);
    Trouble::refused(&Fault::because("the program cannot be put there", "le programme ne peut pas y être déposé", why).hint(
        "look at the room on its disk, and at the folder .trousse-bench of the user",
        "regardez la place sur son disque, et le dossier .trousse-bench de l'utilisateur",
    ))
}

fn lost(said: &str) -> Trouble {
    let said = short(said);
    Trouble::lost(format!("SFTP came to nothing: {said}"), format!("SFTP n'a pas abouti : {said}"))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::future::Future;

    use super::*;
    use crate::edge::bench::baggage::brought;

    const SIZE: u64 = 300_000;

    fn wait<T>(what: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), what).await.expect("it comes to an end") })
    }

    /// A packet: its length and its bytes.
    fn packet(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
    }

    /// A server that answers each packet with the next of these, its number put in where they leave room for one, and hangs up.
    async fn says(answers: Vec<Vec<u8>>) -> Result<Files, Trouble> {
        let (ours, mut theirs) = tokio::io::duplex(1 << 20);
        let mut answers = VecDeque::from(answers);
        tokio::spawn(async move {
            while let Some(mut answer) = answers.pop_front() {
                let length = theirs.read_u32().await? as usize;
                let mut asked = vec![0; length];
                theirs.read_exact(&mut asked).await?;
                if answer.get(5..9) == Some(b"\0ID\0") && length >= 5 {
                    answer[5..9].copy_from_slice(&asked[1..5]);
                }
                theirs.write_all(&answer).await?;
            }
            Ok::<_, io::Error>(())
        });
        Files::over(ours).await
    }

    fn version() -> Vec<u8> {
        packet(&[2, 0, 0, 0, 3])
    }

    fn why(trouble: &Trouble) -> String {
        format!("{trouble:?}")
    }

    #[test]
    fn a_server_that_answers_nonsense_is_lost_in_one_line_and_nothing_of_4_gb_is_awaited() {
        let status = |code: u8, text: &str| {
            let mut bytes = vec![101];
            bytes.extend(b"\0ID\0");
            bytes.extend([0, 0, 0, code]);
            bytes.extend((text.len() as u32).to_be_bytes());
            bytes.extend(text.as_bytes());
            bytes.extend([0, 0, 0, 0]);
            packet(&bytes)
        };
        for answer in [
            vec![0xff, 0xff, 0xff, 0xff, 105, 0, 0, 0, 0],
            packet(&[]),
            packet(&[105]),
            packet(&[105, 0, 0]),
            packet(&[200, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
            packet(&[2, 0, 0, 0, 3]),
            // A name of 4 GB, and attributes of which half is missing.
            packet(&[104, 0, b'I', b'D', 0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]),
            packet(&[105, 0, b'I', b'D', 0, 0, 0, 0, 1, 0]),
            vec![b'x'; 4096],
        ] {
            let asked = wait(async { says(vec![version(), answer.clone()]).await.expect("a version").size("a").await });
            assert!(matches!(asked, Err(Trouble::Lost(_))), "{answer:?}: {asked:?}");
        }
        for first in [vec![0xff; 64], packet(&[2]), packet(b"Welcome to PC 7!"), vec![]] {
            let opened = wait(says(vec![first.clone()]));
            assert!(matches!(opened, Err(Trouble::Lost(_))), "{first:?}");
        }
        let asked = wait(async { says(vec![version(), status(2, "")]).await.expect("a version").size("a").await });
        assert_eq!(asked.ok(), Some(None), "it is not there");
        let said = "no\u{1b}[2J\nroom ".to_owned() + &"x".repeat(5000);
        let asked = wait(async { says(vec![version(), status(4, &said)]).await.expect("a version").size("a").await });
        let why = why(&asked.expect_err("it says no"));
        assert!(why.starts_with("Refused") && !why.contains('\u{1b}') && !why.contains("\\n") && why.len() < 2000, "{why}");
    }

    #[test]
    fn an_answer_to_another_question_is_none_of_ours() {
        // Whoever answers another number leaves us waiting, and hangs up.
        let stray = packet(&[105, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
        let asked = wait(async { says(vec![version(), stray]).await.expect("a version").size("a").await });
        assert!(matches!(asked, Err(Trouble::Lost(_))), "{asked:?}");
    }

    /// OpenSSH's own server.
    const SERVER: &str = "/usr/lib/openssh/sftp-server";

    async fn real(folder: &std::path::Path) -> Files {
        let mut child = tokio::process::Command::new(SERVER)
            .args(["-d".as_ref(), folder.as_os_str()])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it is there");
        let stream = tokio::io::join(child.stdout.take().expect("a pipe"), child.stdin.take().expect("a pipe"));
        tokio::spawn(async move { child.wait().await });
        Files::over(stream).await.expect("it answers")
    }

    #[test]
    fn a_file_is_written_from_where_it_was_cut_and_read_back() {
        if !std::path::Path::new(SERVER).exists() {
            println!("not run: needs {SERVER}");
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run");
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let bytes: Vec<u8> = (0..SIZE as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let own = folder.path().join("own");
        std::fs::write(&own, &bytes).expect("written");
        let ours = brought("trousse", &own).expect("it is there");
        let sent = Cell::new((0, 0));
        wait(async {
            let files = real(folder.path()).await;
            files.make("box").await.expect("made");
            files.make("box").await.expect("made twice");
            assert_eq!(files.size("box/part").await.expect("asked"), None);
            // Cut in the middle, and what was there after it is no more.
            std::fs::write(folder.path().join("box/part"), &bytes[..100_001]).expect("written");
            assert_eq!(files.size("box/part").await.expect("asked"), Some(100_001));
            files.write("box/part", &ours, 100_001, &sent).await.expect("written");
            assert_eq!(sent.get(), (SIZE, SIZE));
            assert_eq!(files.digest("box/part", SIZE).await.expect("read"), ours.digest);
            std::fs::write(folder.path().join("box/part"), vec![7; 2 * SIZE as usize]).expect("written");
            assert!(files.digest("box/part", SIZE).await.expect("read").size > SIZE, "and not all of it");
            files.write("box/part", &ours, 0, &sent).await.expect("written");
            assert_eq!(files.digest("box/part", SIZE).await.expect("read"), ours.digest);
            files.rename("box/part", "box/whole").await.expect("renamed");
            files.remove("box/part").await.expect("it is not there any more");
            assert!(files.remove_folder("box").await.is_err(), "something is in it");
            files.remove("box/whole").await.expect("removed");
            files.remove_folder("box").await.expect("removed");
            assert!(matches!(files.write("none/part", &ours, 0, &sent).await, Err(Trouble::Refused(_))));
        });
    }
}
