//! Reads the files of a program: those of the command line, and all that they import.

use super::{Failure, plain};
use crate::builtins::prelude;
use crate::diagnostics::Code;
use crate::source::{FileId, SourceMap};
use crate::syntax;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Reads the sources, of which the first is the root module, and what they import, be it of the files that are `given`.
pub(super) fn read_sources(files: &[PathBuf], given: &[PathBuf]) -> Result<SourceMap, Failure> {
    let mut reader = Reader::default();
    for file in files {
        reader.add(file, None)?;
    }
    // What is imported may import more.
    while let Some(file) = reader.unread.pop() {
        reader.follow_imports(file, given)?;
    }
    prelude::add(&mut reader.sources);
    Ok(reader.sources)
}

#[derive(Default)]
struct Reader {
    sources: SourceMap,
    /// The files by the paths that the system has for them: one file is one module, however it is reached.
    known: HashMap<PathBuf, FileId>,
    /// The files whose imports have not been looked at.
    unread: Vec<FileId>,
}

impl Reader {
    /// Adds a file, if it is not there yet. What imports it may have a name for it.
    fn add(&mut self, path: &Path, module: Option<&str>) -> Result<FileId, Failure> {
        let identity = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(&file) = self.known.get(&identity) {
            return Ok(file);
        }
        let text = read(path)?;
        let file = self.sources.add(path.to_string_lossy(), text);
        if let Some(module) = module {
            self.sources.name_module(file, module);
        }
        self.known.insert(identity, file);
        self.unread.push(file);
        Ok(file)
    }

    /// Finds the file of each import: beside the importing file, else among those of the command line. One that is
    /// found nowhere is reported where it is imported.
    fn follow_imports(&mut self, from: FileId, given: &[PathBuf]) -> Result<(), Failure> {
        let text = self.sources.file(from).text.clone();
        // Few files import anything, and a text is parsed once more to find out.
        if !text.contains("import") {
            return Ok(());
        }
        for path in syntax::imports(&syntax::parse(&text)) {
            let place = self.sources.place_of_import(from, &path);
            let relative: PathBuf = path.split('.').collect::<PathBuf>().with_extension("aria");
            let beside = place.is_file().then_some(&place);
            let found = beside.or_else(|| given.iter().find(|file| file.ends_with(&relative)));
            if let Some(found) = found {
                let to = self.add(found, Some(&path))?;
                self.sources.connect(from, &path, to);
            }
        }
        Ok(())
    }
}

/// The text of a file.
pub(super) fn read(file: &Path) -> Result<String, Failure> {
    decode(file, fs::read(file))
}

/// The text that the bytes of a file are.
pub(super) fn decode(file: &Path, bytes: io::Result<Vec<u8>>) -> Result<String, Failure> {
    let bytes = bytes.map_err(|error| {
        Failure::environment(
            Code::FileNotFound,
            format!("cannot read {}: {}", file.display(), plain(&error)),
        )
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at]
            .iter()
            .filter(|&&b| b == b'\n')
            .count()
            + 1;
        let byte = error.as_bytes()[at];
        let message = format!(
            "{} is not UTF-8: byte 0x{byte:02x} on line {line}",
            file.display()
        );
        Failure::environment(Code::NotUtf8, message).help("save the file as UTF-8")
    })
}
