//! The fuzz targets, fed for a moment with random bytes and with broken copies of what they accept: no bytes panic.

use std::time::{Duration, Instant};

#[path = "fuzz/targets.rs"]
mod targets;

/// The same bytes for the same seed (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % end.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }

    /// A copy with one to four things wrong: a byte changed, inserted or left out, the end cut off, a part said twice.
    fn broken(&mut self, sound: &[u8]) -> Vec<u8> {
        let mut bytes = sound.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.byte()),
                2 => drop((at < bytes.len()).then(|| bytes.remove(at))),
                3 => {
                    let end = at + self.below(bytes.len() - at + 1);
                    let part = bytes[at..end].to_vec();
                    bytes.splice(at..at, part);
                }
                4 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = [0, 1, 0x7f, 0x80, 0xff][self.below(5)]),
                _ => bytes.get_mut(at).into_iter().for_each(|byte| *byte = self.byte()),
            }
        }
        bytes
    }
}

/// How many inputs each target is fed, and the most time that it is given: a slow machine feeds it fewer.
const INPUTS: usize = 3000;
const TIME: Duration = Duration::from_millis(700);

#[test]
fn no_bytes_panic() {
    std::thread::scope(|scope| {
        for target in targets::all() {
            let fed = std::thread::Builder::new().name(target.name.to_owned());
            let feeding = fed.spawn_scoped(scope, move || {
                let (mut dice, started) = (Dice(1), Instant::now());
                let seeds = (target.seeds)();
                seeds.iter().for_each(|seed| (target.feed)(seed));
                for _ in (0..INPUTS).take_while(|_| started.elapsed() < TIME) {
                    let bytes = match dice.below(4) {
                        0 => (0..dice.below(200)).map(|_| dice.byte()).collect(),
                        _ => {
                            let sound = &seeds[dice.below(seeds.len())];
                            dice.broken(sound)
                        }
                    };
                    (target.feed)(&bytes);
                }
            });
            feeding.expect("a thread can be started");
        }
    });
}

#[test]
fn every_decoder_accepts_a_seed_so_that_broken_copies_reach_its_inside() {
    let seeds = (targets::all()[0].seeds)();
    for decoder in trousse::wire::DECODERS {
        assert!(seeds.iter().any(|seed| (decoder.read)(seed).is_ok()), "{}", decoder.name);
    }
}
