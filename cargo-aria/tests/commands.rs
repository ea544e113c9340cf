//! Each subcommand, with a stand-in for the compiler that writes down how it was called.

use pretty_assertions::assert_eq;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A shell script in ariac's place: `check` and `build` fail on files that contain `mistake`.
const STAND_IN: &str = r#"#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
if grep -q mistake "$2"; then echo "error[E0303]: a mistake" >&2; exit 1; fi
[ "$1" = build ] && echo "built.so"
exit 0
"#;

/// A folder to work in, with the stand-in beside it.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        let folder = TempDir::new().unwrap();
        let ariac = folder.path().join("ariac");
        fs::write(&ariac, STAND_IN).unwrap();
        fs::set_permissions(&ariac, fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir_all(folder.path().join("aria-rt/aria-abi")).unwrap();
        Place { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `cargo aria ARGUMENTS` in `folder`, as cargo would start it.
    fn cargo_aria_in(&self, folder: &Path, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_cargo-aria"))
            .arg("aria")
            .args(arguments)
            .current_dir(folder)
            .env("ARIAC", self.path().join("ariac"))
            .env_remove("ARIA_RT_DIR")
            .env_remove("VIRTUAL_ENV")
            .env_remove("CONDA_PREFIX")
            .env_remove("PYTHONPATH")
            .output()
            .unwrap()
    }

    fn cargo_aria(&self, arguments: &[&str]) -> Output {
        self.cargo_aria_in(self.path(), arguments)
    }

    /// A new project `demo`.
    fn demo(&self) -> PathBuf {
        let output = self.cargo_aria(&["new", "demo"]);
        assert_eq!((status(&output), stderr(&output).as_str()), (0, ""));
        self.path().join("demo")
    }

    /// How the stand-in was called; the folder is written `@`.
    fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path().join("calls")).unwrap_or_default();
        text.lines()
            .map(|line| line.replace(&self.path().display().to_string(), "@"))
            .collect()
    }
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn new_writes_a_project_and_says_how_to_go_on() {
    let place = Place::new();
    let output = place.cargo_aria(&["new", "my-kernels"]);
    assert_eq!(
        stdout(&output),
        "Made my-kernels at my-kernels. To go on:\n  cd my-kernels\n  cargo aria run --release\n"
    );
    let root = place.path().join("my-kernels");
    for file in [
        "README.md",
        ".gitignore",
        "src/my_kernels/kernels.aria",
        "tests/test_kernels.py",
    ] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        assert!(!text.contains("{{"), "{file} still has a placeholder");
    }
    assert!(!root.join("rust").exists());
}

#[test]
fn new_with_rust_adds_a_crate() {
    let place = Place::new();
    assert_eq!(status(&place.cargo_aria(&["new", "--rust", "demo"])), 0);
    let config = fs::read_to_string(place.path().join("demo/pyproject.toml")).unwrap();
    assert!(
        config.ends_with("rust = [{ crate = \"stats\", path = \"rust/stats\" }]\n"),
        "{config}"
    );
    assert!(place.path().join("demo/rust/stats/src/lib.rs").is_file());
}

#[test]
fn new_refuses_to_overwrite() {
    let place = Place::new();
    let kernels = place.demo().join("src/demo/kernels.aria");
    fs::write(&kernels, "mine").unwrap();
    let output = place.cargo_aria(&["new", "demo"]);
    assert_eq!(
        (status(&output), stderr(&output)),
        (
            2,
            "error: demo is there already; nothing was changed\n".into()
        )
    );
    assert_eq!(fs::read_to_string(kernels).unwrap(), "mine");
}

#[test]
fn new_refuses_names_that_python_cannot_import() {
    let place = Place::new();
    for (name, reason) in [
        (
            "2fast",
            "use letters, digits, `_` and `-`, and begin with a letter",
        ),
        (
            "a b",
            "use letters, digits, `_` and `-`, and begin with a letter",
        ),
        ("class", "it is a word of Python itself"),
    ] {
        let output = place.cargo_aria(&["new", name]);
        assert_eq!(status(&output), 2);
        assert_eq!(
            stderr(&output),
            format!("error: `{name}` cannot name a Python package: {reason}\n")
        );
    }
}

#[test]
fn build_hands_the_module_to_the_compiler() {
    let place = Place::new();
    let demo = place.demo();
    let output = place.cargo_aria_in(&demo.join("src"), &["build", "--python", "/py"]);
    // Progress is for terminals: standard error stays empty, and the compiler's own output passes through.
    assert_eq!(
        (status(&output), stdout(&output), stderr(&output)),
        (0, "built.so\n".into(), String::new())
    );
    let output = place.cargo_aria(&[
        "build",
        "--release",
        "--manifest-path",
        "demo/pyproject.toml",
    ]);
    assert_eq!(status(&output), 0);
    let call =
        "build @/demo/src/demo/kernels.aria -o @/demo/src/demo --module demo._kernels --python";
    assert_eq!(
        place.calls(),
        [format!("{call} /py -O2 -g"), format!("{call} python3 -O3")]
    );
}

#[test]
fn build_passes_configuration_on() {
    let place = Place::new();
    let demo = place.demo();
    let config = demo.join("pyproject.toml");
    let text =
        fs::read_to_string(&config).unwrap() + "cpus = [\"x86-64\", \"x86-64-v3\"]\nabi3 = true\n";
    fs::write(&config, text).unwrap();
    assert_eq!(
        status(&place.cargo_aria_in(&demo, &["build", "--release"])),
        0
    );
    assert!(
        place.calls()[0].ends_with("-O3 --cpu x86-64,x86-64-v3 --abi3"),
        "{:?}",
        place.calls()
    );
}

#[test]
fn build_makes_the_rust_crate_and_links_it() {
    let place = Place::new();
    assert_eq!(status(&place.cargo_aria(&["new", "--rust", "demo"])), 0);
    let demo = place.path().join("demo");
    // The stand-in compiler has no aria-abi to give, so this crate does without.
    fs::write(
        demo.join("rust/stats/src/lib.rs"),
        "#[unsafe(no_mangle)] pub extern \"C\" fn one() -> i64 { 1 }\n",
    )
    .unwrap();
    let manifest = demo.join("rust/stats/Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(
        &manifest,
        text.lines()
            .filter(|line| !line.starts_with("aria-abi"))
            .collect::<Vec<_>>()
            .join("\n"),
    )
    .unwrap();
    let output = place.cargo_aria_in(&demo, &["build", "--release"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let calls = place.calls();
    let (_, library) = calls[0]
        .split_once("--link-rust stats=")
        .expect("the library is linked");
    assert_eq!(library, "@/demo/target/aria/release/libstats.a");
    assert!(demo.join("target/aria/release/libstats.a").is_file());
}

#[test]
fn build_ends_as_cargo_does_when_the_crate_has_a_mistake() {
    let place = Place::new();
    assert_eq!(status(&place.cargo_aria(&["new", "--rust", "demo"])), 0);
    let demo = place.path().join("demo");
    fs::write(
        demo.join("rust/stats/Cargo.toml"),
        "[package]\nname = \"stats\"\n[workspace]\n",
    )
    .unwrap();
    fs::write(
        demo.join("rust/stats/src/lib.rs"),
        "fn one() -> i64 { \"one\" }\n",
    )
    .unwrap();
    let output = place.cargo_aria_in(&demo, &["build"]);
    assert_eq!(status(&output), 1);
    assert!(
        stderr(&output).contains("error[E0308]: mismatched types"),
        "{}",
        stderr(&output)
    );
    assert_eq!(place.calls(), [] as [&str; 0]);
}

#[test]
fn the_compilers_mistakes_and_status_pass_through() {
    let place = Place::new();
    let demo = place.demo();
    fs::write(demo.join("src/demo/kernels.aria"), "mistake").unwrap();
    for command in ["build", "check", "run"] {
        let output = place.cargo_aria_in(&demo, &[command]);
        assert_eq!(
            (status(&output), stderr(&output)),
            (1, "error[E0303]: a mistake\n".into()),
            "{command}"
        );
    }
}

#[test]
fn check_writes_nothing() {
    let place = Place::new();
    let demo = place.demo();
    let output = place.cargo_aria_in(&demo, &["check"]);
    assert_eq!(
        (status(&output), stdout(&output), stderr(&output)),
        (0, String::new(), String::new())
    );
    assert_eq!(place.calls(), ["check @/demo/src/demo/kernels.aria"]);
}

#[test]
fn run_starts_the_package_or_what_the_configuration_names() {
    let place = Place::new();
    let demo = place.demo();
    let main = "import sys, demo\nprint('package', sys.argv[1:])\nsys.exit(len(sys.argv) - 1)\n";
    fs::write(demo.join("src/demo/__init__.py"), "").unwrap();
    fs::write(demo.join("src/demo/__main__.py"), main).unwrap();
    fs::write(demo.join("start.py"), "import demo\nprint('file')\n").unwrap();
    let output = place.cargo_aria_in(&demo, &["run"]);
    assert_eq!(
        (status(&output), stdout(&output)),
        (0, "built.so\npackage []\n".into()),
        "{}",
        stderr(&output)
    );
    let output = place.cargo_aria_in(&demo, &["run", "--", "a", "--b", "3"]);
    assert_eq!(
        (status(&output), stdout(&output)),
        (3, "built.so\npackage ['a', '--b', '3']\n".into())
    );

    let config = demo.join("pyproject.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("{text}run = \"start.py\"\n")).unwrap();
    assert_eq!(
        stdout(&place.cargo_aria_in(&demo, &["run"])),
        "built.so\nfile\n"
    );
    fs::write(&config, format!("{text}run = \"demo.__main__\"\n")).unwrap();
    assert_eq!(
        stdout(&place.cargo_aria_in(&demo, &["run"])),
        "built.so\npackage []\n"
    );
}

#[test]
fn run_says_when_there_is_nothing_to_run() {
    let place = Place::new();
    let demo = place.demo();
    fs::remove_file(demo.join("src/demo/__main__.py")).unwrap();
    let output = place.cargo_aria_in(&demo, &["run"]);
    assert_eq!(status(&output), 2);
    assert_eq!(
        stderr(&output),
        "error: nothing to run: write demo/__main__.py or main.py, or name a module or a .py file with the key `run`\n"
    );
}

#[test]
fn a_workspace_stands_for_its_members() {
    let place = Place::new();
    let root = place.path().join("space");
    for name in ["one", "two", "plain"] {
        fs::create_dir_all(root.join(name).join("src")).unwrap();
        fs::write(root.join(name).join("src/lib.rs"), "").unwrap();
        fs::write(root.join(name).join("k.aria"), "").unwrap();
        let aria =
            format!("[package.metadata.aria]\nmodule = \"_{name}\"\nsources = [\"k.aria\"]\n");
        let aria = if name == "plain" { "" } else { &aria };
        fs::write(
            root.join(name).join("Cargo.toml"),
            format!("[package]\nname = \"{name}\"\n{aria}"),
        )
        .unwrap();
    }
    fs::write(
        root.join("Cargo.toml"),
        "[workspace]\nmembers = [\"one\", \"two\", \"plain\"]\n",
    )
    .unwrap();
    let output = place.cargo_aria_in(&root, &["check"]);
    assert_eq!((status(&output), stderr(&output)), (0, String::new()));
    assert_eq!(
        place.calls(),
        ["check @/space/one/k.aria", "check @/space/two/k.aria"]
    );
}

#[test]
fn wrong_usage_has_status_2() {
    let place = Place::new();
    let output = place.cargo_aria(&["build"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).starts_with("error: no project here: "),
        "{}",
        stderr(&output)
    );
    let output = place.cargo_aria(&["biuld"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).contains("a similar subcommand exists: 'build'"),
        "{}",
        stderr(&output)
    );
    for name in ["test", "bench", "report", "develop", "wheel", "clean"] {
        let output = place.cargo_aria(&[name, "--whatever", "x"]);
        assert_eq!(status(&output), 2);
        let start = format!("error: `cargo aria {name}` is not supported yet; ");
        assert!(stderr(&output).starts_with(&start), "{}", stderr(&output));
    }
}

#[test]
fn a_mistake_in_the_configuration_has_its_line() {
    let place = Place::new();
    let demo = place.demo();
    let config = demo.join("pyproject.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("ext-modules", "ext-module")).unwrap();
    let output = place.cargo_aria_in(&demo, &["build"]);
    assert_eq!(status(&output), 2);
    let said = stderr(&output).replace(&format!("{}/", demo.display()), "");
    assert_eq!(
        said,
        "error: pyproject.toml:15: unknown key `ext-module` in [tool.aria]; did you mean `ext-modules`?\n"
    );
}

#[test]
fn a_missing_compiler_is_said() {
    let place = Place::new();
    let demo = place.demo();
    fs::remove_file(place.path().join("ariac")).unwrap();
    let output = place.cargo_aria_in(&demo, &["build"]);
    assert_eq!(status(&output), 2);
    assert!(
        stderr(&output).ends_with("ariac, and there is no program there\n"),
        "{}",
        stderr(&output)
    );
}
