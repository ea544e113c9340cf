//! Writes one `#[test]` for each case file: `ui/views/returned.aria` becomes `ui::views::returned`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The folders of cases. Each is also the name of the module of the harness that checks one.
const KINDS: &[&str] = &["ui", "types", "mir", "llvm", "remarks", "lang", "fmt"];

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut out = String::new();
    for kind in KINDS {
        println!("cargo:rerun-if-changed={kind}");
        let cases = module(&root.join(kind), kind, kind, &mut out);
        // A folder that is empty, or that was moved, would otherwise pass for ever.
        assert!(cases > 0, "tests/{kind} has no cases");
    }
    println!("cargo:rerun-if-changed=build.rs");
    let target = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("cases.rs");
    fs::write(target, out).expect("OUT_DIR is writable");
}

/// Writes the module of one folder, and gives the number of cases in it.
fn module(folder: &Path, kind: &str, name: &str, out: &mut String) -> usize {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    entries.sort();
    let mut cases = 0;
    let _ = writeln!(out, "mod {name} {{");
    for entry in entries {
        let stem = entry.file_stem().and_then(|s| s.to_str()).unwrap_or("");
        if entry.is_dir() {
            if stem == "modules" {
                continue; // files that cases import
            }
            cases += module(&entry, kind, &identifier(stem, &entry), out);
        } else if entry.extension().is_some_and(|e| e == "aria") {
            cases += 1;
            let test = identifier(stem, &entry);
            let path = entry.to_str().expect("paths of cases are UTF-8");
            let _ = writeln!(
                out,
                "#[test] fn {test}() {{ crate::{kind}::check(std::path::Path::new({path:?})); }}"
            );
        }
    }
    let _ = writeln!(out, "}}");
    cases
}

/// A file's name as a Rust identifier. Names of cases are chosen so that it is one already.
fn identifier(stem: &str, path: &Path) -> String {
    let plain = stem
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    assert!(
        plain && stem.starts_with(|c: char| c.is_ascii_lowercase()),
        "{}: a case's name is lower case letters, digits and _",
        path.display()
    );
    format!("r#{stem}")
}
