//! The real binary as a process.

mod crash;
