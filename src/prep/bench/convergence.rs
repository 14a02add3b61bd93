//! The course of a PC that is none: cut off, switched off or killed at any point, it comes to the same end.

use proptest::prelude::*;

use super::attend::{Beat, Hello};
use super::course::{Came, Course, Do, Doing, FIRST_MS, Load, Program};
use super::fake::{Blow, FakePc, RUN, STEPS, TERMS, follow, gone, load};
use super::result::End;
use crate::prep::look::Digest;
use crate::prep::outcome::{Failure, Outcome};
use crate::prep::tell::{Event, Told};

fn blow() -> impl Strategy<Value = Blow> {
    prop_oneof![
        4 => Just(Blow::Nothing),
        2 => Just(Blow::CutBefore),
        2 => Just(Blow::CutAfter),
        1 => Just(Blow::Power),
        1 => Just(Blow::Kill),
    ]
}

proptest! {
    #[test]
    fn cut_anywhere_it_comes_to_the_same_end(blows in prop::collection::vec(blow(), 0..40)) {
        let kills = blows.iter().filter(|blow| matches!(blow, Blow::Kill)).count();
        prop_assume!(kills < 5);
        let (mut course, mut pc) = (Course::new("pc".into(), load(), TERMS), FakePc::default());
        // It is there at all.
        let blows: Vec<Blow> = [Blow::Nothing].into_iter().chain(blows).collect();
        follow(&mut course, &mut pc, &blows);
        let result = course.result();
        prop_assert_eq!(result.end, End::Ready, "{:?}", result.why);
        prop_assert_eq!(pc.times, [1; STEPS], "each step once");
        prop_assert_eq!(result.changed, STEPS as u32);
        prop_assert!(pc.tidied || pc.struck >= 3, "it is left alone with what was brought: {}", pc.struck);
    }

    #[test]
    fn bytes_that_arrive_changed_are_never_run(blows in prop::collection::vec(prop_oneof![Just(Blow::Garble), Just(Blow::Nothing), Just(Blow::CutAfter)], 0..40)) {
        let (mut course, mut pc) = (Course::new("pc".into(), load(), TERMS), FakePc::default());
        // It is there at all: one that is cut at each of its first words for a minute was never reached.
        let blows: Vec<Blow> = [Blow::Nothing].into_iter().chain(blows).collect();
        follow(&mut course, &mut pc, &blows);
        prop_assert!(matches!(course.result().end, End::Ready | End::Refused));
    }
}

#[test]
fn a_pc_that_is_never_reached_is_given_up_after_a_minute() {
    let (mut course, mut pc) = (Course::new("pc".into(), load(), TERMS), FakePc::default());
    let took = follow(&mut course, &mut pc, &[Blow::CutBefore; 5_000]);
    assert_eq!(course.result().end, End::NotReached);
    assert!((FIRST_MS..FIRST_MS + 20_000).contains(&took), "{took}");
    assert!(course.result().why.is_some());
}

#[test]
fn a_pc_that_vanishes_during_its_run_is_lost_after_the_patience_and_not_before() {
    let (mut course, mut pc) = (Course::new("pc".into(), load(), TERMS), FakePc::default());
    let blows: Vec<Blow> = [Blow::Nothing; 8].into_iter().chain([Blow::CutBefore; 5_000]).collect();
    let took = follow(&mut course, &mut pc, &blows);
    assert_eq!(course.result().end, End::Lost);
    assert!((TERMS.patience_ms..TERMS.patience_ms + 30_000).contains(&took), "{took}");
}

#[test]
fn a_run_that_goes_on_there_is_followed_and_that_of_another_is_left_alone() {
    let mut pc = FakePc { whole: true, files: [true; 2], ..FakePc::default() };
    pc.begin();
    let mut course = Course::new("pc".into(), load(), TERMS);
    follow(&mut course, &mut pc, &[]);
    assert_eq!((course.result().end, pc.times), (End::Ready, [1; STEPS]));

    let mut pc = FakePc { whole: true, ..FakePc::default() };
    pc.begin();
    let mut course = Course::new("pc".into(), Load { run: "mine".into(), ..load() }, TERMS);
    follow(&mut course, &mut pc, &[]);
    assert_eq!((course.result().end, pc.times), (End::Refused, [0; STEPS]));
}

#[test]
fn a_pc_that_beats_for_ever_and_tells_nothing_is_given_up() {
    let mut course = Course::new("pc".into(), load(), TERMS);
    let mut now = 0;
    loop {
        let came = match course.next(now) {
            Do::End => break,
            Do::Connect => Came::Looked(Program::Right),
            Do::Open => Came::Attending(Hello { boot: "1".into(), running: Some(RUN.into()) }),
            Do::Listen { .. } => Came::Beat(Beat { running: true, end: None }),
            other => panic!("{other:?}"),
        };
        now += 1_000;
        course.came(now, came);
    }
    assert_eq!(course.result().end, End::Lost);
    assert!(now < 2 * TERMS.quiet_ms);
}

#[test]
fn a_pc_that_falls_over_again_and_again_before_its_run_tells_anything_is_given_up() {
    let mut course = Course::new("pc".into(), load(), TERMS);
    let (mut now, mut boot, mut beats) = (0, 0, 0);
    course.begin(now);
    for _ in 0..5_000 {
        let came = match course.next(now) {
            Do::End => break,
            Do::Rest { ms } => {
                now += ms;
                continue;
            }
            Do::Connect => Came::Looked(Program::Right),
            // It is up for a minute, and its start-up task has not begun by then.
            Do::Open => {
                (boot, beats) = (boot + 1, 0);
                Came::Attending(Hello { boot: boot.to_string(), running: (boot == 1).then(|| RUN.to_owned()) })
            }
            Do::Listen { .. } if boot > 1 && beats == 0 => {
                beats += 1;
                Came::Beat(Beat { running: false, end: None })
            }
            Do::Listen { .. } => gone(),
            other => panic!("{other:?}"),
        };
        now += 1_000;
        course.came(now, came);
    }
    let result = course.result();
    assert_eq!((course.doing(), result.end), (Doing::Over(End::Lost), End::Lost));
    assert!(result.restarts > 20 && result.why.is_some(), "{result:?}");
}

#[test]
fn a_pc_that_tells_more_than_any_has_to_is_given_up() {
    let mut course = Course::new("pc".into(), load(), TERMS);
    let mut lines = 0;
    loop {
        let came = match course.next(0) {
            Do::End => break,
            Do::Connect => Came::Looked(Program::Right),
            Do::Open => Came::Attending(Hello { boot: "1".into(), running: Some(RUN.into()) }),
            Do::Listen { from } => {
                lines += 1;
                let name = format!("step {lines}");
                Came::Line(
                    from + 1,
                    Box::new(Event::Step(Told {
                        name,
                        kind: "file".into(),
                        outcome: Outcome::NotTried("x".repeat(9_000)),
                        since: Vec::new(),
                    })),
                )
            }
            other => panic!("{other:?}"),
        };
        course.came(0, came);
    }
    let result = course.result();
    assert!(result.end == End::Failed && result.failures.len() <= 40, "{:?}", result.why);
}

#[test]
fn a_run_that_is_refused_is_no_failure_and_one_that_stops_is() {
    for (refused, end) in [(true, End::Refused), (false, End::Failed)] {
        let mut course = Course::new("pc".into(), load(), TERMS);
        let mut told = false;
        loop {
            let came = match course.next(0) {
                Do::End => break,
                Do::Connect => Came::Looked(Program::Right),
                Do::Open => Came::Attending(Hello { boot: "1".into(), running: None }),
                Do::Put { .. } | Do::Start | Do::Tidy => Came::Done,
                Do::Listen { .. } if told => Came::Beat(Beat { running: false, end: None }),
                Do::Listen { .. } => {
                    told = true;
                    let why = Failure::Fault { english: "not for this PC".into(), french: "pas pour ce PC".into() };
                    Came::Line(1, Box::new(Event::Stopped { refused, why }))
                }
                other => panic!("{other:?}"),
            };
            course.came(0, came);
        }
        assert_eq!(course.result().end, end);
        assert!(course.result().why.is_some());
    }
}

/// A PC that does all that it is asked for but start the run; whatever is asked of it then is told.
fn cut_when_it_starts(course: &mut Course, mut then: impl FnMut(&Do) -> Option<Came>) -> u64 {
    let mut now = 0;
    let mut asked_to_start = false;
    course.begin(now);
    for _ in 0..5_000 {
        let asked = course.next(now);
        let came = match &asked {
            Do::End => return now,
            Do::Rest { ms } => {
                now += ms;
                continue;
            }
            asked if asked_to_start && let Some(came) = then(asked) => came,
            Do::Connect => Came::Looked(Program::Right),
            Do::Open => Came::Attending(Hello { boot: "1".into(), running: None }),
            Do::Put { .. } => Came::Done,
            Do::Start => {
                asked_to_start = true;
                gone()
            }
            other => panic!("{other:?}"),
        };
        now += 1_000;
        course.came(now, came);
    }
    panic!("it comes to no end: {:?}", course.doing());
}

#[test]
fn a_pc_that_is_cut_whenever_it_is_to_start_is_given_up_after_the_patience() {
    let mut course = Course::new("pc".into(), load(), TERMS);
    let took = cut_when_it_starts(&mut course, |_| None);
    assert_eq!(course.result().end, End::Lost);
    assert!((TERMS.patience_ms..TERMS.patience_ms + 30_000).contains(&took), "{took}");
}

#[test]
fn a_pc_that_was_to_start_and_is_heard_of_no_more_is_not_called_untouched() {
    let mut course = Course::new("pc".into(), load(), TERMS);
    cut_when_it_starts(&mut course, |_| Some(gone()));
    assert_eq!(course.result().end, End::Lost);

    let mut course = Course::new("pc".into(), load(), TERMS);
    let other_key = || Came::Refused(Failure::Fault { english: "another key".into(), french: "une autre clé".into() });
    cut_when_it_starts(&mut course, |_| Some(other_key()));
    assert_eq!(course.result().end, End::Lost);

    let mut course = Course::new("pc".into(), load(), TERMS);
    for came in [Came::Looked(Program::Right), Came::Attending(Hello { boot: "1".into(), running: None }), Came::Done, Came::Done]
    {
        course.next(0);
        course.came(0, came);
    }
    assert_eq!(course.next(0), Do::Start);
    course.leave(0);
    assert_eq!(course.result().end, End::LeftAlone);
}

#[test]
fn a_pc_that_lets_the_station_in_no_more_while_its_run_goes_on_is_lost_and_has_not_failed() {
    for closed in [Do::Connect, Do::Open] {
        let (mut course, mut pc) = (Course::new("pc".into(), load(), TERMS), FakePc::default());
        let (mut now, mut boot) = (0, 0);
        course.begin(now);
        loop {
            let asked = course.next(now);
            let came = match asked {
                Do::End => break,
                Do::Rest { ms } => {
                    now += ms;
                    continue;
                }
                // What the run has changed holds from the restart on.
                asked if asked == closed && boot > 0 => {
                    Came::Refused(Failure::Fault { english: "the password is wrong".into(), french: "mot de passe faux".into() })
                }
                asked => pc.perform(&asked, Blow::Nothing),
            };
            boot = pc.boot;
            now += 100;
            course.came(now, came);
        }
        let result = course.result();
        assert_eq!((result.end, boot), (End::Lost, 1), "{closed:?}");
        assert!(result.why.as_ref().is_some_and(|why| why.say(crate::language::Language::En).contains("password")));
    }
}

#[test]
fn what_was_brought_is_removed_from_a_pc_that_refuses_it() {
    for asked in [Do::Put { file: 1 }, Do::Start] {
        let (mut course, mut pc) = (Course::new("pc".into(), load(), TERMS), FakePc::default());
        let mut refused = false;
        course.begin(0);
        loop {
            let came = match course.next(0) {
                Do::End => break,
                what if what == asked => {
                    refused = true;
                    Came::Refused(Failure::Fault { english: "no room".into(), french: "plus de place".into() })
                }
                what => pc.perform(&what, Blow::Nothing),
            };
            course.came(0, came);
        }
        assert!(refused && pc.tidied, "{asked:?}");
        let result = course.result();
        assert_eq!(result.end, End::Refused);
        assert!(result.why.as_ref().is_some_and(|why| why.say(crate::language::Language::En).contains("no room")));
    }
}

/// What comes of a PC on which a run goes on that has this name, and is of this profile.
fn found_running(name: &str, profile: &str) -> End {
    let mut pc = FakePc { whole: true, files: [true; 2], ..FakePc::default() };
    pc.begin();
    if let Some(Event::Started(started)) = pc.lines.first_mut() {
        started.profile = Digest::of(profile.as_bytes()).sha256;
    }
    let mut course = Course::new("pc".into(), load(), TERMS);
    let mut now = 0;
    course.begin(now);
    loop {
        let came = match course.next(now) {
            Do::End => return course.result().end,
            Do::Rest { ms } => {
                now += ms;
                continue;
            }
            asked => match pc.perform(&asked, Blow::Nothing) {
                Came::Attending(hello) => Came::Attending(Hello { running: hello.running.map(|_| name.to_owned()), ..hello }),
                came => came,
            },
        };
        now += 100;
        course.came(now, came);
    }
}

#[test]
fn a_run_whose_name_was_lost_with_the_power_is_known_by_its_profile() {
    assert_eq!(found_running("", "a"), End::Ready);
    assert_eq!(found_running("", "another"), End::Refused);
    // Nor is a run followed that has our name and is another one.
    assert_eq!(found_running(RUN, "another"), End::Refused);
}
