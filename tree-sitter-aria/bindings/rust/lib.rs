//! Aria's grammar for [tree-sitter](https://tree-sitter.github.io/): the one syntax tree that the compiler, the
//! formatter and editors share. The crate's README lists every node kind with its fields.
//!
//! ```
//! let mut parser = tree_sitter::Parser::new();
//! parser.set_language(&tree_sitter_aria::LANGUAGE.into())?;
//! let tree = parser.parse("fn double(x: Float) -> Float = x * 2.0", None).unwrap();
//! assert!(!tree.root_node().has_error());
//! # Ok::<(), tree_sitter::LanguageError>(())
//! ```

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_aria() -> *const ();
}

/// The language, to be given to a parser.
// SAFETY: `tree_sitter_aria` is the entry point that the generator wrote in `src/parser.c`; it returns a pointer to a
// constant `TSLanguage` that lives as long as the program.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_aria) };

/// What every node kind may hold, as JSON: the text of `src/node-types.json`.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// The query that gives each piece of text its colour.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// The query that finds scopes, definitions and references of local names.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");

/// The query that finds what a file declares and calls, for navigation.
pub const TAGS_QUERY: &str = include_str!("../../queries/tags.scm");

/// The query that finds text in other languages.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");

/// The query that indents new lines.
pub const INDENTS_QUERY: &str = include_str!("../../queries/indents.scm");

/// The query that folds declarations and blocks.
pub const FOLDS_QUERY: &str = include_str!("../../queries/folds.scm");
