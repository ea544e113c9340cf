//! What names mean, and where variables have a value.

use crate::{accepted, reports};
use ariac::diagnostics::Reports;
use ariac::hir::{Hir, lower};
use ariac::resolve::{BindingId, Names, TypeMeaning, resolve};
use ariac::source::SourceMap;
use pretty_assertions::assert_eq;

#[test]
fn a_plain_assignment_declares_for_the_whole_function() {
    accepted("fn f(c: Bool) -> Int\n  if c\n    x = 1\n  else\n    x = 2\n  end\n  x\nend\n");
    accepted("fn f(c: Bool) -> Int\n  if c\n    x = 1\n  else\n    return 0\n  end\n  x\nend\n");
    accepted("fn f(c: Bool) -> Int\n  loop\n    x = 1\n    break if c\n  end\n  x\nend\n");
}

#[test]
fn a_variable_needs_a_value_on_every_way() {
    let one = "fn f(c: Bool) -> Int\n  if c\n    x = 1\n  end\n  x + x\nend\n";
    assert_eq!(reports(one), "5:3 E0201 `x` may have no value here");
    let two = "fn f(n: Int) -> Int\n  for i in 0..<n\n    x = i\n  end\n  x\nend\n";
    assert_eq!(reports(two), "5:3 E0201 `x` may have no value here");
    let three = "fn f(c: Bool) -> Int\n  loop\n    break if c\n    x = 1\n  end\n  x\nend\n";
    assert_eq!(reports(three), "6:3 E0201 `x` may have no value here");
}

#[test]
fn scopes_end() {
    let one = "fn f(n: Int) -> Int\n  for i in 0..<n\n    n\n  end\n  i\nend\n";
    assert_eq!(reports(one), "5:3 E0201 `i` does not exist here any more");
    let two = "fn f(xs: Array[Float]) -> Float\n  ys = xs.map |x| x end\n  ys.sum + x\nend\n";
    assert_eq!(reports(two), "3:12 E0201 `x` does not exist here any more");
    let three = "fn f(c: Bool) -> Int\n  if c\n    let x = 1\n  end\n  x\nend\n";
    assert_eq!(reports(three), "5:3 E0201 `x` does not exist here any more");
}

#[test]
fn let_hides_outer_names_only() {
    accepted(
        "fn f(c: Bool) -> Int\n  let x = 1\n  if c\n    let x = 2.5\n    reveal(x)\n  end\n  x\nend\n",
    );
    let twice = "fn f -> Int\n  let x = 1\n  let x = 2\n  x\nend\n";
    assert_eq!(reports(twice), "3:7 E0202 `x` is declared twice");
}

#[test]
fn blocks_see_and_change_outer_variables() {
    let text = "fn f(xs: Array[Float]) -> Float\n  total = 0.0\n  xs.map |x|\n    total += x\n    total\n  end\n  total\nend\n";
    accepted(text);
}

#[test]
fn jumps_go_through_with_gil_alone() {
    accepted(
        "fn f(n: Int) -> Int\n  for i in 0..<n\n    Python.with_gil |py|\n      break if i > 3\n      return i if i > 2\n    end\n  end\n  0\nend\n",
    );
    let block = "fn f(xs: Array[Float])\n  for x in xs\n    xs.map |y|\n      break\n      y\n    end\n  end\nend\n";
    assert_eq!(reports(block), "4:7 E0204 `break` outside of a loop");
    let label = "fn f(n: Int)\n  outer: for i in 0..<n\n    break :outr\n  end\nend\n";
    assert_eq!(
        reports(label),
        "3:11 E0204 no loop around this is called `outr`"
    );
}

#[test]
fn declarations_hide_what_the_language_knows() {
    let text = "fn sqrt(x: Float) -> Int = 3\nfn f(x: Float) -> Int\n  max = sqrt(x)\n  max\nend\n";
    accepted(text);
}

#[test]
fn defaults_see_no_parameters() {
    let text = "const K = 2\nfn f(a: Int, b: Int = a + K) -> Int = a + b\n";
    assert_eq!(
        reports(text),
        "2:23 E0201 the parameter `a` cannot be used in a default value"
    );
}

/// A program that need not be supported, after `resolve`.
fn resolved(text: &str) -> (Hir, Names) {
    let mut sources = SourceMap::default();
    let file = sources.add("test.aria", text);
    let mut reports = Reports::default();
    let mut hir = Hir::default();
    let tree = ariac::syntax::parse(text);
    lower(file, &tree, &sources, &mut hir, &mut reports);
    let names = resolve(&hir, &mut reports);
    assert!(!reports.has_errors(), "{text}");
    (hir, names)
}

/// The names of the variables that each block of a program captures, in the order of the blocks' ends.
fn captures(text: &str) -> Vec<String> {
    let (_, names) = resolved(text);
    let name = |id: &BindingId| &*names.bindings[*id].name;
    let list = |ids: &Vec<BindingId>| ids.iter().map(name).collect::<Vec<_>>().join(" ");
    names.captures.iter().map(|(_, ids)| list(ids)).collect()
}

#[test]
fn blocks_capture_what_they_use_of_the_outside() {
    let text = "fn f(xs: Array[Float], a: Float, b: Float) -> Array[Float]\n  c = b\n  xs.map |x|\n    y = x * c\n    c += a\n    y + c\n  end\nend\n";
    assert_eq!(captures(text), ["c a"]);
    let nested = "fn f(a: Int, b: Int) -> Int\n  g = |x|\n    h = |y| y + x + b end\n    a\n  end\n  1\nend\n";
    assert_eq!(captures(nested), ["x b", "b a"]);
    let none = "fn f(xs: Array[Float]) -> Array[Float] = xs.map |x| x end\n";
    assert_eq!(captures(none), [""]);
}

/// What every written type and constructor pattern of a program means.
fn meanings(text: &str) -> String {
    let (hir, names) = resolved(text);
    let types = names.types.iter().map(|(id, meaning)| {
        let range = hir.types[id].span.range();
        let meaning = match meaning {
            TypeMeaning::Adt(item) => format!("type {}", hir.items[*item].name.name),
            TypeMeaning::Trait(item) => format!("trait {}", hir.items[*item].name.name),
            TypeMeaning::Param(index) => format!("parameter {index}"),
            TypeMeaning::SelfType => "Self".to_owned(),
            TypeMeaning::Builtin => "built in".to_owned(),
            TypeMeaning::Error => "error".to_owned(),
        };
        format!("{}: {meaning}", &text[range])
    });
    let pats = names.variants.iter().map(|(id, (item, variant))| {
        let range = hir.pats[id].span.range();
        let name = &hir.items[*item].name.name;
        format!("{}: {name} {variant}", &text[range])
    });
    types.chain(pats).collect::<Vec<_>>().join("\n")
}

#[test]
fn type_parameters_count_from_the_outside() {
    let text = "trait Area[A]\n  fn area[B](self, a: A, b: B) -> Self\nend\n";
    assert_eq!(
        meanings(text),
        "self: parameter 0\nA: parameter 1\nB: parameter 2\nSelf: parameter 0"
    );
    let text = "struct Pair[A, B]\n  a: A\n  fn f[C](self, b: B, c: C) -> Self = self\nend\n";
    assert_eq!(
        meanings(text),
        "A: parameter 0\nself: Self\nB: parameter 1\nC: parameter 2\nSelf: Self"
    );
    let text = "data P(x: Int)\nimpl[T] P\n  fn f(self, t: T) -> P = self\nend\n";
    assert_eq!(
        meanings(text),
        "Int: built in\nP: type P\nself: Self\nT: parameter 0\nP: type P"
    );
}

#[test]
fn variants_are_known_in_patterns() {
    let text = "enum E\n  A(Int)\n  B\nend\ndata P(x: Int)\nfn f(e: E, p: P) -> Int\n  match (e, p)\n    when (A(n), P(x: 1)) | (E.A(n), P(n)) then n\n    else 0\n  end\nend\n";
    let text = text.replace("P(x: 1)", "P(x: m)").replace("P(n)", "P(m)");
    assert_eq!(
        meanings(&text),
        "Int: built in\nInt: built in\nE: type E\nP: type P\nInt: built in\nA(n): E 0\nP(x: m): P 0\nE.A(n): E 0\nP(m): P 0"
    );
}

#[test]
fn handlers_and_arms_are_ways() {
    let by_arms = "fn f(n: Int) -> Int\n  match n\n    when 1\n      x = 1\n    when 2 then return 3\n    else\n      x = 2\n  end\n  x\nend\n";
    accepted(by_arms);
    let lacking = by_arms.replace("      x = 2\n", "      n\n");
    assert_eq!(reports(&lacking), "9:3 E0201 `x` may have no value here");
    let ensured = "fn f(n: Int) -> Int\n  begin\n    10 // n\n  rescue\n    x = 1\n  ensure\n    y = 2\n  end\n  x + y\nend\n";
    assert_eq!(reports(ensured), "9:3 E0201 `x` may have no value here");
}
