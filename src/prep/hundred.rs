//! How long planning a profile of a hundred steps takes on a PC that is none: `tests/bench/prep` runs it. No test is timed.

use std::time::Instant;

use super::engine;
use super::fake::Fake;
use super::look::service::{Service, Start};
use super::outcome::Outcome;
use super::past::Past;
use super::profile::tests::parse;

const STEPS: usize = 100;
const RUNS: usize = 21;
/// A step of each kind that works on Linux, with something left to do.
const KINDS: [&str; 8] = [
    "kind = \"file\"\npath = \"/opt/NAME\"\ntext = \"t\"\nmode = \"600\"",
    "kind = \"user\"\nlogin = \"NAME\"\ngroups = [\"sudo\"]",
    "kind = \"package\"\nfile = \"NAME.deb\"",
    "kind = \"script\"\nrun = \"make /opt/NAME\"\ndone_when = { file = \"/opt/NAME\" }",
    "kind = \"service\"\nservice = \"NAME\"\nstate = \"running\"",
    "kind = \"remove-app\"\npackages = [\"NAME\"]",
    "kind = \"power\"\nmains = { sleep = 0, lid = \"nothing\" }",
    "kind = \"rename\"\nto = \"NAME\"",
];

#[test]
#[ignore = "it is no test: tests/bench/prep runs it"]
fn planning_a_hundred_steps() {
    let mut pc = Fake::default();
    let mut text = "title = \"t\"\nversion = \"1\"\n".to_owned();
    for at in 0..STEPS {
        let name = format!("s{at}");
        // Each needs the one before.
        let needs = at.checked_sub(1).map(|before| format!("\"s{before}\"")).unwrap_or_default();
        text += &format!("[[step]]\nname = \"{name}\"\nneeds = [{needs}]\n{}\n", KINDS[at % KINDS.len()].replace("NAME", &name));
        pc.payloads.insert(format!("{name}.deb"), format!("package {name} 1.0").into_bytes());
        pc.services.insert(name.clone(), Service { start: Start::Manual, runs: false });
        if at % KINDS.len() == 5 {
            pc.packages.insert(name, "1".into());
        }
    }
    pc.groups.push("sudo".into());
    let mut took: Vec<f64> = Vec::new();
    for _ in 0..RUNS {
        let began = Instant::now();
        let profile = parse(&text).expect("a profile");
        engine::inspect(&profile, &pc).expect("nothing is refused");
        let looked = engine::look(&profile, &pc, &Past::default()).expect("a look");
        took.push(began.elapsed().as_secs_f64() * 1000.0);
        let left = looked.steps.iter().filter(|told| matches!(told.outcome, Outcome::ToDo(_))).count();
        assert_eq!(left, STEPS);
    }
    took.sort_by(f64::total_cmp);
    println!("planning {STEPS} steps: {:.1} ({:.1} to {:.1}) ms", took[RUNS / 2], took[0], took[RUNS - 1]);
}
