//! Formatting changes whitespace alone, of whatever text, and is done after one time.

mod cases;
mod properties;
mod texts;
