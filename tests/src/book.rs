//! The links of the book: each leads to a page and a heading that are there, and each page is in the list of pages.

use crate::tidy;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The folder of the pages.
#[must_use]
pub fn folder() -> PathBuf {
    tidy::root().join("../docs/src")
}

/// The links of a page that lead to other pages or headings, as they are written.
#[must_use]
pub fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut is_code = false;
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        // What stands between backticks is code: every second part of the line.
        let is_inline = |at: usize| line[..at].matches('`').count() % 2 == 1;
        let ends = line.match_indices("](").filter(|_| !is_code);
        for (at, _) in ends.filter(|(at, _)| !is_inline(*at)) {
            if let Some((link, _)) = line[at + 2..].split_once(')') {
                found.push(link.to_owned());
            }
        }
    }
    found.retain(|link| !link.contains("://"));
    found
}

/// The names by which a page's headings are linked, as mdBook makes them.
#[must_use]
pub fn anchors(page: &str) -> HashSet<String> {
    let mut is_code = false;
    let headings = page.lines().filter(|line| {
        is_code ^= line.starts_with("```");
        line.starts_with('#') && !is_code
    });
    let name = |heading: &str| {
        let text = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = text.chars().filter_map(|c| match c {
            ' ' => Some('-'),
            c => (c.is_alphanumeric() || "-_".contains(c)).then_some(c),
        });
        kept.collect()
    };
    headings.map(name).collect()
}

/// Why a link of a page leads nowhere.
///
/// # Errors
/// The page or heading that is not there.
pub fn follow(page: &Path, link: &str) -> Result<(), String> {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match file {
        "" => page.to_owned(),
        file => page.with_file_name(file),
    };
    let text = std::fs::read_to_string(&target).map_err(|_| format!("{link}: no such page"))?;
    match anchor.is_empty() || anchors(&text).contains(anchor) {
        true => Ok(()),
        false => Err(format!("{link}: no such heading")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directives;

    #[test]
    fn every_link_leads_somewhere() {
        let mut broken = Vec::new();
        let mut followed = 0;
        for page in tidy::files(&folder(), "md") {
            for link in links(&directives::read(&page)) {
                followed += 1;
                if let Err(why) = follow(&page, &link) {
                    broken.push(format!("{}: {why}", page.display()));
                }
            }
        }
        assert!(broken.is_empty(), "{}", broken.join("\n"));
        assert!(followed > 0);
    }

    #[test]
    fn every_page_is_listed() {
        let summary = folder().join("SUMMARY.md");
        let listed: HashSet<PathBuf> = links(&directives::read(&summary))
            .iter()
            .map(|link| folder().join(link))
            .collect();
        let pages = tidy::files(&folder(), "md");
        let missing: Vec<_> = pages
            .iter()
            .filter(|p| **p != summary && !listed.contains(*p))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn headings_are_named_as_mdbook_names_them() {
        let page = "# A page\n## Equality, order and hash\n```\n# no heading\n```\n### `fn f?` x\n";
        let mut names: Vec<String> = anchors(page).into_iter().collect();
        names.sort();
        assert_eq!(names, ["a-page", "equality-order-and-hash", "fn-f-x"]);
        assert_eq!(
            links("[`a`](b.md#c) `x[T](y)` [d](https://e)\n```\n[f](g)\n```\n"),
            ["b.md#c"]
        );
    }
}
