//! Source files, and places in them.

use crate::arena::{Arena, Id};
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

crate::define_id! {
    /// A source file of this compilation.
    FileId "file"
}

/// A range of bytes of one file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Span {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            file,
            start: clamp(start),
            end: clamp(end),
        }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether another place is in this one.
    #[must_use]
    pub fn contains(self, inner: Span) -> bool {
        self.file == inner.file && self.start <= inner.start && inner.end <= self.end
    }

    /// The bytes, to slice the file's text with.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// One source file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as it was given, for messages and tracebacks.
    pub path: String,
    /// The name under which other files import it.
    pub module: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Whether it is part of the language's own library.
    pub prelude: bool,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// 1-based line and column (in characters) of a byte offset.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> (u32, u32) {
        let line = self.line_starts.partition_point(|&start| start <= offset) - 1;
        let start = self.line_starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let column = self
            .text
            .get(start..end)
            .map_or(end - start, |t| t.chars().count());
        (line as u32 + 1, column as u32 + 1)
    }

    /// The text of a 1-based line, without its newline.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let start = self.line_starts[line as usize - 1] as usize;
        let end = self
            .line_starts
            .get(line as usize)
            .map_or(self.text.len(), |&e| e as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }
}

/// The files of one compilation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Arena<FileId, SourceFile>,
    /// The file that `import path` in a file means.
    imports: HashMap<(FileId, String), FileId>,
}

impl SourceMap {
    /// Adds a file; its module is named like it.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        self.add_file(path.into(), text.into(), false)
    }

    /// Adds a file of the language's own library.
    pub fn add_prelude(&mut self, path: &str, text: &'static str) -> FileId {
        self.add_file(path.to_owned(), text.into(), true)
    }

    fn add_file(&mut self, path: String, text: Arc<str>, prelude: bool) -> FileId {
        let starts = text
            .bytes()
            .enumerate()
            .filter(|&(_, b)| b == b'\n')
            .map(|(i, _)| i as u32 + 1);
        let line_starts = std::iter::once(0).chain(starts).collect();
        let stem = Path::new(&path).file_stem();
        self.files.push(SourceFile {
            module: stem.unwrap_or_default().to_string_lossy().into_owned(),
            path,
            text,
            prelude,
            line_starts,
        })
    }

    /// A file.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id]
    }

    /// Gives a file's module the name under which it is imported.
    pub fn name_module(&mut self, file: FileId, module: &str) {
        module.clone_into(&mut self.files[file].module);
    }

    /// Notes that `import path` in one file means another.
    pub fn connect(&mut self, from: FileId, path: &str, to: FileId) {
        self.imports.insert((from, path.to_owned()), to);
    }

    /// The file that `import path` in a file means, if there is one.
    #[must_use]
    pub fn imported(&self, from: FileId, path: &str) -> Option<FileId> {
        self.imports.get(&(from, path.to_owned())).copied()
    }

    /// Where `import path` in a file is looked for: beside it, `a/b.aria` for `a.b`.
    #[must_use]
    pub fn place_of_import(&self, from: FileId, path: &str) -> PathBuf {
        let folder = Path::new(&self.file(from).path).parent();
        let mut place = folder.unwrap_or(Path::new("")).to_owned();
        place.extend(path.split('.'));
        place.set_extension("aria");
        place
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter()
    }

    /// The text that a span covers.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or("")
    }

    /// 1-based line and column of a span's first byte.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (u32, u32) {
        self.file(span.file).line_column(span.start)
    }

    /// The first file: the root module of the compilation.
    #[must_use]
    pub fn root(&self) -> FileId {
        FileId::from_index(0)
    }
}
