//! NTP: the question of a client and the answer of a server (RFC 5905, 7.3), without what authenticates them.

use super::Malformed;

/// The port of time servers (RFC 5905, 7.2).
pub const PORT: u16 = 123;
/// Length of the header in bytes.
const LENGTH: usize = 48;
/// Seconds from 1900, where NTP's first era begins, to 1970.
const TO_1970: i64 = 2_208_988_800;
/// Version 4, mode 3: a client (RFC 5905, figure 8). Everything else is left at zero (RFC 5905, 14; as SNTP clients do).
const CLIENT: u8 = 4 << 3 | 3;
/// The mode of a server.
const SERVER: u8 = 4;

/// The answer of a server. Stamps are as they stand in the message: 32 bits of seconds since 1900 and 32 of their fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// It says by its leap indicator that its clock is not set (3).
    pub unset: bool,
    /// How many servers lie between it and a true clock; 0 is a kiss of death, 16 not synchronised.
    pub stratum: u8,
    /// Four bytes: where it has its time from, or for stratum 0 why it sends us away (RFC 5905, 7.4).
    pub reference: [u8; 4],
    /// Our own stamp, as it came back.
    pub origin: u64,
    /// When our question came in, by its clock.
    pub received: u64,
    /// When its answer went out, by its clock.
    pub sent: u64,
}

/// The question of a client, marked by `stamp` so that its answer is known.
pub fn question(stamp: u64) -> Vec<u8> {
    let mut bytes = vec![0; LENGTH];
    bytes[0] = CLIENT;
    bytes[40..].copy_from_slice(&stamp.to_be_bytes());
    bytes
}

/// Reads a message; `None` for what no server says.
pub fn parse(bytes: &[u8]) -> Result<Option<Answer>, Malformed> {
    let header = bytes.first_chunk::<LENGTH>().ok_or(Malformed { protocol: "NTP", field: "header", offset: bytes.len() })?;
    let version = header[0] >> 3 & 7;
    if header[0] & 7 != SERVER || !(1..=4).contains(&version) {
        return Ok(None);
    }
    let stamp = |at: usize| header[at..at + 8].iter().fold(0, |stamp, byte| stamp << 8 | u64::from(*byte));
    Ok(Some(Answer {
        unset: header[0] >> 6 == 3,
        stratum: header[1],
        reference: [header[12], header[13], header[14], header[15]],
        origin: stamp(24),
        received: stamp(32),
        sent: stamp(40),
    }))
}

/// Microseconds since 1970 of a stamp, in the era nearest to `near_us`: its seconds begin anew every 136 years (RFC 5905, 6).
pub fn us(stamp: u64, near_us: i64) -> i64 {
    let seconds = (stamp >> 32) as i64 - TO_1970;
    let fraction = ((stamp & 0xffff_ffff) * 1_000_000) >> 32;
    let era = 1_i64 << 32;
    let eras = (near_us.div_euclid(1_000_000) - seconds + era / 2).div_euclid(era);
    (seconds + eras * era) * 1_000_000 + fraction as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_question_is_a_client_s_and_no_answer() {
        let bytes = question(0x0102_0304_0506_0708);
        assert_eq!((bytes.len(), bytes[0], &bytes[40..]), (48, 0x23, &[1, 2, 3, 4, 5, 6, 7, 8][..]));
        assert_eq!(parse(&bytes), Ok(None));
    }

    #[test]
    fn an_answer_is_read_and_what_is_too_short_is_malformed() {
        let mut bytes = question(3);
        (bytes[0], bytes[1]) = (0xe4, 16);
        bytes[12..16].copy_from_slice(b"INIT");
        (bytes[31], bytes[39]) = (1, 2);
        let answer = Answer { unset: true, stratum: 16, reference: *b"INIT", origin: 1, received: 2, sent: 3 };
        assert_eq!(parse(&bytes), Ok(Some(answer)));
        assert_eq!(parse(&bytes[..47]).map_err(|bad| bad.offset), Err(47));
    }

    #[test]
    fn a_stamp_is_of_the_era_that_is_nearest() {
        let of = |seconds: u64| (seconds << 32) | 1 << 31;
        // 2026-11-21 in the first era; the 7th of February 2036 is where the second begins (RFC 5905, figure 4).
        assert_eq!(us(of(4_004_208_000), 1_795_000_000_000_000), 1_795_219_200_500_000);
        assert_eq!(us(of(10), 2_085_978_400_000_000), 2_085_978_506_500_000);
        assert_eq!(us(of(4_294_967_290), 2_085_978_500_000_000), 2_085_978_490_500_000);
    }
}
