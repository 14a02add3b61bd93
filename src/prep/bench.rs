//! Many PCs at once, from the technician's station: which, the course of each, what both ends say to each other, and what is told.
//!
//! Pure: the connection is behind [`course::Do`] and [`course::Came`], and time is handed in.

pub mod attend;
pub mod course;
pub mod hosts;
pub mod result;

#[cfg(test)]
mod convergence;
#[cfg(test)]
mod fake;
