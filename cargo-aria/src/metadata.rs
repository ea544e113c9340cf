//! Finds a project and reads what it says of itself: `[tool.aria]` in `pyproject.toml`, or `[package.metadata.aria]` in
//! `Cargo.toml`. The keys, their types and their meaning are the same in both, and those of the Python SDK: one file,
//! `project_keys.json`, lists them for all.

use crate::toolchain;
use cargo_metadata::MetadataCommand;
use serde_json::Value;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use toml_edit::{Document, Item, TableLike};

/// Every key, with its type and a line of documentation.
static KEYS: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../python-sdk/aria_lang/project_keys.json"))
        .expect("the file of keys is part of this program, and a test reads it")
});

/// One extension module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// The dotted name that Python imports.
    pub(crate) name: String,
    /// Its `.aria` files, absolute; the first is the root module.
    pub(crate) sources: Vec<PathBuf>,
}

/// A Rust crate that Aria code calls by `extern Rust from NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crate {
    /// The name.
    pub(crate) name: String,
    /// Its folder, absolute.
    pub(crate) path: PathBuf,
}

/// A project with Aria code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// The folder of its configuration file, absolute.
    pub(crate) root: PathBuf,
    /// Its extension modules; at least one.
    pub(crate) modules: Vec<Module>,
    /// Its Rust crates.
    pub(crate) crates: Vec<Crate>,
    /// CPU levels to compile for; empty: the compiler's own choice.
    pub(crate) cpus: Vec<String>,
    /// Build for the stable ABI.
    pub(crate) abi3: bool,
    /// What `cargo aria run` starts.
    pub(crate) run: Option<String>,
    python_source: Option<PathBuf>,
}

impl Project {
    /// The folder that the Python packages are in: `python-source`, else `src` or `python` where the package is there,
    /// else the project's own.
    pub(crate) fn package_root(&self) -> PathBuf {
        if let Some(folder) = &self.python_source {
            return self.root.join(folder);
        }
        ["src", "python"]
            .into_iter()
            .map(|name| self.root.join(name))
            .find(|folder| folder.join(self.package()).is_dir())
            .unwrap_or_else(|| self.root.clone())
    }

    /// The top-level package (or module) that the first extension module belongs to.
    pub(crate) fn package(&self) -> &str {
        let name = self
            .modules
            .first()
            .map_or("", |module| module.name.as_str());
        name.split('.').next().unwrap_or(name)
    }

    /// Where a module's extension is written, so that Python finds it.
    pub(crate) fn folder_of(&self, module: &Module) -> PathBuf {
        let mut folder = self.package_root();
        let mut parts: Vec<&str> = module.name.split('.').collect();
        parts.pop();
        folder.extend(parts);
        folder
    }
}

/// The projects that a command is about: the one at `asked` (a configuration file or its folder), else the one in `from`
/// or the nearest folder above it. A Cargo workspace stands for all its members that have Aria code.
///
/// # Errors
///
/// There is no project, or its configuration has a mistake; the text begins with file and line where there is one.
pub(crate) fn find_projects(asked: Option<&Path>, from: &Path) -> Result<Vec<Project>, String> {
    let Some(asked) = asked else {
        for folder in from.ancestors() {
            let found = projects_in(folder)?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        return Err(format!(
            "no project here: neither {} nor a folder above it has a pyproject.toml with [tool.aria] or a Cargo.toml with \
             [package.metadata.aria]; `cargo aria new NAME` makes one",
            from.display()
        ));
    };
    let path = from.join(asked);
    let found = if path.is_dir() {
        projects_in(&path)?
    } else {
        projects_of(&path)?
    };
    if found.is_empty() {
        return Err(format!(
            "{} has neither [tool.aria] nor [package.metadata.aria]",
            asked.display()
        ));
    }
    Ok(found)
}

fn projects_in(folder: &Path) -> Result<Vec<Project>, String> {
    let mut found = Vec::new();
    for name in ["pyproject.toml", "Cargo.toml"] {
        let file = folder.join(name);
        if file.is_file() {
            found.extend(projects_of(&file)?);
        }
    }
    Ok(found)
}

fn projects_of(file: &Path) -> Result<Vec<Project>, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    if file.file_name().is_some_and(|name| name == "Cargo.toml") {
        if let Some(project) = parse(file, &text, &["package", "metadata", "aria"])? {
            return Ok(vec![project]);
        }
        return if text.contains("[workspace]") {
            members_of(file)
        } else {
            Ok(Vec::new())
        };
    }
    Ok(parse(file, &text, &["tool", "aria"])?.into_iter().collect())
}

/// The members of a Cargo workspace that have Aria code.
fn members_of(file: &Path) -> Result<Vec<Project>, String> {
    let mut command = MetadataCommand::new();
    command
        .cargo_path(toolchain::cargo())
        .manifest_path(file)
        .no_deps();
    let metadata = command
        .exec()
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        if package.metadata.get("aria").is_some() {
            found.extend(projects_of(package.manifest_path.as_std_path())?);
        }
    }
    Ok(found)
}

/// Reads one configuration file; none when it has no table at `place`.
fn parse(file: &Path, text: &str, place: &[&str]) -> Result<Option<Project>, String> {
    let reader = Reader { file, text };
    let document =
        Document::parse(text).map_err(|error| reader.at(error.span(), error.message()))?;
    let mut item = document.as_item();
    for name in place {
        match item.get(name) {
            Some(inner) => item = inner,
            None => return Ok(None),
        }
    }
    let title = format!("[{}]", place.join("."));
    let table = item
        .as_table_like()
        .ok_or_else(|| reader.at(item.span(), &format!("`{title}` is a table")))?;
    reader.project(table, item.span(), &title).map(Some)
}

/// One configuration file and its text.
struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn project(
        &self,
        table: &dyn TableLike,
        span: Option<Range<usize>>,
        title: &str,
    ) -> Result<Project, String> {
        self.check(table, &KEYS, title)?;
        let root = self.file.parent().unwrap_or(Path::new(".")).to_owned();
        let modules = if table.contains_key("ext-modules") {
            for key in ["module", "sources"] {
                if let Some((key, _)) = table.get_key_value(key) {
                    return Err(self.at(
                        key.span(),
                        &format!("`{}` and `ext-modules` exclude each other", key.get()),
                    ));
                }
            }
            self.entries(table, "ext-modules", |entry, span| {
                self.module(entry, span, &root)
            })?
        } else {
            vec![self.module(table, span.clone(), &root)?]
        };
        if modules.is_empty() {
            return Err(self.at(
                span,
                "`ext-modules` is empty: name a module and its sources",
            ));
        }
        Ok(Project {
            modules,
            crates: self.entries(table, "rust", |entry, span| {
                self.rust_crate(entry, span, &root)
            })?,
            cpus: strings(table, "cpus"),
            abi3: table.get("abi3").and_then(Item::as_bool).unwrap_or(false),
            run: string(table, "run"),
            python_source: string(table, "python-source").map(PathBuf::from),
            root,
        })
    }

    /// Reads each table of the list at `key`.
    fn entries<T>(
        &self,
        table: &dyn TableLike,
        key: &str,
        read: impl Fn(&dyn TableLike, Option<Range<usize>>) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        tables(table.get(key))
            .into_iter()
            .map(|(entry, span)| read(entry, span))
            .collect()
    }

    fn module(
        &self,
        table: &dyn TableLike,
        span: Option<Range<usize>>,
        root: &Path,
    ) -> Result<Module, String> {
        let name = self.required(table, "module", span.clone())?;
        if !name.split('.').all(is_identifier) {
            let message = format!("`{name}` is no module's name: it is written `package._module`");
            return Err(self.at_key(table, "module", &message));
        }
        if !table.contains_key("sources") {
            return Err(self.at(span, "`sources` is missing"));
        }
        let sources = strings(table, "sources");
        if sources.is_empty() {
            return Err(self.at_key(
                table,
                "sources",
                &format!("`{name}` has no sources: name its .aria file"),
            ));
        }
        for source in &sources {
            if !root.join(source).is_file() {
                return Err(self.at_key(table, "sources", &format!("there is no file {source}")));
            }
        }
        Ok(Module {
            name,
            sources: sources.iter().map(|source| root.join(source)).collect(),
        })
    }

    fn rust_crate(
        &self,
        table: &dyn TableLike,
        span: Option<Range<usize>>,
        root: &Path,
    ) -> Result<Crate, String> {
        let name = self.required(table, "crate", span.clone())?;
        let path = self.required(table, "path", span)?;
        if !root.join(&path).join("Cargo.toml").is_file() {
            let message = format!("there is no crate in {path}: it has no Cargo.toml");
            return Err(self.at_key(table, "path", &message));
        }
        Ok(Crate {
            name,
            path: root.join(path),
        })
    }

    fn required(
        &self,
        table: &dyn TableLike,
        key: &str,
        span: Option<Range<usize>>,
    ) -> Result<String, String> {
        string(table, key).ok_or_else(|| self.at(span, &format!("`{key}` is missing")))
    }

    /// Refuses keys that are not in `keys`, and values of another type than theirs.
    fn check(&self, table: &dyn TableLike, keys: &Value, title: &str) -> Result<(), String> {
        for (key, item) in table.iter() {
            let span = table.key(key).and_then(toml_edit::Key::span);
            let Some(known) = keys.get(key) else {
                let names: Vec<&str> = keys
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str())
                    .collect();
                let hint = match nearest(key, &names) {
                    Some(name) => format!("; did you mean `{name}`?"),
                    None => format!("; the keys are {}", names.join(", ")),
                };
                return Err(self.at(span, &format!("unknown key `{key}` in {title}{hint}")));
            };
            let kind = known["type"].as_str().unwrap_or_default();
            if !is_of_kind(item, kind) {
                let wanted = match kind {
                    "string" => "a string",
                    "strings" => "a list of strings",
                    "boolean" => "true or false",
                    _ => "a list of tables",
                };
                let found = item.to_string();
                return Err(self.at(span, &format!("`{key}` is {wanted}, not {}", found.trim())));
            }
            if kind == "tables" {
                for (entry, _) in tables(Some(item)) {
                    self.check(entry, &known["keys"], &format!("`{key}`"))?;
                }
            }
        }
        Ok(())
    }

    fn at_key(&self, table: &dyn TableLike, key: &str, message: &str) -> String {
        self.at(table.key(key).and_then(toml_edit::Key::span), message)
    }

    fn at(&self, span: Option<Range<usize>>, message: &str) -> String {
        let name = self.file.display();
        match span.and_then(|span| self.text.get(..span.start)) {
            Some(before) => format!("{name}:{}: {message}", before.matches('\n').count() + 1),
            None => format!("{name}: {message}"),
        }
    }
}

/// The tables of a list, written inline or as `[[…]]`, and where each stands.
fn tables(item: Option<&Item>) -> Vec<(&dyn TableLike, Option<Range<usize>>)> {
    match item {
        Some(Item::Value(toml_edit::Value::Array(array))) => array
            .iter()
            .filter_map(|value| Some((value.as_inline_table()? as &dyn TableLike, value.span())))
            .collect(),
        Some(Item::ArrayOfTables(list)) => list
            .iter()
            .map(|table| (table as &dyn TableLike, table.span()))
            .collect(),
        _ => Vec::new(),
    }
}

fn string(table: &dyn TableLike, key: &str) -> Option<String> {
    table.get(key)?.as_str().map(str::to_owned)
}

fn strings(table: &dyn TableLike, key: &str) -> Vec<String> {
    let values = table
        .get(key)
        .and_then(Item::as_array)
        .into_iter()
        .flatten();
    values
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

fn is_of_kind(item: &Item, kind: &str) -> bool {
    match kind {
        "string" => item.is_str(),
        "boolean" => item.is_bool(),
        "strings" => item
            .as_array()
            .is_some_and(|array| array.iter().all(toml_edit::Value::is_str)),
        _ => {
            item.is_array_of_tables()
                || item
                    .as_array()
                    .is_some_and(|array| array.iter().all(toml_edit::Value::is_inline_table))
        }
    }
}

/// Whether Python takes `name` for the name of a package or a module (ASCII only).
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The name that `wrong` was probably meant to be.
fn nearest<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let scored = names
        .iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(wrong, name), *name));
    scored
        .filter(|(score, _)| *score > 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use tempfile::TempDir;

    const MODULE: &str = "ext-modules = [{ module = \"demo._k\", sources = [\"src/k.aria\"] }]\n";

    fn project(file: &str, text: &str) -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/k.aria"), "").unwrap();
        let path = folder.path().join(file);
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn mistake(file: &str, text: &str) -> String {
        let (folder, path) = project(file, text);
        let message = find_projects(Some(&path), folder.path()).unwrap_err();
        message.replace(&format!("{}/", folder.path().display()), "")
    }

    #[test]
    fn both_files_say_the_same() {
        let (folder, _) = project(
            "pyproject.toml",
            &format!("[tool.aria]\nabi3 = true\n{MODULE}"),
        );
        let python = find_projects(None, &folder.path().join("src")).unwrap();
        fs::rename(
            folder.path().join("pyproject.toml"),
            folder.path().join("Cargo.toml"),
        )
        .unwrap();
        fs::write(
            folder.path().join("Cargo.toml"),
            format!("[package.metadata.aria]\nabi3 = true\n{MODULE}"),
        )
        .unwrap();
        let rust = find_projects(None, folder.path()).unwrap();
        assert_eq!(python, rust);
        assert!(python[0].abi3);
        assert_eq!(
            python[0].modules[0].sources,
            [folder.path().join("src/k.aria")]
        );
    }

    #[test]
    fn one_module_may_be_written_without_a_list() {
        let (folder, _) = project(
            "pyproject.toml",
            "[tool.aria]\nmodule = \"demo._k\"\nsources = [\"src/k.aria\"]\n",
        );
        let found = find_projects(None, folder.path()).unwrap();
        assert_eq!(found[0].package(), "demo");
        assert_eq!(
            found[0].folder_of(&found[0].modules[0]),
            folder.path().join("demo")
        );
    }

    #[test]
    fn modules_may_be_written_as_an_array_of_tables() {
        let text = "[[tool.aria.ext-modules]]\nmodule = \"demo._k\"\nsources = [\"src/k.aria\"]\n";
        let (folder, _) = project("pyproject.toml", text);
        assert_eq!(
            find_projects(None, folder.path()).unwrap()[0].modules.len(),
            1
        );
    }

    #[test]
    fn the_packages_are_where_the_package_is() {
        let (folder, _) = project("pyproject.toml", &format!("[tool.aria]\n{MODULE}"));
        let project = &find_projects(None, folder.path()).unwrap()[0];
        assert_eq!(project.package_root(), folder.path());
        fs::create_dir(folder.path().join("src/demo")).unwrap();
        assert_eq!(project.package_root(), folder.path().join("src"));
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let cases = [
            (
                "modul = \"a\"\n",
                "unknown key `modul` in [tool.aria]; did you mean `module`?",
            ),
            (
                "ext-modules = [{ modul = \"a\" }]\n",
                "unknown key `modul` in `ext-modules`; did you mean `module`?",
            ),
            ("abi3 = 1\n", "`abi3` is true or false, not 1"),
            (
                "cpus = \"native\"\n",
                "`cpus` is a list of strings, not \"native\"",
            ),
            (
                "ext-modules = []\n",
                "`ext-modules` is empty: name a module and its sources",
            ),
            (
                "ext-modules = [{ module = \"demo.2\", sources = [\"src/k.aria\"] }]\n",
                "`demo.2` is no module's name: it is written `package._module`",
            ),
            (
                "ext-modules = [{ sources = [\"src/k.aria\"] }]\n",
                "`module` is missing",
            ),
            (
                "ext-modules = [{ module = \"a\", sources = [\"x.aria\"] }]\n",
                "there is no file x.aria",
            ),
            (
                "ext-modules = [{ module = \"a\", sources = [] }]\n",
                "`a` has no sources: name its .aria file",
            ),
        ];
        for (text, message) in cases {
            let said = mistake(
                "pyproject.toml",
                &format!("# a comment\n[tool.aria]\n{text}"),
            );
            let line = if text.starts_with("ext-modules = []") {
                2
            } else {
                3
            };
            assert_eq!(said, format!("pyproject.toml:{line}: {message}"));
        }
        assert_eq!(
            mistake(
                "pyproject.toml",
                &format!("[tool.aria]\n{MODULE}rust = [{{ crate = \"s\", path = \"r\" }}]\n")
            ),
            "pyproject.toml:3: there is no crate in r: it has no Cargo.toml"
        );
        let unknown = mistake("Cargo.toml", "[package.metadata.aria]\nzzz = 1\n");
        assert!(unknown.starts_with(
            "Cargo.toml:2: unknown key `zzz` in [package.metadata.aria]; the keys are abi3, "
        ));
    }

    #[test]
    fn a_file_that_is_no_toml_is_named_with_its_line() {
        let said = mistake("pyproject.toml", "[tool.aria]\nx = \n");
        assert!(said.starts_with("pyproject.toml:2: "), "{said}");
    }

    #[test]
    fn no_project_is_said_with_the_way_out() {
        let folder = TempDir::new().unwrap();
        let said = find_projects(None, folder.path()).unwrap_err();
        assert!(said.contains("`cargo aria new NAME` makes one"), "{said}");
        let (folder, path) = project("pyproject.toml", "[project]\nname = \"x\"\n");
        let said = find_projects(Some(&path), folder.path()).unwrap_err();
        assert!(
            said.ends_with("has neither [tool.aria] nor [package.metadata.aria]"),
            "{said}"
        );
    }
}
