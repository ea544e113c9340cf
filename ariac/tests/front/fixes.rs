//! Every edit that a report proposes cures it.

use ariac::diagnostics::Reports;
use ariac::hir::{Hir, lower};
use ariac::resolve::resolve;
use ariac::source::SourceMap;

/// The text with the first edits of all reports made, and the number of reports.
fn cured(text: &str) -> (String, usize) {
    let mut sources = SourceMap::default();
    let file = sources.add("test.aria", text);
    let mut reports = Reports::default();
    let mut hir = Hir::default();
    lower(
        file,
        &ariac::syntax::parse(text),
        &sources,
        &mut hir,
        &mut reports,
    );
    ariac::builtins::prelude::lower(&mut sources, &mut hir, &mut reports);
    let names = resolve(&hir, &mut reports);
    let types = ariac::types::check(&hir, &names, &mut reports);
    let effects = ariac::effects::infer(&hir, &names, &types);
    ariac::effects::check(&hir, &names, &types, &effects, &mut reports);
    let all = reports.sorted();
    let mut edits: Vec<_> = all.iter().filter_map(|d| d.fixes.first()).collect();
    edits.sort_by_key(|f| f.span);
    edits.dedup_by_key(|f| f.span);
    let mut out = text.to_owned();
    for fix in edits.into_iter().rev() {
        out.replace_range(fix.span.range(), &fix.replacement);
    }
    (out, all.len())
}

#[test]
fn they_cure() {
    let programs = [
        "fn f(a: Flaot) -> Float = a\n",
        "fn f(a: Str) -> String = a\n",
        "fn f(xs: Array[Float]) -> Int = xs.lenght\n",
        "fn f(n: Int) -> Float = n\n",
        "fn f(xs: Array[Int]) -> Float\n  t: Float = xs[0]\n  t + xs.lenght\nend\n",
        "fn f(xs: Array[Float]) -> Float\n  total = 0\n  for x in xs\n    total += x\n  end\n  total\nend\n",
        "fn f -> Int\n  let a = 1\n  a = 2\n  a += 3\n  a\nend\n",
        "fn f -> Int\n  let (a, b) = (1, 2)\n  a = b\n  a\nend\n",
        "fn f(v: PyArrayView[Float]) -> Array[Float] = v\n",
        "fn f(v: PyArrayView[Float])\n  v[0] = 1.0\nend\n",
        "fn f(mut v: Array[Float])\n  v[0] = 1.0\nend\n",
        "priv fn g(v: Array[Float])\n  v[0] = 1.0\nend\n",
        "fn f(n: Int) -> String = \"a\" + n\n",
        "fn f -> Int\n  n: Int = 2.0\n  n\nend\n",
        "fn f -> Int\n  t = 0\n  for i in 3\n    t += i\n  end\n  t\nend\n",
        "fn f(value: Int) -> Int = vlaue + 1\n",
        "fn f(x: Float)\n  raise ValueEror(\"no\") if x < 0.0\nend\n",
        "@python_interop(gil: :relase)\nfn f\nend\n",
        "@python_introp(gil: release)\nfn f\nend\n",
        "fn g(size: Int) -> Int = size\nfn f -> Int = g(siz: 3)\n",
        "fn f(x: Array) -> Float = x.sum\n",
        "fn f(x: Int[Float]) -> Int = x\n",
        "fn f -> String = \"abc\n",
        "fn f(x: Float) -> Float\n  if x > 0.0\n    return 1.0\n  end\n  x\n\n## Doc.\nfn g -> Int = 3\n",
        "fn f(x: Float)\n  while x > 9.0\n    break\n",
        "fn f -> Int\n  3\nend\nend\n",
        "extern Python from \"numpy\" as np\nfn f -> PythonObject = np.pi\n",
        "fn f(x: Int) -> Bool\n  x > 1 && x < 3\nend\n",
        "fn f(x: Bool, y: Bool) -> Bool\n  x || y\nend\n",
        "fn f(x: Bool) -> Bool\n  !x\nend\n",
        "fn f(x: Int) -> Int\n  i = x\n  i++\n  i\nend\n",
        "fn f(x: Int) -> Int\n  return x;\nend\n",
        "def f(x: Int) -> Int\n  x\nend\n",
        "class Foo\n  x: Int\nend\n",
        "interface Sized\n  fn size(self) -> Int\nend\n",
        "fn f(x: Int) -> Int\n  if x > 1\n    1\n  elif x > 2\n    2\n  else\n    3\n  end\nend\n",
        "fn f(x: Int) -> Int\n  if x > 1\n    1\n  else if x > 2\n    2\n  else\n    3\n  end\nend\n",
        "fn f(x: Int) -> Int\n  match x\n    case 1 then 2\n    else 3\n  end\nend\n",
        "fn f(x: Int) -> Bool\n  x === 2\nend\n",
        "fn f(x: Int) -> Bool\n  x <> 2\nend\n",
        "fn f(x: Int) -> Bool\n  if x = 3\n    true\n  else\n    false\n  end\nend\n",
        "fn f(x: Int?) -> Bool = x is None\n",
        "fn f(x: Int) -> Int\n  throw ValueError(\"no\") if x < 0\n  x\nend\n",
        "fn f(x: int) -> Int = x\n",
        "fn f(x: str) -> Int = 1\n",
        "priv fn f<T>(x: T) -> Int = 1\n",
        "fn f(x: &Int) -> Int = x\n",
        "struct point\n  x: Int\nend\n",
        "enum Shape\n  circle(r: Float)\nend\n",
        "enum Shape\n  Circle(r: Float),\n  Empty\nend\n",
        "enum Shape\n  Circle\n  Empty\nend\nfn f -> Shape = Shape::Empty\n",
        "struct A\n  x: Int\nend\nfn f -> A = new A(1)\n",
        "// a comment\nfn f(x: Int) -> Int = x\n",
        "private fn f -> Int = 3\n",
        "fn f(pair: (Int, Int)) -> Int = pair.0\n",
        "fn f(x: Optional[Int]) -> Int = 1\n",
        "fn f(x: HashMap[String, Int]) -> Int = 1\n",
        "fn f(x: Vec[Int]) -> Int = 1\n",
        "fn f(x: Int) -> Option[Int] = x\n",
        "fn f(x: Int) -> Result[Int, String] = x\n",
        "struct P\n  width: Int\nend\nfn f(p: P) -> Int = p.width()\n",
        "struct P\n  width: Int\nend\nfn f(p: P) -> Int = p.widht\n",
        "struct P\n  x: Int\n  fn g(self) -> Int = x\nend\n",
        "fn f(mut x: List[Int])\n  x.append(3)\nend\n",
        "fn f(x: List[Int]) -> Int = x.size\n",
        "priv fn g[T](a: T) -> Int = 1\nfn f -> Int = g[Int](3)\n",
        "fn f(x: Int) -> Int\n  outer: loop\n    break outer if x > 1\n  end\n  3\nend\n",
        "enum S\n  Circle(r: Float)\n  Empty\nend\nfn f(s: S) -> Float\n  match s\n    when Cirlce(r) then r\n    when Empty then 0.0\n  end\nend\n",
        "enum S\n  Circle(r: Float)\n  Empty\nend\nfn f(s: S) -> Float\n  match s\n    when circle(r) then r\n    when Empty then 0.0\n  end\nend\n",
        "priv fn g[T: Odr](a: T) -> Bool = true\n",
        "fn f(x: Int) -> Int\n  begin\n    x\n  rescue e: KeyEror\n    3\n  end\nend\n",
        "data P(width: Int)\nfn f(p: P) -> P = p.with(widht: 3)\n",
        "fn f(n: Int)\n  outer: for i in 0..<n\n    break :outr\n  end\nend\n",
    ];
    let mut uncured = Vec::new();
    for program in programs {
        // An edit may bring another mistake to light: twice is enough.
        let (once, found) = cured(program);
        let (twice, _) = cured(&once);
        let (_, left) = cured(&twice);
        if found == 0 || left > 0 {
            uncured.push(format!("{found} found, {left} left:\n{program}\n{twice}"));
        }
    }
    assert!(uncured.is_empty(), "{}", uncured.join("\n"));
}
