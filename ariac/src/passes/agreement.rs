//! Programs mean the same with every pass and with none: random programs run in the interpreter before the passes, after
//! them, and with each pass left out, and give the same bits or the same error. The MIR is verified after each pass.

use super::{TABLE, run};
use crate::mir::interpret::{Failure, Value, call};
use crate::mir::testing::try_program;
use crate::mir::{Program, Stage, verify};
use std::fmt::Write;

/// A generator of programs that are nearly always correct. Its seed is fixed: a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.next(from.len() as u64)).expect("a short list")]
    }

    fn program(&mut self) -> String {
        let mut text = String::from(
            "priv fn g(mut a: Int, b: Float) -> (Float, Int)
  a += 1
  (b * 0.5, a * 2)
end
priv fn h(own a: Array[Float], i: Int) -> Array[Float]
  a[i] = 1.0
  a
end
fn f(x: PyArrayView[Float], mut y: PyArrayView[Float], z: Array[Float], k: PyArrayView[Int], n: Int, m: Int) -> (Float, Array[Float])\n",
        );
        for condition in [
            "x.length == y.length",
            "n <= x.length",
            "n >= 0",
            "z.length == x.length",
        ] {
            if self.next(4) == 0 {
                let _ = writeln!(text, "  requires {condition}");
            }
        }
        text.push_str("  s = 0.0\n  c = 0\n  w = z\n  last = x.length - 1\n");
        for _ in 0..=self.next(4) {
            self.stmt(&mut text, 1, &[]);
        }
        text.push_str("  (s, y.to_array)\nend\n");
        text
    }

    fn stmt(&mut self, text: &mut String, depth: usize, vars: &[&str]) {
        let pad = "  ".repeat(depth);
        match self.next(if depth > 3 { 12 } else { 20 }) {
            0 => {
                let index = self.index(vars);
                let array = self.pick(&["x", "y", "z", "w"]);
                let _ = writeln!(text, "{pad}s += {array}[{index}]");
            }
            1 => {
                let (index, from) = (self.index(vars), self.index(vars));
                let _ = writeln!(text, "{pad}y[{index}] = x[{from}] + s");
            }
            2 => {
                let (index, from) = (self.index(vars), self.index(vars));
                let _ = writeln!(text, "{pad}y[{index}] += z[{from}] * 0.5");
            }
            3 => {
                let expr = self.array(3);
                let how = self.pick(&["sum", "mean", "max", "min", "dot(x)"]);
                let _ = writeln!(text, "{pad}s += ({expr}).{how}");
            }
            4 => {
                let expr = self.array(2);
                let _ = writeln!(text, "{pad}w = {expr}");
            }
            5 => {
                let expr = self.array(2);
                let index = self.index(vars);
                let _ = writeln!(text, "{pad}t{depth} = {expr}");
                let _ = writeln!(text, "{pad}s += t{depth}[{index}] + t{depth}.sum");
            }
            12..=15 => {
                let var = ["i", "j", "l", "o"][depth];
                let lo = self.pick(&["0", "0", "1", "n", "-1", "2", "m"]);
                let hi = self.pick(&[
                    "x.length",
                    "y.length",
                    "n",
                    "m",
                    "x.length - 1",
                    "n + 1",
                    "last",
                    "w.length",
                    "k.length",
                ]);
                let hi = match vars.last() {
                    Some(outer) if self.next(4) == 0 => *outer,
                    _ => hi,
                };
                let dots = self.pick(&["..<", "..<", ".."]);
                let step = self.pick(&["", "", "", " step 2", " step -1"]);
                let _ = writeln!(text, "{pad}for {var} in {lo}{dots}{hi}{step}");
                let mut inner = vars.to_vec();
                inner.push(var);
                for _ in 0..=self.next(3) {
                    self.stmt(text, depth + 1, &inner);
                }
                if self.next(5) == 0 {
                    let leave = self.pick(&["break", "continue"]);
                    let _ = writeln!(text, "{pad}  {leave} if s > 9.0");
                    self.stmt(text, depth + 1, &inner);
                }
                let _ = writeln!(text, "{pad}end");
            }
            16 => {
                let condition = self.pick(&["s > 1.0", "n < m", "c == 0", "x.length == y.length"]);
                let _ = writeln!(text, "{pad}if {condition}");
                self.stmt(text, depth + 1, vars);
                let _ = writeln!(text, "{pad}else");
                self.stmt(text, depth + 1, vars);
                let _ = writeln!(text, "{pad}end");
            }
            6 => {
                let _ = writeln!(text, "{pad}(p{depth}, q{depth}) = g(c, s)");
                let _ = writeln!(text, "{pad}s += p{depth}\n{pad}c -= q{depth}");
            }
            7 => {
                let (index, expr) = (self.index(vars), self.array(1));
                let _ = writeln!(text, "{pad}v{depth} = {expr}\n{pad}u{depth} = v{depth}");
                let _ = writeln!(
                    text,
                    "{pad}v{depth}[{index}] = s\n{pad}w = u{depth} - v{depth}"
                );
            }
            8 => {
                let expr = self.array(1);
                let condition = self.pick(&["s > 1.0 and n < m", "n < m or c == 0", "0 <= n < m"]);
                let _ = writeln!(text, "{pad}w = if {condition} then {expr} else w * 2.0 end");
            }
            9 => {
                let (index, expr) = (self.index(vars), self.array(1));
                let _ = writeln!(text, "{pad}w = h({expr}, {index})");
            }
            10 => {
                let array = self.array(1);
                let _ = writeln!(text, "{pad}w = ({array}).map |e|");
                let _ = writeln!(
                    text,
                    "{pad}  r = e\n{pad}  for q in 0..<n\n{pad}    r += z[q]\n{pad}  end\n{pad}  r\n{pad}end"
                );
            }
            11 => {
                let _ = writeln!(text, "{pad}return (s, w) if s > 3.0 and c > n");
            }
            17 => {
                let _ = writeln!(text, "{pad}while c < n");
                self.stmt(text, depth + 1, vars);
                let _ = writeln!(text, "{pad}  c += 1\n{pad}end");
            }
            _ => {
                let _ = writeln!(text, "{pad}for e in x");
                self.stmt(text, depth + 1, vars);
                let _ = writeln!(text, "{pad}  s += e\n{pad}  c += 1\n{pad}end");
            }
        }
    }

    fn index(&mut self, vars: &[&str]) -> String {
        let var = match vars {
            [] => "n",
            vars => vars[usize::try_from(self.next(vars.len() as u64)).expect("a short list")],
        };
        let other = vars.first().copied().unwrap_or("m");
        match self.next(14) {
            0..5 => var.into(),
            5 => format!("{var} + 1"),
            6 => format!("{var} - 1"),
            7 => format!("{var} * 2"),
            8 => format!("{var} * n + {other}"),
            9 => format!("last - {var}"),
            10 => format!("{var} + n"),
            11 => format!("k[{var}]"),
            12 => "0".into(),
            _ => format!("({var} + 2) - 1"),
        }
    }

    /// An expression of Floats, an array.
    fn array(&mut self, depth: u64) -> String {
        if depth == 0 {
            return self.pick(&["x", "y", "z", "w"]).into();
        }
        let left = self.array(depth - 1);
        match self.next(6) {
            0 => format!("({left} * 2.0 + s)"),
            1 => format!("({left}).map |e| e * e - 1.0 end"),
            2 => format!("({left}).abs"),
            3 => left,
            _ => {
                let op = self.pick(&["+", "-", "*"]);
                let right = self.array(depth - 1);
                format!("({left} {op} {right})")
            }
        }
    }
}

impl Random {
    fn args(&mut self) -> Vec<Value> {
        let n = self.next(6);
        let floats = |random: &mut Random| {
            let n = if random.next(4) == 0 {
                random.next(6)
            } else {
                n
            };
            let items: Vec<f64> = (0..n).map(|_| random.next(9) as f64 / 2.0 - 1.0).collect();
            Value::floats(&items)
        };
        let (x, y, z) = (floats(self), floats(self), floats(self));
        let places: Vec<i64> = (0..n).map(|_| self.next(7) as i64 - 1).collect();
        let (a, b) = (self.next(8) as i64 - 1, self.next(8) as i64 - 1);
        vec![x, y, z, Value::ints(&places), Value::Int(a), Value::Int(b)]
    }
}

fn copied(args: &[Value]) -> Vec<Value> {
    args.iter()
        .map(|arg| match arg {
            Value::Array(items) => Value::Array(std::rc::Rc::new(items.borrow().clone().into())),
            other => other.clone(),
        })
        .collect()
}

/// The result and what is left in `y`, or the error.
fn outcome(program: &Program, args: &[Value]) -> Option<String> {
    let args = copied(args);
    match call(program, "f", args.clone()) {
        Ok(value) => Some(format!("{} {}", value.text(), args[1].text())),
        Err(Failure::TooLong) => None,
        Err(failure) => Some(format!("{failure:?} {}", args[1].text())),
    }
}

/// Runs the passes, all but one, and verifies after each.
fn with_passes(text: &str, without: Option<&str>) -> Program {
    let (mut program, _) = try_program(text).expect("it was built before");
    let disabled: Vec<String> = without.into_iter().map(str::to_owned).collect();
    run(&mut program, &disabled, &mut |pass, program| {
        let stage = match pass.name {
            "gil_regions" => Stage::Final,
            _ => Stage::Passes,
        };
        if let Err(errors) = verify(program, stage) {
            panic!("after {}:\n{}\nof\n{text}", pass.name, errors.join("\n"));
        }
    });
    program
}

fn agree(text: &str, random: &mut Random) {
    let (before, _) = try_program(text).expect("it was built before");
    if let Err(errors) = verify(&before, Stage::Built) {
        panic!("as built:\n{}\nof\n{text}", errors.join("\n"));
    }
    let mut versions = vec![("all passes", with_passes(text, None))];
    for pass in TABLE {
        versions.push((pass.name, with_passes(text, Some(pass.name))));
    }
    for _ in 0..12 {
        let args = random.args();
        let Some(want) = outcome(&before, &args) else {
            continue;
        };
        for (name, program) in &versions {
            let have = outcome(program, &args);
            assert_eq!(
                have.as_ref(),
                Some(&want),
                "without {name}, of {args:?}\n{text}\n{}",
                crate::mir::pretty(program)
            );
        }
    }
}

#[test]
fn random_programs_mean_the_same_with_and_without_passes() {
    let programs = std::env::var("ARIA_TEST_PROGRAMS").ok();
    let programs: u64 = programs.and_then(|n| n.parse().ok()).unwrap_or(60);
    let (mut built, mut wrong, mut random) = (0, String::new(), Random(0x2545_F491_4F6C_DD1D));
    for _ in 0..programs {
        let text = random.program();
        match try_program(&text) {
            Ok(_) => {
                built += 1;
                agree(&text, &mut random);
            }
            Err(reports) => wrong = reports,
        }
    }
    assert!(
        built * 10 > programs * 7,
        "only {built} of {programs} programs are correct: {wrong}"
    );
}
