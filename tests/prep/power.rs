//! The program is killed again and again, at any moment.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::kiosk::{RUN, kiosk, state, until_ready};
use super::throw_away::{SECRET, TROUSSE, children, kill};

/// Systems that are prepared beside each other, and times that the runs on each are killed: 200 in all.
const SYSTEMS: u32 = 4;
const KILLS: u32 = 50;

#[test]
fn a_preparation_killed_at_any_moment_ends_in_the_same_state() {
    let Some(undisturbed) = kiosk() else { return };
    let began = Instant::now();
    until_ready(&undisturbed, undisturbed.trousse(RUN));
    let (whole, wanted) = (began.elapsed(), state(&undisturbed));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(7, |now| now.subsec_nanos());
    std::thread::scope(|scope| {
        for system in 0..SYSTEMS {
            let wanted = &wanted;
            scope.spawn(move || killed_again_and_again(now.wrapping_mul(2 * system + 1) | 1, whole, wanted));
        }
    });
}

/// A system whose runs are killed at any moment of what a whole one takes comes to the state that is wanted.
fn killed_again_and_again(mut seed: u32, whole: Duration, wanted: &str) {
    let Some(pc) = kiosk() else { return };
    let (mut killed, mut runs) = (0, 0);
    while killed < KILLS && runs < 20 * KILLS {
        runs += 1;
        // xorshift: any moment of the whole run.
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let moment = whole.mul_f64(f64::from(seed) / f64::from(u32::MAX));
        let mut run = pc
            .command(&[&[TROUSSE], RUN].concat())
            .env("KIOSK_PASSWORD", SECRET)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        let began = Instant::now();
        let ended = loop {
            if let Some(status) = run.try_wait().expect("a child") {
                break Some(status);
            }
            if began.elapsed() >= moment {
                break None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        match ended {
            None => {
                children(run.id()).into_iter().for_each(kill);
                let _ = run.wait();
                killed += 1;
            }
            Some(status) if status.code() == Some(10) => pc.start_anew(&format!("boot {runs}")),
            // Ready before its moment: it is to do something again.
            Some(status) => {
                assert_eq!(status.code(), Some(0), "seed {seed}");
                pc.shell("rm -rf /opt/kiosk/certificates /etc/kiosk; dpkg --purge kioskd 2>/dev/null");
            }
        }
    }
    until_ready(&pc, pc.trousse(RUN));
    assert_eq!(state(&pc), wanted, "after {killed} kills, seed {seed}");
    let journal = pc.read("/var/lib/trousse/prep/journal.jsonl").expect("a journal");
    assert!(journal.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{journal}");
}
