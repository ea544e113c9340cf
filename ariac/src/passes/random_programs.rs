//! Random functions over Ints and arrays, whose result a pass must not change.
//!
//! They are made to be nasty: bounds and indices from everything in sight, variables that change between a check and its
//! use, arrays that are replaced, loops that end early, numbers at the ends of Int.

use super::Remark;
use super::interpret::{End, Value, run};
use super::testing::nothing;
use super::testing::{FnTest, array, binary, int, local};
use crate::builtins::MathFn;
use crate::hir::ParamMode;
use crate::mir::{BinOp, Const, LocalId, Loop, LoopId, Operand, Program, Rvalue, StmtKind, Wishes};
use crate::types::Ty;

/// Makes `programs` functions and compares each before and after the pass on several inputs. The number of runs that
/// reached an end, and how many checks are gone.
pub(super) fn compare(programs: u64, pass: fn(&mut Program, &mut Vec<Remark>)) -> (usize, usize) {
    let (mut runs, mut unchecked) = (0, 0);
    for seed in 0..programs {
        let before = generate(seed).run(nothing);
        let after = generate(seed).run(pass);
        let mut random = Random(seed ^ 0x5eed);
        let gone = |done: &super::testing::Done| {
            let counts = crate::mir::count(done.function());
            let all = counts.get("load").unwrap_or(&0) + counts.get("store").unwrap_or(&0);
            all - counts.get("bounds_check").unwrap_or(&0)
        };
        unchecked += gone(&after);
        for _ in 0..12 {
            let args = random.arguments();
            let (end, params) = run(before.function(), args.clone(), 3_000);
            if end == End::TooLong {
                continue;
            }
            let result = std::panic::catch_unwind(|| run(after.function(), args.clone(), 100_000));
            let Ok((new_end, new_params)) = result else {
                panic!("seed {seed}, {args:?}\n{}\n{}", before.text(), after.text());
            };
            assert!(
                end == new_end && params == new_params,
                "seed {seed}, {args:?}: {end:?} became {new_end:?}, {params:?} {new_params:?}\n{}\n{}",
                before.text(),
                after.text()
            );
            runs += 1;
        }
    }
    (runs, unchecked)
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn number(&mut self) -> i64 {
        match self.below(14) {
            0 => i64::MAX,
            1 => i64::MIN,
            2 => i64::MAX - 1,
            3 => i64::MIN + 2,
            n => n as i64 - 5,
        }
    }

    fn arguments(&mut self) -> Vec<Value> {
        let lengths = [0, 1, 3, 4, 4, 5, 8];
        let array = |r: &mut Random| {
            let len = lengths[r.below(lengths.len())];
            Value::Array((0..len).map(|i| i * 3 - 2).collect())
        };
        let (a, b) = (array(self), array(self));
        let n = match (self.below(3), &a) {
            (0, Value::Array(a)) => a.len() as i64,
            (1, _) => self.below(6) as i64,
            _ => self.number(),
        };
        vec![a, b, Value::Int(n), Value::Int(self.number())]
    }
}

struct Make {
    f: FnTest,
    random: Random,
    /// Ints that have a value here.
    ints: Vec<LocalId>,
    /// Ints that may be assigned to.
    varying: Vec<LocalId>,
    arrays: Vec<LocalId>,
    /// Arrays that may be replaced.
    replaced: Vec<LocalId>,
    loops: Vec<LoopId>,
    budget: usize,
}

fn generate(seed: u64) -> FnTest {
    let mut f = FnTest::new("random", Ty::Unit);
    let a = f.param_mode("a", array(Ty::Int), ParamMode::Mut);
    let b = f.param_mode("b", array(Ty::Int), ParamMode::Mut);
    let n = f.param("n", Ty::Int);
    let m = f.param("m", Ty::Int);
    let k = f.variable("k", Ty::Int);
    let c = f.variable("c", array(Ty::Int));
    let mut make = Make {
        f,
        random: Random(seed),
        ints: vec![n, m, k],
        varying: vec![k],
        arrays: vec![a, b, c],
        replaced: vec![c],
        loops: Vec::new(),
        budget: 24,
    };
    make.f.assign(k, Rvalue::Use(int(1)));
    let fill = Rvalue::Fill {
        element: Ty::Int,
        len: int(4),
        value: Some(int(7)),
    };
    make.f.assign(c, fill);
    make.block(0);
    make.f.ret(Operand::Const(Const::Unit));
    make.f
}

impl Make {
    fn block(&mut self, depth: usize) {
        let (scope, arrays) = (self.ints.len(), self.arrays.len());
        let stmts = 1 + self.random.below(5);
        for _ in 0..stmts {
            if self.budget == 0 {
                break;
            }
            self.budget -= 1;
            match self.random.below(20) {
                0..=6 => self.access(),
                7..=11 if depth < 3 => self.for_loop(depth),
                12 if depth < 3 => self.while_loop(depth),
                13 if depth < 3 => self.branch(depth),
                14 => self.require(),
                15 => {
                    let value = self.arithmetic();
                    let to = self.varying[self.random.below(self.varying.len())];
                    self.f.assign(to, value);
                }
                16 => {
                    let array = self.replaced[0];
                    self.fill(array);
                }
                17 => {
                    let value = self.operand();
                    self.define(Rvalue::Use(value));
                }
                _ => {
                    let value = self.arithmetic();
                    self.define(value);
                }
            }
        }
        self.ints.truncate(scope);
        self.arrays.truncate(arrays);
    }

    fn define(&mut self, value: Rvalue) -> Operand {
        let temp = self.f.temp(Ty::Int);
        self.f.assign(temp, value);
        self.ints.push(temp);
        local(temp)
    }

    fn array(&mut self) -> LocalId {
        self.arrays[self.random.below(self.arrays.len())]
    }

    fn operand(&mut self) -> Operand {
        if self.random.chance(25) {
            return int(match self.random.below(12) {
                0 => i64::MAX,
                1 => i64::MIN,
                n => n as i64 - 5,
            });
        }
        if self.random.chance(20) {
            let array = self.array();
            return local(self.f.len(array));
        }
        if self.random.chance(15) {
            return local(self.varying[0]);
        }
        // The latest are loop variables and indices.
        let back = self.random.below(self.ints.len().min(4)) + 1;
        match self.random.chance(70) {
            true => local(self.ints[self.ints.len() - back]),
            false => local(self.ints[self.random.below(self.ints.len())]),
        }
    }

    fn arithmetic(&mut self) -> Rvalue {
        let (left, right) = (self.operand(), self.operand());
        let small = int(self.random.below(5) as i64 - 2);
        let right = if self.random.chance(60) { small } else { right };
        match self.random.below(10) {
            0 => Rvalue::Math {
                function: MathFn::Min,
                args: vec![left, right],
            },
            1 => binary(BinOp::Mod, left, right),
            2 => binary(BinOp::WrapAdd, left, right),
            3 | 4 => binary(BinOp::Mul, left, right),
            5 | 6 => binary(BinOp::Sub, left, right),
            _ => binary(BinOp::Add, left, right),
        }
    }

    fn access(&mut self) {
        let array = self.array();
        let index = match self.random.below(3) {
            0 => self.operand(),
            1 => {
                let value = self.arithmetic();
                self.define(value)
            }
            _ => {
                let value = self.arithmetic();
                let part = self.define(value);
                let other = self.operand();
                let op = if self.random.chance(80) {
                    BinOp::Add
                } else {
                    BinOp::Sub
                };
                self.define(binary(op, part, other))
            }
        };
        if self.random.chance(50) {
            let temp = self.f.temp(Ty::Int);
            self.f.load(temp, array, index, true);
        } else {
            let value = int(self.random.below(100) as i64);
            self.f.store(array, index, value, true);
        }
    }

    fn fill(&mut self, array: LocalId) {
        let len = match self.random.chance(50) {
            true => int(self.random.below(6) as i64),
            false => {
                let low = Rvalue::Math {
                    function: MathFn::Max,
                    args: vec![local(self.ints[self.random.below(self.ints.len())]), int(0)],
                };
                let low = self.define(low);
                let high = Rvalue::Math {
                    function: MathFn::Min,
                    args: vec![low, int(7)],
                };
                let len = self.define(high);
                match (self.random.chance(50), &len) {
                    (true, _) => {
                        self.f.assign(self.varying[0], Rvalue::Use(len));
                        local(self.varying[0])
                    }
                    _ => len,
                }
            }
        };
        let fill = Rvalue::Fill {
            element: Ty::Int,
            len,
            value: Some(int(7)),
        };
        if self.random.chance(40) && self.arrays.len() < 6 {
            // An array of its own.
            let own = self.f.temp(array_ty());
            self.f.assign(own, fill);
            match self.random.below(3) {
                0 => self.f.assign(array, Rvalue::Move(own)),
                1 => {
                    self.f.assign(array, Rvalue::Clone(own));
                    self.arrays.push(own);
                }
                _ => self.arrays.push(own),
            }
            return;
        }
        self.f.assign(array, fill);
    }

    fn condition(&mut self) -> LocalId {
        let ops = [
            BinOp::Lt,
            BinOp::Le,
            BinOp::Gt,
            BinOp::Ge,
            BinOp::Eq,
            BinOp::Ne,
        ];
        let op = ops[self.random.below(ops.len())];
        let (left, right) = (self.operand(), self.operand());
        self.f.compute(op, left, right)
    }

    fn require(&mut self) {
        if self.random.chance(60) {
            // `requires 0 <= n` and `n <= a.length`.
            let n = self.operand();
            let array = self.array();
            let len = self.f.len(array);
            let low = self.f.compute(BinOp::Le, int(0), n.clone());
            let high = [BinOp::Le, BinOp::Lt, BinOp::Eq][self.random.below(3)];
            let high = self.f.compute(high, n.clone(), local(len));
            self.f.require(low);
            self.f.require(high);
            if self.random.chance(30) {
                let value = self.arithmetic();
                self.f.assign(self.varying[0], value);
            }
            let lo = int(0);
            let temp = self.f.temp(Ty::Int);
            match self.random.chance(50) {
                true => self
                    .f
                    .for_range("i", lo, n, |f, i| f.load(temp, array, local(i), true)),
                false => self
                    .f
                    .for_range("i", lo, int(2), |f, _| f.load(temp, array, n, true)),
            };
            return;
        }
        let condition = self.condition();
        if self.random.chance(50) {
            // What was checked changes before it is used.
            let value = self.arithmetic();
            self.f.assign(self.varying[0], value);
        }
        self.f.require(condition);
    }

    fn nested(&mut self, depth: usize) -> crate::mir::Block {
        self.f.begin();
        self.block(depth + 1);
        self.f.end()
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.condition();
        let mut then = self.nested(depth);
        let mut otherwise = self.nested(depth);
        if let (true, Some(&id)) = (self.random.chance(40), self.loops.last()) {
            let leave = match self.random.chance(50) {
                true => StmtKind::Break(id),
                false => StmtKind::Continue(id),
            };
            let span = self.f.function.span;
            let block = if self.random.chance(50) {
                &mut then
            } else {
                &mut otherwise
            };
            block.stmts.push(crate::mir::Stmt { kind: leave, span });
        }
        self.f.emit(StmtKind::If {
            condition: local(condition),
            then,
            otherwise,
        });
    }

    fn for_loop(&mut self, depth: usize) {
        let lo = match self.random.chance(50) {
            true => int(self.random.below(3) as i64 - 1),
            false => self.operand(),
        };
        let hi = match self.random.below(3) {
            0 => {
                let array = self.array();
                local(self.f.len(array))
            }
            1 => {
                let array = self.array();
                let len = local(self.f.len(array));
                let less = int(self.random.below(4) as i64 - 1);
                self.define(binary(BinOp::Sub, len, less))
            }
            _ => self.operand(),
        };
        let step = [1, 1, 1, 1, 2, -1, 3, -2][self.random.below(8)];
        let (lo, hi) = if step < 0 { (hi, lo) } else { (lo, hi) };
        let inclusive = self.random.chance(25);
        let id = self.f.function.loops.push(Loop {
            span: self.f.function.span,
            wishes: Wishes::default(),
            parallel: false,
        });
        let var = self.f.variable("i", Ty::Int);
        self.f.begin();
        let scope = self.ints.len();
        self.ints.push(var);
        self.loops.push(id);
        self.block(depth + 1);
        self.loops.pop();
        self.ints.truncate(scope);
        let body = self.f.end();
        self.f.emit(StmtKind::For {
            id,
            var,
            lo,
            hi,
            inclusive,
            step: int(step),
            body,
        });
    }

    fn while_loop(&mut self, depth: usize) {
        let id = self.f.function.loops.push(Loop {
            span: self.f.function.span,
            wishes: Wishes::default(),
            parallel: false,
        });
        self.f.begin();
        let condition = self.condition();
        let test = self.f.end();
        self.f.begin();
        let k = self.varying[0];
        self.f.assign(k, binary(BinOp::Add, local(k), int(1)));
        self.loops.push(id);
        self.block(depth + 1);
        self.loops.pop();
        let body = self.f.end();
        self.f.emit(StmtKind::While {
            id,
            test,
            condition: local(condition),
            body,
        });
    }
}

fn array_ty() -> Ty {
    array(Ty::Int)
}

#[test]
fn all_passes_together_change_nothing() {
    fn all(program: &mut Program, remarks: &mut Vec<Remark>) {
        let before_gil = |pass: &&super::Pass| pass.name != "gil_regions";
        for pass in super::TABLE.iter().filter(before_gil) {
            (pass.run)(program, remarks);
        }
    }
    let (runs, unchecked) = compare(1_500, all);
    assert!(runs > 5_000 && unchecked > 500);
}
