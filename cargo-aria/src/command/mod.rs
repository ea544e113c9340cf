//! One file a subcommand.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod new;
pub(crate) mod planned;
pub(crate) mod run;
