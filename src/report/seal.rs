//! The SHA-256 (FIPS 180-4) of a record, by which whoever holds a sheet of paper proves which record it was made from.
//!
//! What is hashed are the very bytes that `--format json` writes: `sha256sum report.json` prints the same sum.

use sha2::{Digest, Sha256};

use crate::language::Language;

/// What stands at the foot of a page: what it is, and the sum in hexadecimal.
pub(super) fn foot(record: &str, language: Language) -> [String; 2] {
    let sum = Sha256::digest(record).iter().map(|byte| format!("{byte:02x}")).collect();
    let what = language.pick("SHA-256 of the record (--format json):", "SHA-256 de l'enregistrement (--format json)\u{202f}:");
    [what.to_owned(), sum]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_standard() {
        // FIPS 180-2, B.1.
        let [_, sum] = foot("abc", Language::Fr);
        assert_eq!(sum, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
