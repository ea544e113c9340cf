//! `cargo aria new`: writes a small project that builds, runs and tests itself.

use crate::failure::Failure;
use crate::metadata;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that Python keeps for itself.
const PYTHON_KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda",
    "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// The project's files and their texts; `{{name}}` stands for the project's name, `{{package}}` for its package's.
const FILES: &[(&str, &str)] = &[
    (".gitignore", include_str!("../../template/gitignore")),
    ("README.md", include_str!("../../template/README.md")),
    (
        "pyproject.toml",
        include_str!("../../template/pyproject.toml"),
    ),
    (
        "src/{{package}}/__init__.py",
        include_str!("../../template/__init__.py"),
    ),
    (
        "src/{{package}}/__main__.py",
        include_str!("../../template/__main__.py"),
    ),
    (
        "src/{{package}}/kernels.aria",
        include_str!("../../template/kernels.aria"),
    ),
    ("src/{{package}}/py.typed", ""),
    (
        "tests/test_kernels.py",
        include_str!("../../template/test_kernels.py"),
    ),
];

/// What `--rust` adds.
const RUST_FILES: &[(&str, &str)] = &[
    (
        "rust/stats/Cargo.toml",
        include_str!("../../template/rust/crate.toml"),
    ),
    (
        "rust/stats/src/lib.rs",
        include_str!("../../template/rust/lib.rs"),
    ),
];

/// What `--rust` appends to files that are there without it.
const RUST_ADDITIONS: &[(&str, &str)] = &[
    (
        "pyproject.toml",
        "rust = [{ crate = \"stats\", path = \"rust/stats\" }]\n",
    ),
    (
        "src/{{package}}/kernels.aria",
        include_str!("../../template/rust/kernels.aria"),
    ),
    (
        "src/{{package}}/__init__.py",
        include_str!("../../template/rust/__init__.py"),
    ),
    (
        "tests/test_kernels.py",
        include_str!("../../template/rust/test_kernels.py"),
    ),
];

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder to make; its last part names the project
    path: PathBuf,
    /// Add a Rust crate whose functions the Aria code calls
    #[arg(long)]
    rust: bool,
}

/// Writes the project and says how to go on.
///
/// # Errors
///
/// The name does not do for a Python package, something stands at the path already, or a file cannot be written.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let name = options
        .path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let package = name.replace('-', "_");
    check_name(name, &package)?;
    if options.path.symlink_metadata().is_ok() {
        return Err(Failure::Usage(format!(
            "{} is there already; nothing was changed",
            options.path.display()
        )));
    }
    let fill = |text: &str| {
        text.replace("{{name}}", name)
            .replace("{{package}}", &package)
    };
    let more = if options.rust { RUST_FILES } else { &[] };
    for (place, text) in FILES.iter().chain(more) {
        let mut text = (*text).to_owned();
        for (_, addition) in RUST_ADDITIONS
            .iter()
            .filter(|(at, _)| options.rust && at == place)
        {
            text.push_str(addition);
        }
        write(&options.path.join(fill(place)), &fill(&text))?;
    }
    println!("Made {} at {}. To go on:", name, options.path.display());
    println!("  cd {}", options.path.display());
    println!("  cargo aria run --release");
    Ok(())
}

fn check_name(name: &str, package: &str) -> Result<(), Failure> {
    if PYTHON_KEYWORDS.contains(&package) {
        return Err(Failure::Usage(format!(
            "`{name}` cannot name a Python package: it is a word of Python itself"
        )));
    }
    if !metadata::is_identifier(package) {
        return Err(Failure::Usage(format!(
            "`{name}` cannot name a Python package: use letters, digits, `_` and `-`, and begin with a letter"
        )));
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let done = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text));
    done.map_err(|error| Failure::Usage(format!("cannot write {}: {error}", path.display())))
}
