//! The one fuzzer: it feeds the target that `TROUSSE_TARGET` names. With `TROUSSE_SEEDS` it writes the seeds of every target to
//! that folder, and ends: a program of their own would have to be built along.

#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

mod seeds;
mod targets;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("TROUSSE_TARGET").unwrap_or_default();
    let all = targets::all();
    let names: Vec<&str> = all.iter().map(|target| target.name).collect();
    let names = names.join(", ");
    all.into_iter().find(|target| target.name == name).unwrap_or_else(|| panic!("TROUSSE_TARGET is one of: {names}"))
});

fuzz_target!(
    init: {
        if let Some(corpus) = std::env::var_os("TROUSSE_SEEDS") {
            seeds::write(Path::new(&corpus)).expect("the seeds can be written");
            std::process::exit(0);
        }
    },
    |bytes: &[u8]| (TARGET.feed)(bytes)
);
