//! The one fuzzer: it feeds the target that `TROUSSE_TARGET` names.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

mod targets;

static TARGET: LazyLock<targets::Target> = LazyLock::new(|| {
    let name = std::env::var("TROUSSE_TARGET").unwrap_or_default();
    let all = targets::all();
    let names: Vec<&str> = all.iter().map(|target| target.name).collect();
    let names = names.join(", ");
    all.into_iter().find(|target| target.name == name).unwrap_or_else(|| panic!("TROUSSE_TARGET is one of: {names}"))
});

fuzz_target!(|bytes: &[u8]| (TARGET.feed)(bytes));
