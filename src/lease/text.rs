//! A file's lines as text, whatever its encoding: UTF-8 with or without a mark, UTF-16 as PowerShell writes it, else Latin-1.

use std::io::{self, BufRead, BufReader, Read};

/// Bytes of a line that are read; the rest of a longer one is not.
const LONGEST: u64 = 1 << 20;

/// The lines of a file, one at a time.
pub(crate) struct Lines<'a> {
    input: Box<dyn BufRead + 'a>,
    bytes: Vec<u8>,
    text: String,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(mut input: impl BufRead + 'a) -> io::Result<Lines<'a>> {
        // The byte order mark (Unicode 23.8); without one, Latin text in UTF-16 has a zero in each pair.
        let (mark, wide) = match input.fill_buf()? {
            [0xff, 0xfe, ..] => (2, Some(u16::from_le_bytes as fn([u8; 2]) -> u16)),
            [0xfe, 0xff, ..] => (2, Some(u16::from_be_bytes as fn([u8; 2]) -> u16)),
            [0xef, 0xbb, 0xbf, ..] => (3, None),
            [low, 0, next, 0, ..] if *low != 0 && *next != 0 => (0, Some(u16::from_le_bytes as fn([u8; 2]) -> u16)),
            _ => (0, None),
        };
        input.consume(mark);
        let input: Box<dyn BufRead + 'a> = match wide {
            Some(unit) => Box::new(BufReader::new(Wide { input, unit, odd: None, high: None, out: Vec::new(), at: 0 })),
            None => Box::new(input),
        };
        Ok(Lines { input, bytes: Vec::new(), text: String::new() })
    }

    /// The next line without its end; `None` after the last.
    pub(crate) fn next(&mut self) -> io::Result<Option<&str>> {
        self.bytes.clear();
        let read = (&mut self.input).take(LONGEST).read_until(b'\n', &mut self.bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if read as u64 == LONGEST && !self.bytes.ends_with(b"\n") {
            self.skip_line()?;
        }
        let end = self.bytes.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
        let bytes = &self.bytes[..end];
        match std::str::from_utf8(bytes) {
            Ok(_) => {}
            // Latin-1: every byte is the character of that number.
            Err(_) => {
                self.text = bytes.iter().map(|&byte| char::from(byte)).collect();
                return Ok(Some(&self.text));
            }
        }
        Ok(Some(std::str::from_utf8(&self.bytes[..end]).unwrap_or_default()))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let bytes = self.input.fill_buf()?;
            let line_end = bytes.iter().position(|&byte| byte == b'\n');
            let used = line_end.map_or(bytes.len(), |at| at + 1);
            let done = used == 0 || line_end.is_some();
            self.input.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

/// UTF-16 as UTF-8.
struct Wide<R> {
    input: R,
    unit: fn([u8; 2]) -> u16,
    /// The first byte of a unit that was cut in two.
    odd: Option<u8>,
    /// The first half of a pair of units.
    high: Option<u16>,
    out: Vec<u8>,
    at: usize,
}

impl<R: BufRead> Wide<R> {
    fn unit(&mut self, unit: u16) {
        // Nearly all of a lease file is ASCII.
        if self.high.is_none() && unit < 0x80 {
            return self.out.push(unit as u8);
        }
        let units = self.high.take().into_iter().chain([unit]);
        if (0xd800..0xdc00).contains(&unit) && units.clone().count() == 1 {
            self.high = Some(unit);
            return;
        }
        for c in char::decode_utf16(units) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

impl<R: BufRead> Read for Wide<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.out.len() {
            self.out.clear();
            self.at = 0;
            let bytes = self.input.fill_buf()?.to_vec();
            if bytes.is_empty() {
                return Ok(0);
            }
            self.input.consume(bytes.len());
            for byte in bytes {
                match self.odd.take() {
                    None => self.odd = Some(byte),
                    Some(first) => self.unit((self.unit)([first, byte])),
                }
            }
        }
        let count = buffer.len().min(self.out.len() - self.at);
        buffer[..count].copy_from_slice(&self.out[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}
