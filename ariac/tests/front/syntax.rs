//! Syntax errors: all of them, each once.

use crate::reports;
use pretty_assertions::assert_eq;

#[test]
fn every_error_of_a_file_is_reported() {
    let text = "fn a -> Int\n  x = 1 +\nend\nfn b -> Int\n  y = f(1\n  y\nend\nfn c -> Int\n  \"abc\nend\nfn d -> Float = 3\nend\n";
    let wanted = "2:9 E0101 expected an expression after `+`\n5:8 E0101 `(` is not closed\n9:3 E0102 this string is not closed\n12:1 E0101 this `end` closes nothing";
    assert_eq!(reports(text), wanted);
}

#[test]
fn missing_ends_are_one_mistake() {
    let text =
        "fn a(x: Float) -> Float\n  for i in 0..<3\n    if x > 1.0\n      x\n\nfn b -> Int = 3\n";
    assert_eq!(
        reports(text),
        "6:1 E0102 3 `end`s are missing here, the first for this `if`"
    );
    let last = "fn a(x: Float) -> Float\n  x\n";
    assert_eq!(
        reports(last),
        "2:4 E0102 expected `end` to close this function"
    );
}

#[test]
fn what_could_not_be_parsed_gives_rise_to_nothing_else() {
    let text = "fn a -> Float\n  x = (1 +\n  y = foo + x\n  \"s\"\nend\nfn b -> Int = foo\n";
    assert_eq!(
        reports(text),
        "2:7 E0101 `(` is not closed\n6:15 E0201 `foo` is not known"
    );
}

#[test]
fn other_languages_are_recognised() {
    assert_eq!(
        reports("def f(x)\n  x\nend\n"),
        "1:1 E0101 unexpected `def`"
    );
    assert_eq!(
        reports("fn f(x: int) -> Int = x\n"),
        "1:9 E0101 unexpected `int`"
    );
    assert_eq!(
        reports("fn f(x: Bool) -> Bool\n  x && x\nend\n"),
        "2:5 E0101 unexpected `&&`"
    );
    assert_eq!(
        reports("const N = 3\nfn f\n  N = 4\nend\n"),
        "3:3 E0203 `N` cannot be assigned: names that begin with a capital are constants"
    );
}

#[test]
fn names_are_looked_up_in_arms_and_handlers() {
    let text = "fn f(x: Int) -> Int\n  y = match x\n    when 1 then foo\n    else 3\n  end\n  begin\n    bar\n  rescue e\n    e\n  end\n  y + zap\nend\n";
    assert_eq!(
        reports(text),
        "3:17 E0201 `foo` is not known\n7:5 E0201 `bar` is not known\n11:7 E0201 `zap` is not known"
    );
}

#[test]
fn literals_are_checked() {
    let text = "fn f -> String\n  300u8\n  0x1_0000_0000_0000_0000\n  1e999\n  \"\\q\"\nend\n";
    let wanted = "2:3 E0103 this number does not fit into UInt8\n3:3 E0103 this number does not fit into Int\n4:3 E0103 this number is too large for Float\n5:4 E0103 the escape `\\q` is malformed";
    assert_eq!(reports(text), wanted);
}

#[test]
fn the_tree_is_printed_whole() {
    let tree = ariac::syntax::parse("const A = 1 # one\nend\n");
    let wanted = "(source_file\n  (const_declaration\n    name: (constant \"A\")\n    value: (integer \"1\"))\n  (comment \"# one\")\n  (ERROR))\n";
    assert_eq!(ariac::syntax::dump(&tree), wanted);
}
