//! The pages of the library in the book, made from the `##` lines of the prelude and from the compiler's table of built-in
//! methods. A test compares them with what is in `docs/src/library`; `ARIA_BLESS=1` writes them.

use std::fmt::Write;

/// The page of a file of the prelude; none where nothing in it is for users.
#[must_use]
pub fn page(name: &str, source: &str) -> Option<String> {
    let mut page = format!("# {name}\n\n{MADE}\n\n");
    let mut lines = source.lines().peekable();
    let mut doc: Vec<&str> = Vec::new();
    let mut is_intro = true;
    let mut section = None;
    let mut entries = 0;
    while let Some(line) = lines.next() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        if let Some(comment) = text.strip_prefix("##") {
            doc.push(comment.strip_prefix(' ').unwrap_or(comment));
            continue;
        }
        if is_intro {
            is_intro = false;
            let intro = std::mem::take(&mut doc);
            let _ = writeln!(page, "{}\n", intro.join("\n"));
        }
        let documented = std::mem::take(&mut doc);
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_body = indent > 2 || words.is_empty() || text.starts_with(['#', '@']);
        if text.starts_with('@') {
            // An attribute stands between a declaration and its documentation.
            doc = documented;
        } else if indent == 0 && words.first() == Some(&"extern") {
            lines.by_ref().find(|line| *line == "end");
        } else if indent == 0
            && ["trait", "enum", "struct", "data", "impl"]
                .contains(&words.first().copied().unwrap_or(""))
        {
            section = Some(text);
            if !documented.is_empty() {
                entries += 1;
                heading(&mut page, &mut section);
                let _ = writeln!(page, "{}\n", examples_apart(&documented));
            }
        } else if !is_body && !documented.is_empty() && !is_private(&words) {
            entries += 1;
            heading(&mut page, &mut section);
            let signature = signature(text);
            let _ = writeln!(
                page,
                "### `{signature}`\n\n{}\n",
                examples_apart(&documented)
            );
        }
    }
    (entries > 0).then(|| page.trim_end().to_owned() + "\n")
}

/// What is said at the top of each page.
const MADE: &str = "<!-- Made from the source: `ARIA_BLESS=1 cargo test -p aria-tests library` writes this page. -->";

/// Begins the section of a type or trait when something of it is shown for the first time.
fn heading(page: &mut String, section: &mut Option<&str>) {
    if let Some(line) = section.take() {
        let _ = writeln!(page, "## `{}`\n", signature(line));
    }
}

/// Whether a declaration is for the library itself: its name begins with `_`.
fn is_private(words: &[&str]) -> bool {
    let mut names = words
        .iter()
        .skip_while(|w| ["pub", "pure", "fn", "const"].contains(*w));
    words.first() == Some(&"priv") || names.next().is_none_or(|name| name.starts_with('_'))
}

/// A declaration without its value: `fn empty?(self) -> Bool`.
fn signature(line: &str) -> &str {
    let mut depth = 0usize;
    for (at, c) in line.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '=' if depth == 0 && line[..at].ends_with(' ') && line[at..].starts_with("= ") => {
                return line[..at].trim_end();
            }
            _ => {}
        }
    }
    line
}

/// Documentation whose examples, which are bodies of tests and no whole programs, are marked as that.
fn examples_apart(doc: &[&str]) -> String {
    let marked = doc.iter().map(|line| match *line {
        "```aria" => "```aria,example",
        line => line,
    });
    marked.collect::<Vec<_>>().join("\n")
}

/// The page of the methods that the compiler itself knows, from the rows of its table.
#[must_use]
pub fn built_in(table: &str) -> String {
    let mut page = format!(
        "# Built into the compiler\n\n{MADE}\n\nThese methods are part of the compiler. The number is that of their arguments.\n"
    );
    let mut last = "";
    for row in table.lines() {
        let Some((receiver, rest)) = row.trim().split_once(".\"") else {
            continue;
        };
        let Some((name, rest)) = rest.split_once("\"(") else {
            continue;
        };
        let (Some((args, _)), Some((_, doc))) = (rest.split_once(')'), rest.split_once(", \""))
        else {
            continue;
        };
        if name.starts_with('_') {
            continue;
        }
        let Some(doc) = doc.strip_suffix("\";") else {
            continue;
        };
        if receiver != last {
            let shown = match receiver {
                "Nd" => "Array of several dimensions".to_owned(),
                _ => receiver.replace("Namespace", "."),
            };
            let _ = write!(
                page,
                "\n## {shown}\n\n| method | arguments | |\n|---|---|---|\n"
            );
            last = receiver;
        }
        let block = if rest.contains(")[") {
            " and a block"
        } else {
            ""
        };
        let _ = writeln!(page, "| `{name}` | {args}{block} | {doc} |");
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{directives, tidy};

    /// All pages, by their names in `docs/src/library`.
    fn pages() -> Vec<(String, String)> {
        let root = tidy::root().join("..");
        let mut pages = Vec::new();
        for file in tidy::files(&root.join("ariac/prelude"), "aria") {
            let name = file
                .file_stem()
                .and_then(|s| s.to_str())
                .unwrap_or("")
                .to_owned();
            if let Some(page) = page(&name, &directives::read(&file)) {
                pages.push((name, page));
            }
        }
        let table = directives::read(&root.join("ariac/src/builtins/table.rs"));
        pages.push(("builtin".to_owned(), built_in(&table)));
        pages
    }

    #[test]
    fn the_pages_of_the_library_are_fresh() {
        let folder = tidy::root().join("../docs/src/library");
        let summary = directives::read(&tidy::root().join("../docs/src/SUMMARY.md"));
        let mut stale = Vec::new();
        for (name, page) in pages() {
            let path = folder.join(format!("{name}.md"));
            if std::env::var_os("ARIA_BLESS").is_some() {
                std::fs::create_dir_all(&folder).expect("the folder can be made");
                std::fs::write(&path, &page).expect("it can be written");
            }
            if std::fs::read_to_string(&path).ok().as_ref() != Some(&page) {
                stale.push(format!("{name}.md is not what the source says: ARIA_BLESS=1 cargo test -p aria-tests library"));
            }
            if !summary.contains(&format!("(library/{name}.md)")) {
                stale.push(format!("SUMMARY.md lacks library/{name}.md"));
            }
        }
        assert!(stale.is_empty(), "{}", stale.join("\n"));
    }

    #[test]
    fn shows_what_is_for_users() {
        let source = "## Boxes.\n\nextern Runtime from \"aria\" do\n  fn _x -> Int\nend\n\n## A box.\nstruct Box[T]\n  \
                      ## How many.\n  fn size(self, by: Int = 1) -> Int = 2 * by\n\n  ## Hidden.\n  fn _in(self)\n    x\n  end\nend\n";
        let made = page("box", source).expect("there is something to show");
        let body = made.split_once("-->").map(|(_, body)| body);
        assert_eq!(
            body,
            Some(
                "\n\nBoxes.\n\n## `struct Box[T]`\n\nA box.\n\n### `fn size(self, by: Int = 1) -> Int`\n\nHow many.\n"
            )
        );
        let rows = "    List.\"push\"(1) => Builtin::List(ListOp::Push), \"Appends.\";\n    List.\"_pop\"(0) => X, \"No.\";\n";
        assert!(built_in(rows).ends_with(
            "## List\n\n| method | arguments | |\n|---|---|---|\n| `push` | 1 | Appends. |\n"
        ));
    }
}
