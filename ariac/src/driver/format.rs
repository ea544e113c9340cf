//! `ariac fmt`: replaces source files by what [`crate::fmt`] makes of them.

use super::{Failure, plain, sources};
use crate::cli::Fmt;
use crate::diagnostics::Code;
use crate::fmt::{self, Kept};
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// Formats what is named; with `--check`, whether it was formatted. Nothing is written before everything could be read.
pub(super) fn format(options: &Fmt) -> Result<bool, Failure> {
    let mut texts = Vec::new();
    for file in &options.files {
        texts.push((file.as_path(), read(file)?));
    }
    let mut changes = false;
    for (file, text) in texts {
        let formatted = fmt::format(&text);
        if formatted.kept == Kept::Everything && !text.is_empty() {
            eprintln!(
                "warning: {} is left as it is: formatted, it would not parse to the same; `ariac check` shows its errors",
                file.display()
            );
        }
        let differs = formatted.text != text;
        changes |= differs;
        if options.check {
            if differs {
                println!("{}", file.display());
            }
        } else if is_stdin(file) {
            print!("{}", formatted.text);
        } else if differs {
            replace(file, &formatted.text)?;
        }
    }
    Ok(!(options.check && changes))
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

fn read(file: &Path) -> Result<String, Failure> {
    if !is_stdin(file) {
        return sources::read(file);
    }
    let mut bytes = Vec::new();
    let result = io::stdin().read_to_end(&mut bytes);
    sources::decode(file, result.map(|_| bytes))
}

/// Puts a text in a file's place. The file is always whole: another one is written beside it and takes its name.
fn replace(file: &Path, text: &str) -> Result<(), Failure> {
    let write = || -> io::Result<()> {
        // A link stays one: what it leads to is replaced.
        let target = fs::canonicalize(file)?;
        let folder = target.parent().unwrap_or(Path::new("/"));
        let mut new = tempfile::Builder::new()
            .prefix(".ariac-fmt-")
            .tempfile_in(folder)?;
        new.write_all(text.as_bytes())?;
        new.as_file()
            .set_permissions(fs::metadata(&target)?.permissions())?;
        new.persist(&target)?;
        Ok(())
    };
    write().map_err(|error| {
        let message = format!("cannot write {}: {}", file.display(), plain(&error));
        Failure::environment(Code::OutputNotWritable, message)
    })
}
