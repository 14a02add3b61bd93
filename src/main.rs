//! The executable.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(trousse::cli::main(std::env::args_os()))
}
