//! The Aria compiler.
