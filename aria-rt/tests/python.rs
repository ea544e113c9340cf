//! Runs `tests/python` with pytest against `examples/testext.rs`, in the Python that the crate was built for.
//!
//! `cargo test -p aria-rt` builds the extension first; `cargo test --test python` alone would test an old one.
//!
//! `ARIA_TEST_PYTHON` names an interpreter that has pytest and NumPy; otherwise `PYO3_PYTHON`, then `python3`. A missing
//! package fails the test: it is never skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn python() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let directory = tempfile::tempdir().expect("a temporary directory");
    let library = format!(
        "{}testext{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    );
    let built = examples().join(&library);
    std::fs::copy(&built, directory.path().join("testext.so"))
        .unwrap_or_else(|why| panic!("{}: {why}", built.display()));
    let python = ["ARIA_TEST_PYTHON", "PYO3_PYTHON"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_else(|| "python3".to_owned());
    let status = Command::new(&python)
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .arg(crate_dir.join("tests/python"))
        .env("PYTHONPATH", directory.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("ARIA_CPU_LEVEL")
        .env_remove("ARIA_NUM_THREADS")
        .status()
        .unwrap_or_else(|why| panic!("{python}: {why}"));
    assert!(status.success(), "{python} -m pytest: {status}");
}

/// `target/<profile>/examples`, beside the `deps` where this test lies.
fn examples() -> PathBuf {
    let this = std::env::current_exe().expect("the test's own path");
    this.ancestors()
        .nth(2)
        .expect("target/<profile>/deps/<test>")
        .join("examples")
}
