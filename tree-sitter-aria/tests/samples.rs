//! Whole programs parse without an error, and every query fits the grammar.

use std::path::Path;

use tree_sitter::{Node, Parser, Query};
use tree_sitter_aria as aria;

#[test]
fn samples_parse_without_errors() {
    let mut parser = Parser::new();
    parser
        .set_language(&aria::LANGUAGE.into())
        .expect("the library loads this ABI");
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("test/samples");
    let mut read = 0;
    let mut problems = Vec::new();
    for entry in std::fs::read_dir(dir).expect("test/samples is there") {
        let path = entry.expect("a readable directory").path();
        let text = std::fs::read_to_string(&path).expect("a readable sample");
        let tree = parser.parse(&text, None).expect("no timeout is set");
        collect_errors(tree.root_node(), &path.display().to_string(), &mut problems);
        read += 1;
    }
    assert!(read >= 7, "only {read} samples were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Adds a line for each `ERROR`, `MISSING` and `missing_end` node below `node`.
fn collect_errors(node: Node<'_>, file: &str, problems: &mut Vec<String>) {
    if node.is_error() || node.is_missing() || node.kind() == "missing_end" {
        let at = node.start_position();
        problems.push(format!(
            "{file}:{}:{}: {}",
            at.row + 1,
            at.column + 1,
            node.to_sexp()
        ));
    }
    for child in node.children(&mut node.walk()) {
        collect_errors(child, file, problems);
    }
}

#[test]
fn queries_compile() {
    let queries = [
        ("highlights", aria::HIGHLIGHTS_QUERY),
        ("locals", aria::LOCALS_QUERY),
        ("tags", aria::TAGS_QUERY),
        ("injections", aria::INJECTIONS_QUERY),
        ("indents", aria::INDENTS_QUERY),
        ("folds", aria::FOLDS_QUERY),
    ];
    for (name, text) in queries {
        let query = Query::new(&aria::LANGUAGE.into(), text)
            .unwrap_or_else(|e| panic!("queries/{name}.scm: {e}"));
        assert!(query.pattern_count() > 0, "queries/{name}.scm is empty");
    }
}

#[test]
fn node_types_name_every_visible_kind() {
    let language = tree_sitter::Language::from(aria::LANGUAGE);
    for kind in [
        "source_file",
        "function_declaration",
        "method_call",
        "doc_comment",
    ] {
        assert_ne!(language.id_for_node_kind(kind, true), 0, "{kind}");
        assert!(aria::NODE_TYPES.contains(&format!("\"{kind}\"")), "{kind}");
    }
}
