//! The options of messages between neighbours (RFC 4861, 4.6): a type, a length in units of 8 bytes, and the rest.

use super::bad;
use crate::net::Mac;
use crate::wire::Malformed;

/// The sender's card.
pub(super) const SOURCE: u8 = 1;
/// The card that has the target.
pub(super) const TARGET: u8 = 2;
/// Options that are read in one message: a frame of 1,500 bytes holds no more than 185 of them.
const MOST: usize = 185;

/// An option: its type, the bytes after its length, and where it begins.
type Raw<'a> = (u8, &'a [u8], usize);

/// Each option. Where one has no length, all of the message is to
/// be thrown away (RFC 4861, 4.6).
pub(super) fn each(mut bytes: &[u8], mut at: usize) -> Result<Vec<Raw<'_>>, Malformed> {
    let mut options = Vec::new();
    while let [kind, units, ..] = *bytes {
        let length = 8 * usize::from(units);
        let (option, rest) = bytes.split_at_checked(length).filter(|_| length > 0).ok_or(bad("option length", at + 1))?;
        if options.len() < MOST {
            options.push((kind, &option[2..], at));
        }
        (bytes, at) = (rest, at + length);
    }
    Ok(options)
}

/// The card that an option of a kind names. A group has no card, and one of another length than Ethernet's is none of ours.
pub(super) fn card(bytes: &[u8], at: usize, kind: u8) -> Result<Option<Mac>, Malformed> {
    let options = each(bytes, at)?;
    let cards = options.iter().filter(|(of, ..)| *of == kind);
    let mut cards = cards.filter_map(|(_, body, _)| body.first_chunk().map(|octets| Mac(*octets)));
    Ok(cards.next().filter(|mac| !mac.is_group() && *mac != Mac::ZERO))
}

/// Writes an option that names a card.
pub(super) fn write_card(message: &mut Vec<u8>, kind: u8, mac: Mac) {
    message.extend([kind, 1]);
    message.extend(mac.0);
}
