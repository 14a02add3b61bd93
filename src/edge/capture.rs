//! Captures: written as pcapng, read as pcap or pcapng of anyone's, Ethernet or Linux "any".

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use pcap_parser::{
    Block, EnhancedPacketBlock, InterfaceDescriptionBlock, Linktype, OptionCode, PcapBlockOwned, PcapError, PcapNGOption,
    SectionHeaderBlock, ToVec, create_reader,
};

use crate::fault::{Fault, Result, Why};
use crate::probe::listen::Direction;

/// One frame of a capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// When, in microseconds since 1970.
    pub unix_us: u64,
    /// Whether we had sent it; a capture that does not say counts as received.
    pub direction: Direction,
    /// The frame, from its destination address on.
    pub bytes: Vec<u8>,
}

/// Writes frames to a pcapng file.
pub struct CaptureWriter<W> {
    out: W,
    frames: u32,
}

/// Bits of `epb_flags` (pcapng, 4.3.1): inbound and outbound.
const INBOUND: u32 = 1;
const OUTBOUND: u32 = 2;
/// The option `epb_flags` (pcapng, 4.3.1), and the end of options (3.5.1).
const EPB_FLAGS: OptionCode = OptionCode(2);
const END_OF_OPTIONS: OptionCode = OptionCode(0);

impl<W: Write> CaptureWriter<W> {
    /// Starts the file: one section, one Ethernet interface, times in microseconds.
    pub fn new(mut out: W) -> io::Result<CaptureWriter<W>> {
        let mut section = SectionHeaderBlock {
            block_type: 0,
            block_len1: 0,
            bom: 0,
            major_version: 1,
            minor_version: 0,
            section_len: -1,
            options: Vec::new(),
            block_len2: 0,
        };
        let mut interface = InterfaceDescriptionBlock {
            block_type: 0,
            block_len1: 0,
            linktype: Linktype::ETHERNET,
            reserved: 0,
            snaplen: 0,
            options: Vec::new(),
            block_len2: 0,
            if_tsresol: 6,
            if_tsoffset: 0,
        };
        out.write_all(&section.to_vec().map_err(io::Error::other)?)?;
        out.write_all(&interface.to_vec().map_err(io::Error::other)?)?;
        Ok(CaptureWriter { out, frames: 0 })
    }

    /// Adds a frame; its number, counted from 1 as Wireshark does.
    pub fn write(&mut self, unix_us: u64, direction: Direction, bytes: &[u8]) -> io::Result<u32> {
        let flags = match direction {
            Direction::Sent => OUTBOUND,
            Direction::Received => INBOUND,
        };
        let option = |code, value: Vec<u8>| PcapNGOption { code, len: value.len() as u16, value: value.into() };
        let mut packet = EnhancedPacketBlock {
            block_type: 0,
            block_len1: 0,
            if_id: 0,
            ts_high: (unix_us >> 32) as u32,
            ts_low: unix_us as u32,
            caplen: bytes.len() as u32,
            origlen: bytes.len() as u32,
            data: bytes,
            options: vec![option(EPB_FLAGS, flags.to_le_bytes().to_vec()), option(END_OF_OPTIONS, Vec::new())],
            block_len2: 0,
        };
        self.out.write_all(&packet.to_vec().map_err(io::Error::other)?)?;
        self.frames += 1;
        Ok(self.frames)
    }

    /// How many frames were written.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// Hands everything over to the system.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How a capture ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Whole.
    Whole,
    /// In the middle of a frame or block: what stands before it was read.
    Cut,
}

/// Reads a capture frame by frame.
pub fn read(path: &Path, mut each: impl FnMut(Captured)) -> Result<End> {
    let file = File::open(path).map_err(|error| unreadable(path, Why::from(&error)))?;
    read_from(file, &mut each).map_err(|why| unreadable(path, why))
}

fn unreadable(path: &Path, why: Why) -> Fault {
    let shown = path.display();
    Fault::because(format!("cannot read the capture {shown}"), format!("capture {shown} illisible"), why).hint(
        "a capture of Ethernet by tcpdump or Wireshark (pcap, pcapng), or a folder made by --record, is expected",
        "il faut une capture Ethernet de tcpdump ou Wireshark (pcap, pcapng), ou un dossier créé par --record",
    )
}

/// Bytes that the reader holds at once: more than the longest frame and its block.
const BUFFER: usize = 1 << 20;

/// The same from anything that can be read. The error is what was wrong.
pub fn read_from(source: impl io::Read + Send + 'static, each: &mut dyn FnMut(Captured)) -> std::result::Result<End, Why> {
    let mut reader = match create_reader(BUFFER, source) {
        Ok(reader) => reader,
        Err(PcapError::Eof | PcapError::Incomplete(_)) => {
            return Err(Why::new("shorter than any capture", "plus court que toute capture"));
        }
        Err(_) => return Err(Why::new("neither pcap nor pcapng", "ni pcap ni pcapng")),
    };
    let mut form = Form::default();
    let mut starved = false;
    loop {
        match reader.next() {
            Ok((length, block)) => {
                if let Some(captured) = form.read(&block)? {
                    each(captured);
                }
                reader.consume(length);
                starved = false;
            }
            Err(PcapError::Eof) => return Ok(End::Whole),
            // A block that more bytes do not complete: the file ends in it, or it lies about its length.
            Err(PcapError::Incomplete(_)) if starved => return Ok(End::Cut),
            Err(PcapError::Incomplete(_)) => {
                let before = reader.data().len();
                reader.refill().map_err(|_| Why::new("the file cannot be read on", "la lecture du fichier s'est interrompue"))?;
                starved = reader.data().len() == before;
            }
            Err(_) => return Ok(End::Cut),
        }
    }
}

/// What the headers read so far say of the frames to come.
#[derive(Default)]
struct Form {
    /// Link type, units a second and offset in seconds, for each interface of the section.
    interfaces: Vec<(Linktype, u64, i64)>,
}

impl Form {
    fn read(&mut self, block: &PcapBlockOwned<'_>) -> std::result::Result<Option<Captured>, Why> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units = if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                self.interfaces = vec![(supported(header.network)?, units, 0)];
                Ok(None)
            }
            PcapBlockOwned::Legacy(packet) => {
                let Some(&(link, units, _)) = self.interfaces.first() else { return Ok(None) };
                let part = u64::from(packet.ts_usec) * 1_000_000 / units;
                let unix_us = u64::from(packet.ts_sec) * 1_000_000 + part;
                Ok(captured(link, unix_us, Direction::Received, packet.data))
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => {
                self.interfaces.clear();
                Ok(None)
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                let units = interface.ts_resolution().unwrap_or(1_000_000);
                self.interfaces.push((supported(interface.linktype)?, units, interface.ts_offset()));
                Ok(None)
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let Some(&(link, units, offset)) = self.interfaces.get(packet.if_id as usize) else { return Ok(None) };
                let raw = u128::from(packet.ts_high) << 32 | u128::from(packet.ts_low);
                let unix_us = (raw * 1_000_000 / u128::from(units.max(1))) as i128 + i128::from(offset) * 1_000_000;
                let data = packet.data.get(..packet.caplen as usize).unwrap_or(packet.data);
                Ok(captured(link, u64::try_from(unix_us).unwrap_or(0), direction(packet), data))
            }
            PcapBlockOwned::NG(_) => Ok(None),
        }
    }
}

fn direction(packet: &EnhancedPacketBlock<'_>) -> Direction {
    let flags = packet.options.iter().find(|option| option.code == EPB_FLAGS).and_then(|option| option.value.first());
    match flags {
        Some(bits) if u32::from(*bits) & 3 == OUTBOUND => Direction::Sent,
        _ => Direction::Received,
    }
}

fn supported(link: Linktype) -> std::result::Result<Linktype, Why> {
    match link {
        Linktype::ETHERNET | Linktype::LINUX_SLL | Linktype::LINUX_SLL2 => Ok(link),
        other => Err(Why::new(
            format!("link type {} is not Ethernet", other.0),
            format!("le type de lien {} n'est pas Ethernet", other.0),
        )),
    }
}

fn captured(link: Linktype, unix_us: u64, direction: Direction, data: &[u8]) -> Option<Captured> {
    let bytes = match link {
        Linktype::ETHERNET => data.to_vec(),
        // "Any" keeps the sender, the protocol and the payload; whom the frame was addressed to is lost.
        Linktype::LINUX_SLL => cooked(data, 6, 14, 16)?,
        _ => cooked(data, 12, 0, 20)?,
    };
    Some(Captured { unix_us, direction, bytes })
}

/// An Ethernet frame from one of Linux's cooked ones, by the offsets of its address, protocol and payload
/// (LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2 of the tcpdump group's list).
fn cooked(data: &[u8], address: usize, protocol: usize, payload: usize) -> Option<Vec<u8>> {
    let mut frame = vec![0; 6];
    frame.extend_from_slice(data.get(address..address + 6)?);
    frame.extend_from_slice(data.get(protocol..protocol + 2)?);
    frame.extend_from_slice(data.get(payload..)?);
    Some(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn written(frames: &[(u64, Direction, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = CaptureWriter::new(&mut bytes).expect("to memory");
        for (unix_us, direction, frame) in frames {
            writer.write(*unix_us, *direction, frame).expect("to memory");
        }
        bytes
    }

    fn all(bytes: Vec<u8>) -> (std::result::Result<End, Why>, Vec<Captured>) {
        let mut read = Vec::new();
        (read_from(Cursor::new(bytes), &mut |captured| read.push(captured)), read)
    }

    #[test]
    fn what_is_written_is_read_back_to_the_microsecond() {
        let frames: [(u64, Direction, &[u8]); 2] =
            [(1_795_222_800_000_001, Direction::Sent, &[1, 2, 3]), (1_795_222_800_123_456, Direction::Received, &[4; 60])];
        let (end, read) = all(written(&frames));
        assert_eq!(end, Ok(End::Whole));
        let expected = frames.map(|(unix_us, direction, frame)| Captured { unix_us, direction, bytes: frame.to_vec() });
        assert_eq!(read, expected);
    }

    #[test]
    fn a_capture_cut_anywhere_gives_what_stands_before_the_cut() {
        let frames: [(u64, Direction, &[u8]); 2] = [(1, Direction::Sent, &[1; 60]), (2, Direction::Received, &[2; 61])];
        let (whole, one, none) = (written(&frames), written(&frames[..1]).len(), written(&[]).len());
        for length in 4..whole.len() {
            let (end, read) = all(whole[..length].to_vec());
            assert_eq!(read.len(), usize::from(length >= one), "{length}");
            // At the end of a block nothing tells that more had stood behind it.
            const SECTION_HEADER: usize = 28;
            let expected = if [SECTION_HEADER, none, one].contains(&length) { End::Whole } else { End::Cut };
            assert!(end == Ok(expected) || length < SECTION_HEADER, "{length}: {end:?}");
        }
    }

    #[test]
    fn a_file_that_is_no_capture_is_refused() {
        assert_eq!(
            all(b"this is a text, and not a short one at all".to_vec()).0,
            Err(Why::new("neither pcap nor pcapng", "ni pcap ni pcapng"))
        );
        assert!(all(Vec::new()).0.is_err());
    }

    #[test]
    fn a_cooked_frame_keeps_sender_protocol_and_payload() {
        let mut sll = vec![0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 9, 0, 0, 0x08, 0x06];
        sll.extend([7; 28]);
        let frame = captured(Linktype::LINUX_SLL, 0, Direction::Received, &sll).expect("long enough").bytes;
        assert_eq!(&frame[6..14], [2, 0, 0, 0, 0, 9, 0x08, 0x06]);
        assert_eq!(frame.len(), 14 + 28);
        assert_eq!(captured(Linktype::LINUX_SLL2, 0, Direction::Received, &sll[..16]), None);
    }
}
