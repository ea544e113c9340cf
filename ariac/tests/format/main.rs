//! Formatting changes whitespace alone, of whatever text, and is done after one time. What is wrong with a text stays wrong.

mod cases;
mod mistakes;
mod properties;
mod texts;
