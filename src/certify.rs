//! Outlet after outlet: what each must be good for, what was measured there, and what that comes to. Pure: the walk from outlet
//! to outlet, its journal and its certificate know neither card nor clock nor file.

pub mod certificate;
pub mod journal;
pub mod judge;
pub mod list;
pub mod measured;
pub mod profile;
pub mod walk;
pub(crate) mod words;

pub use certificate::{Certificate, Certified, Standing};
pub use judge::{Compared, Gap, Limit, Outcome};
pub use measured::{Measured, Neighbour};
pub use profile::Profile;
