//! The executable: builds the edge and runs the command.

fn main() {}
