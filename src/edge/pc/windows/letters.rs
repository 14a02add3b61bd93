//! The letters of the consoles of this Windows (its OEM code page): programs write in them that know no UTF-8, and a script of
//! PowerShell reads in them.

use windows::Win32::Globalization::{
    CP_OEMCP, CP_UTF8, GetOEMCP, MULTI_BYTE_TO_WIDE_CHAR_FLAGS, MultiByteToWideChar, WC_NO_BEST_FIT_CHARS, WideCharToMultiByte,
};
use windows::core::{BOOL, PCSTR};
use zeroize::Zeroizing;

/// Bytes that a letter may take in any of those pages.
const LONGEST: usize = 4;

/// What a program wrote: in UTF-8, or in those letters.
#[allow(unsafe_code)]
pub(super) fn text_of(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut wide = vec![0; bytes.len()];
    // SAFETY: the binding hands on the lengths of both; a letter never needs more units than bytes.
    let count = unsafe { MultiByteToWideChar(CP_OEMCP, MULTI_BYTE_TO_WIDE_CHAR_FLAGS(0), bytes, Some(&mut wide)) };
    String::from_utf16_lossy(&wide[..usize::try_from(count).unwrap_or(0).min(wide.len())])
}

/// A text in those letters; nothing where it holds one that they do not have.
#[allow(unsafe_code)]
pub(super) fn of_consoles(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // SAFETY: it takes nothing, and gives a number.
    let all = unsafe { GetOEMCP() } == CP_UTF8;
    if all || text.is_ascii() {
        return Some(Zeroizing::new(text.as_bytes().to_vec()));
    }
    let mut wide = Zeroizing::new(Vec::with_capacity(text.len()));
    wide.extend(text.encode_utf16());
    let mut bytes = Zeroizing::new(vec![0; LONGEST * wide.len()]);
    let mut replaced = BOOL::default();
    // SAFETY: the binding hands on the lengths of both; the call writes one truth beside the bytes.
    let count = unsafe {
        let (page, flags) = (CP_OEMCP, WC_NO_BEST_FIT_CHARS);
        WideCharToMultiByte(page, flags, &wide, Some(&mut bytes), PCSTR::null(), Some(&raw mut replaced))
    };
    bytes.truncate(usize::try_from(count).unwrap_or(0));
    (!replaced.as_bool() && !bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_console_of_another_language_wrote_is_read_all_the_same() {
        assert_eq!(text_of("déjà".as_bytes()), "déjà");
        assert!(text_of(&[b'o', b'k', 0x82]).starts_with("ok"));
    }

    #[test]
    fn a_secret_arrives_as_it_is_or_not_at_all() {
        for text in ["k3y\n", "clé-2026\n", "l’été\n", "€ 日本\n", "\u{1f511}\n"] {
            let there = of_consoles(text).map(|bytes| text_of(&bytes));
            assert!(there.as_deref().is_none_or(|there| there == text), "{text:?} became {there:?}");
        }
        assert_eq!(of_consoles("k3y\n").as_deref().map(Vec::as_slice), Some(&b"k3y\n"[..]));
    }
}
