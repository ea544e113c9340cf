//! What the compiler says to its user.
//!
//! [`codes`] is the registry: every code, its title and its page. A stage makes a [`Diagnostic`] with the constructors
//! of its own file, adds it to [`Reports`], and goes on; [`render`] prints them.

pub mod awaits;
pub mod borrow;
mod codes;
pub mod declared;
pub mod effects;
mod foreign;
pub mod instances;
pub mod lints;
pub mod loops;
pub mod names;
mod nearest;
pub mod patterns;
mod render;
mod report;
pub mod syntax;
pub mod types;

pub use codes::{Code, explain};
pub use nearest::nearest;
pub use render::{Color, render_json, render_plain, render_plain_json, render_text};
pub use report::{Diagnostic, Fix, Label, Reports, Severity};
