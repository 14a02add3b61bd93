//! A program on a PC, started over SSH: what is said to it, and what it says, a line at a time.

use std::cell::Cell;
use std::time::Duration;

use russh::client::Msg;
use russh::{Channel, ChannelMsg};

use super::super::baggage::Brought;
use super::{Trouble, cut, short, within};
use crate::fault::Fault;
use crate::prep::bench::attend::LONGEST_LINE;

/// A PC that takes no byte for so long is gone.
const TAKES: Duration = Duration::from_secs(30);
/// Bytes of what a program there says about its troubles that are kept.
const KEPT: usize = 4 << 10;

/// A program on a PC, and what is said to it and by it.
pub(in crate::edge::bench) struct Talk {
    channel: Channel<Msg>,
    out: Vec<u8>,
    said: Vec<u8>,
    /// Its exit code, once it has ended.
    pub(in crate::edge::bench) status: Option<u32>,
    ended: bool,
}

impl Talk {
    pub(super) fn new(channel: Channel<Msg>) -> Talk {
        Talk { channel, out: Vec::new(), said: Vec::new(), status: None, ended: false }
    }

    /// One more message of it; false where there is none any more.
    pub(in crate::edge::bench) async fn hear(&mut self, patience: Duration) -> Result<bool, Trouble> {
        if self.ended {
            return Ok(false);
        }
        match within(patience, self.channel.wait()).await? {
            Some(ChannelMsg::Data { data }) => self.out.extend_from_slice(&data),
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

    /// The next line of it, without its end; nothing where it ends.
    pub(in crate::edge::bench) async fn line(&mut self, patience: Duration) -> Result<Option<Vec<u8>>, Trouble> {
        loop {
            if let Some(end) = self.out.iter().position(|&byte| byte == b'\n') {
                let rest = self.out.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.out, rest);
                line.pop();
                return Ok(Some(line));
            }
            if self.out.len() > LONGEST_LINE {
                return Err(Trouble::lost("it sends a line without an end", "il envoie une ligne sans fin"));
            }
            if !self.hear(patience).await? {
                return Ok(None);
            }
        }
    }

    /// What it has written that was not taken yet.
    pub(in crate::edge::bench) fn taken(&mut self) -> Vec<u8> {
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

    /// The last line of its troubles, past what dd(1) always counts.
    pub(in crate::edge::bench) fn trouble(&self) -> String {
        let said = String::from_utf8_lossy(&self.said);
        let counts = |line: &str| [" records in", " records out", " copied, "].iter().any(|words| line.contains(words));
        short(said.lines().rfind(|line| !line.trim().is_empty() && !counts(line)).unwrap_or_default())
    }

    /// Says something to it.
    pub(in crate::edge::bench) async fn say(&mut self, bytes: Vec<u8>) -> Result<(), Trouble> {
        within(TAKES, self.channel.data_bytes(bytes)).await?.map_err(cut)
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
