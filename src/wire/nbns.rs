//! NetBIOS node status: the names that a PC says it has (RFC 1002, 4.2.17 and 4.2.18).

use super::Malformed;

/// The port of the NetBIOS name service (RFC 1002, 4.2).
pub const PORT: u16 = 137;

/// The name `*`, padded with zeros and written as half-bytes (RFC 1001, 14.1; RFC 1002, 4.2.17).
const WILDCARD: &[u8; 34] = b"\x20CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0";
/// Resource record type NBSTAT.
const NBSTAT: u16 = 0x0021;
/// Length in bytes of the message's header, and of one entry of the table of names.
const HEADER_LEN: usize = 12;
const ENTRY_LEN: usize = 18;

/// One entry of the table of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, its padding taken off; bytes above ASCII are read as Latin-1.
    pub name: String,
    /// The sixteenth byte: 0x00 a workstation or domain, 0x20 a file server.
    pub suffix: u8,
    /// Shared by a group of hosts: a workgroup or domain, not a host.
    pub group: bool,
}

/// A node status question, to be sent to one host.
pub fn question(id: u16) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(50);
    bytes.extend(id.to_be_bytes());
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    bytes.extend(WILDCARD);
    bytes.extend(NBSTAT.to_be_bytes());
    bytes.extend([0, 1]);
    bytes
}

/// The table of names of a node status answer; `None` for any other message of the name service.
pub fn parse(bytes: &[u8]) -> Result<Option<Vec<Name>>, Malformed> {
    let bad = |field, offset| Malformed { protocol: "NetBIOS", field, offset };
    let short = |number: &[u8]| u16::from_be_bytes([number[0], number[1]]);
    let header = bytes.get(..HEADER_LEN).ok_or(bad("header", bytes.len()))?;
    let is_answer = header[2] & 0x80 != 0 && short(&header[4..6]) == 0 && short(&header[6..8]) == 1;
    if !is_answer {
        return Ok(None);
    }
    // The record's name: either written out, or a pointer (RFC 1002, 4.2.1.3 by way of RFC 883).
    let name_len = match bytes.get(HEADER_LEN) {
        Some(0x20) => WILDCARD.len(),
        Some(byte) if byte & 0xc0 == 0xc0 => 2,
        _ => return Err(bad("RR_NAME", HEADER_LEN)),
    };
    let at = HEADER_LEN + name_len;
    let record = bytes.get(at..at + 11).ok_or(bad("resource record", bytes.len()))?;
    if short(&record[..2]) != NBSTAT {
        return Ok(None);
    }
    let table = &bytes[at + 11..];
    let count = usize::from(record[10]);
    let entries = table.get(..count * ENTRY_LEN).ok_or(bad("NODE_NAME array", at + 11))?;
    Ok(Some(entries.chunks(ENTRY_LEN).map(name).collect()))
}

fn name(entry: &[u8]) -> Name {
    let text: String = entry[..15].iter().map(|&byte| char::from(byte)).collect();
    Name { name: text.trim_end_matches([' ', '\0']).to_owned(), suffix: entry[15], group: entry[16] & 0x80 != 0 }
}

/// The name of the host among those of its table: unique, of a workstation before that of a file server.
pub fn host_name(names: &[Name]) -> Option<&str> {
    let of = |suffix| names.iter().find(|name| !name.group && name.suffix == suffix && !name.name.is_empty());
    of(0x00).or(of(0x20)).map(|name| name.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(names: &[(&[u8; 15], u8, u8)]) -> Vec<u8> {
        let mut bytes = vec![0x74, 0x72, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        bytes.extend(WILDCARD);
        bytes.extend([0, 0x21, 0, 1, 0, 0, 0, 0, 0, 0, names.len() as u8]);
        for (name, suffix, flags) in names {
            bytes.extend(*name);
            bytes.extend([*suffix, *flags, 0]);
        }
        bytes.extend([0; 46]);
        bytes
    }

    #[test]
    fn the_host_is_the_unique_workstation_name() {
        let bytes = answer(&[(b"WORKGROUP      ", 0, 0x84), (b"CAISSE\xc9        ", 0x20, 4), (b"CAISSE\xc9        ", 0, 4)]);
        let names = parse(&bytes).expect("well formed").expect("a node status");
        assert_eq!(names.len(), 3);
        assert!(names[0].group);
        assert_eq!(host_name(&names), Some("CAISSEÉ"));
    }

    #[test]
    fn a_table_longer_than_its_message_is_malformed() {
        let mut bytes = answer(&[(b"PC             ", 0, 4)]);
        bytes[56] = 200;
        assert_eq!(parse(&bytes), Err(Malformed { protocol: "NetBIOS", field: "NODE_NAME array", offset: 57 }));
    }

    #[test]
    fn our_own_question_is_no_answer() {
        assert_eq!(parse(&question(7)), Ok(None));
        assert_eq!(parse(&[0; 4]), Err(Malformed { protocol: "NetBIOS", field: "header", offset: 4 }));
    }
}
