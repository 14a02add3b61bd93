//! A program on a PC, started over SSH: what is said to it, and what it says, a line at a time.

use std::cell::Cell;
use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg};

use super::{TAKES, Trouble, cut, short, within};
use crate::edge::bench::baggage::Brought;
use crate::fault::Fault;
use crate::prep::bench::attend::LONGEST_LINE;

/// Bytes that wait to be taken: the longest line, and what may come with its end.
const MOST: usize = 2 * LONGEST_LINE;
/// Bytes of what a program there says about its troubles that are kept.
const KEPT: usize = 4 << 10;

/// A program on a PC, and what is said to it and by it.
pub(in crate::edge::bench) struct Talk {
    channel: Channel<Msg>,
    /// What it has written, and how much of it was taken as lines.
    out: Vec<u8>,
    at: usize,
    said: Vec<u8>,
    /// Its exit code, once it has ended.
    pub(in crate::edge::bench) status: Option<u32>,
    ended: bool,
}

impl Talk {
    pub(super) fn new(channel: Channel<Msg>) -> Talk {
        Talk { channel, out: Vec::new(), at: 0, said: Vec::new(), status: None, ended: false }
    }

    /// One more message of it; false where there is none any more. One that goes on while nobody takes what it says is cut off.
    pub(in crate::edge::bench) async fn hear(&mut self, patience: Duration) -> Result<bool, Trouble> {
        if self.ended {
            return Ok(false);
        }
        // Once for all lines of a message: the station hears many PCs.
        self.out.drain(..self.at);
        self.at = 0;
        match within(patience, self.channel.wait()).await? {
            Some(ChannelMsg::Data { data }) => {
                if self.out.len() + data.len() > MOST {
                    return Err(Trouble::lost("it says more than it was asked", "il en dit plus qu'on ne lui demande"));
                }
                self.out.extend_from_slice(&data);
            }
            Some(ChannelMsg::ExtendedData { data, .. }) => {
                let room = KEPT.saturating_sub(self.said.len());
                self.said.extend_from_slice(&data[..data.len().min(room)]);
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => self.status = Some(exit_status),
            Some(ChannelMsg::Failure) => {
                let fault = Fault::new("it runs no programs for this user", "il ne lance aucun programme pour cet utilisateur");
                return Err(Trouble::refused(&fault));
            }
            Some(ChannelMsg::Close) | None => self.ended = true,
            Some(_) => {}
        }
        Ok(!self.ended)
    }

    /// The next line of it that was heard already, without its end.
    pub(in crate::edge::bench) fn heard(&mut self) -> Result<Option<Vec<u8>>, Trouble> {
        let rest = &self.out[self.at..];
        if let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            let line = rest[..end].to_vec();
            self.at += end + 1;
            return Ok(Some(line));
        }
        if rest.len() > LONGEST_LINE {
            return Err(Trouble::lost("it sends a line without an end", "il envoie une ligne sans fin"));
        }
        Ok(None)
    }

    /// The next line of it, without its end; nothing where it ends. All of it must come within so long.
    pub(in crate::edge::bench) async fn line(&mut self, patience: Duration) -> Result<Option<Vec<u8>>, Trouble> {
        let line = async {
            loop {
                match self.heard()? {
                    Some(line) => return Ok(Some(line)),
                    None if self.hear(patience).await? => {}
                    None => return Ok(None),
                }
            }
        };
        within(patience, line).await?
    }

    /// Hears it to its end, whatever it still says: that must come within so long.
    pub(in crate::edge::bench) async fn ends(&mut self, patience: Duration) -> Result<(), Trouble> {
        let ending = async {
            while self.hear(patience).await? {
                self.taken();
            }
            Ok(())
        };
        within(patience, ending).await?
    }

    /// What it has written that was not taken yet.
    pub(in crate::edge::bench) fn taken(&mut self) -> Vec<u8> {
        self.out.drain(..self.at);
        self.at = 0;
        std::mem::take(&mut self.out)
    }

    /// Whether it has said this about its troubles; what it said until then is then forgotten.
    pub(in crate::edge::bench) fn has_said(&mut self, words: &str) -> bool {
        let found = String::from_utf8_lossy(&self.said).contains(words);
        if found {
            self.said.clear();
        }
        found
    }

    /// The line of its troubles that tells most.
    pub(in crate::edge::bench) fn trouble(&self) -> String {
        short(telling(&String::from_utf8_lossy(&self.said)))
    }

    /// Says something to it.
    pub(in crate::edge::bench) async fn say(&mut self, bytes: Vec<u8>) -> Result<(), Trouble> {
        within(TAKES, self.channel.data_bytes(bytes)).await?.map_err(cut)
    }

    /// Says something to it that is a secret: what is here of it is kept by whoever has it, and by nobody else.
    pub(in crate::edge::bench) async fn confide(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        within(TAKES, self.channel.data(bytes)).await?.map_err(cut)
    }

    /// Sends it a file from a byte on; how much was sent is told meanwhile.
    pub(in crate::edge::bench) async fn send(
        &mut self,
        file: &Brought,
        from: u64,
        sent: &Cell<(u64, u64)>,
    ) -> Result<(), Trouble> {
        let mut blocks = file.from(from)?;
        while let Some(block) = blocks.next()? {
            self.say(block).await?;
            sent.set(blocks.sent());
        }
        Ok(())
    }

    /// Nothing more is said to it.
    pub(in crate::edge::bench) async fn close(&mut self) -> Result<(), Trouble> {
        within(TAKES, self.channel.eof()).await?.map_err(cut)
    }
}

/// Of what a program says about its troubles: the last fault of our own program without its way out, else the last line, past what
/// dd(1) always counts.
fn telling(said: &str) -> &str {
    const OURS: &str = "trousse: ";
    let counts = |line: &str| [" records in", " records out", " copied, "].iter().any(|words| line.contains(words));
    let ours = said.lines().rev().find_map(|line| line.strip_prefix(OURS));
    ours.or_else(|| said.lines().rfind(|line| !line.trim().is_empty() && !counts(line))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::bench::ssh::server::{Manner, access, opened};
    use crate::edge::bench::ssh::{Hop, Session};

    #[test]
    fn the_fault_is_told_and_not_its_way_out() {
        let ours = "Warning: Permanently added\ntrousse: cannot prepare: no space left\nhint: it needs root\n";
        assert_eq!(telling(ours), "cannot prepare: no space left");
        assert_eq!(
            telling("dd: a.part: No space left\n3+0 records in\n2+0 records out\n1 byte copied, 1 s\n"),
            "dd: a.part: No space left"
        );
        assert_eq!(telling(" \n"), "");
    }

    #[test]
    fn one_that_says_more_than_anybody_takes_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let patience = Duration::from_secs(30);
        let held = opened(
            Manner::Floods,
            access(&folder.path().join("known_hosts")),
            async |session: Result<Session, Trouble>, _: Hop| {
                let session = session.expect("it lets us in");
                let mut talk = session.start("flood").await.expect("it runs");
                // Lines are taken as fast as they come, and what is left of a message goes on in the next one.
                for _ in 0..100_000 {
                    assert_eq!(talk.line(patience).await.expect("a line").as_deref(), Some("y".as_bytes()));
                }
                while talk.out.len() <= MOST {
                    match talk.hear(patience).await {
                        Ok(more) => assert!(more),
                        Err(trouble) => return Some((talk.out.len(), trouble)),
                    }
                }
                None
            },
        );
        assert!(matches!(held, Some((held, Trouble::Lost(_))) if held > LONGEST_LINE));
    }
}
