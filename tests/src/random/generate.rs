//! Makes random programs that the type checker accepts, and mostly the borrow checker too.

use super::language::{
    Argument, Cond, Expr, Function, Generic, KEYS, Mode, Place, Program, Slice, Step, Stmt, Ty, Var,
};

/// A generator of numbers (splitmix64).
pub(super) struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`.
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A program.
#[must_use]
pub(super) fn program(seed: u64) -> Program {
    let mut random = Random(seed);
    let mut program = Program::default();
    for n in 0..1 + random.below(2) {
        let types = Types {
            structs: n,
            enums: 0,
        };
        let fields = (0..1 + random.below(3)).map(|_| types.any(&mut random, 2));
        program.structs.push(fields.collect());
    }
    for n in 0..1 + random.below(2) {
        // The first variant holds nothing of its own type, so that there are values.
        let structs = program.structs.len();
        let (lower, all) = (
            Types { structs, enums: n },
            Types {
                structs,
                enums: n + 1,
            },
        );
        let variants = (0..2 + random.below(2)).map(|v| {
            let types = if v == 0 { &lower } else { &all };
            let count = random.below(3);
            (0..count).map(|_| types.any(&mut random, 1)).collect()
        });
        let variants = variants.collect();
        program.enums.push(variants);
    }
    let count = 2 + random.below(2);
    let mut vars = 0;
    for id in 0..count {
        let function = Builder {
            random: &mut random,
            program: &program,
            next: &mut vars,
            scope: Vec::new(),
            frozen: Vec::new(),
            depth: 0,
            in_loop: false,
            may_return: true,
            ret: Ty::Int,
        }
        .function(id + 1 == count);
        program.functions.push(function);
    }
    program
}

/// Which types there are.
struct Types {
    structs: usize,
    enums: usize,
}

impl Types {
    fn any(&self, random: &mut Random, depth: usize) -> Ty {
        let inner = |random: &mut Random| Box::new(self.any(random, depth.saturating_sub(1)));
        match random.below(if depth == 0 { 4 } else { 15 }) {
            0 => Ty::Int,
            2 if self.structs > 0 => Ty::Struct(random.below(self.structs)),
            3 if self.enums > 0 => Ty::Enum(random.below(self.enums)),
            4..=6 => Ty::List(inner(random)),
            7 | 8 => Ty::Option(inner(random)),
            9 => Ty::Pair(inner(random), inner(random)),
            10 => Ty::Fn(inner(random)),
            11 => Ty::Map(inner(random)),
            12 => Ty::Cell(inner(random)),
            13 | 14 => Ty::Array,
            _ => Ty::Str,
        }
    }
}

#[derive(Clone)]
struct Known {
    var: Var,
    ty: Ty,
    mutable: bool,
}

struct Builder<'a> {
    random: &'a mut Random,
    program: &'a Program,
    next: &'a mut Var,
    scope: Vec<Known>,
    /// Variables that a loop goes through.
    frozen: Vec<Var>,
    depth: usize,
    in_loop: bool,
    may_return: bool,
    ret: Ty,
}

impl Builder<'_> {
    fn function(mut self, is_main: bool) -> Function {
        let mut params = Vec::new();
        if !is_main {
            for _ in 0..self.random.below(4) {
                let ty = match self.random.chance(20) {
                    true => Ty::View,
                    false => self.ty(2),
                };
                let mode = match self.random.below(3) {
                    _ if matches!(ty, Ty::Fn(_)) => Mode::Own,
                    2 if ty == Ty::View => Mode::Read,
                    0 => Mode::Read,
                    1 => Mode::Mut,
                    _ => Mode::Own,
                };
                let var = self.declare(ty.clone(), mode == Mode::Mut);
                params.push((var, mode, ty));
            }
        }
        self.ret = self.ty(2);
        let count = 2 + self.random.below(if is_main { 7 } else { 3 });
        let body = self.stmts(count);
        let ret = self.ret.clone();
        let mut body = body;
        // Variables of the body are seen by the result.
        let result = self.expr(&ret, 2);
        body.retain(|stmt| !matches!(stmt, Stmt::Break | Stmt::Continue | Stmt::Return(_)));
        Function {
            params,
            ret,
            body,
            result,
        }
    }

    fn ty(&mut self, depth: usize) -> Ty {
        let types = Types {
            structs: self.program.structs.len(),
            enums: self.program.enums.len(),
        };
        types.any(self.random, depth)
    }

    fn fresh(&mut self) -> Var {
        *self.next += 1;
        *self.next
    }

    fn declare(&mut self, ty: Ty, mutable: bool) -> Var {
        let var = self.fresh();
        self.scope.push(Known { var, ty, mutable });
        var
    }

    // ---- statements ----

    fn stmts(&mut self, count: usize) -> Vec<Stmt> {
        (0..count).map(|_| self.stmt()).collect()
    }

    /// A block of its own, in which `vars` are there.
    fn block(&mut self, vars: &[(Var, Ty)]) -> Vec<Stmt> {
        let outer = self.scope.len();
        for (var, ty) in vars {
            self.scope.push(Known {
                var: *var,
                ty: ty.clone(),
                mutable: false,
            });
        }
        self.depth += 1;
        let count = 1 + self.random.below(2);
        let mut body = self.stmts(count);
        self.depth -= 1;
        if self.random.chance(15) {
            body.extend(self.way_out());
        }
        self.scope.truncate(outer);
        body
    }

    fn way_out(&mut self) -> Option<Stmt> {
        match self.random.below(4) {
            0 if self.in_loop => Some(Stmt::Break),
            1 if self.in_loop => Some(Stmt::Continue),
            2 => Some(Stmt::Raise(self.expr(&Ty::Str, 1))),
            _ if self.may_return => {
                let ret = self.ret.clone();
                Some(Stmt::Return(self.expr(&ret, 1)))
            }
            _ => None,
        }
    }

    fn looped(&mut self, vars: &[(Var, Ty)]) -> Vec<Stmt> {
        let outer = std::mem::replace(&mut self.in_loop, true);
        let body = self.block(vars);
        self.in_loop = outer;
        body
    }

    /// A block that nothing leaves but an error.
    fn closed(&mut self, vars: &[(Var, Ty)]) -> Vec<Stmt> {
        let outer = (self.in_loop, self.may_return);
        (self.in_loop, self.may_return) = (false, false);
        let body = self.block(vars);
        (self.in_loop, self.may_return) = outer;
        body
    }

    fn stmt(&mut self) -> Stmt {
        let simple = self.depth >= 2;
        for _ in 0..8 {
            let choice = self.random.below(if simple { 13 } else { 27 });
            if let Some(stmt) = self.stmt_of(choice) {
                return stmt;
            }
        }
        self.let_stmt()
    }

    fn let_stmt(&mut self) -> Stmt {
        let ty = self.ty(2);
        let value = self.expr(&ty, 2);
        Stmt::Let(self.declare(ty.clone(), true), ty, value)
    }

    fn stmt_of(&mut self, choice: usize) -> Option<Stmt> {
        Some(match choice {
            0 | 1 => self.let_stmt(),
            2 | 3 => {
                let (place, ty) = self.any_place(true)?;
                Stmt::Assign(place, self.expr(&ty, 2))
            }
            4 => {
                let (a, ty) = self.any_place(true)?;
                let b = self.place(&ty, true)?;
                let (x, y) = (Expr::Place(b.clone()), Expr::Place(a.clone()));
                Stmt::AssignTwo(a, b, x, y)
            }
            5 | 6 => {
                let (place, ty) = self.any_list(true)?;
                Stmt::Push(place, self.expr(&ty, 2))
            }
            7 => {
                let (place, ty) = self.any_list(true)?;
                Stmt::Pop(self.declare(Ty::Option(Box::new(ty)), true), place)
            }
            8 | 9 => self.call_stmt()?,
            10 => {
                let (place, ty) = self.any_place(false)?;
                Stmt::Show(ty, Expr::Place(place))
            }
            11 => {
                let (place, ty) = self.any_map(true)?;
                Stmt::MapSet(place, self.key(), self.expr(&ty, 2))
            }
            12 => {
                let (place, ty) = self.any_map(true)?;
                let key = self.key();
                Stmt::MapRemove(self.declare(Ty::Option(Box::new(ty)), true), place, key)
            }
            13 => {
                let (place, ty) = self.any_map(false)?;
                let (key, value) = (self.fresh(), self.fresh());
                self.frozen.push(place.root);
                let body = self.looped(&[(key, Ty::Str), (value, ty)]);
                self.frozen.pop();
                Stmt::ForMap(key, value, place, body)
            }
            14 => {
                let cond = self.cond();
                let yes = self.block(&[]);
                let no = match self.random.chance(50) {
                    true => self.block(&[]),
                    false => Vec::new(),
                };
                Stmt::If(cond, yes, no)
            }
            15 => {
                let (var, n) = (self.fresh(), 1 + self.random.below(3) as i64);
                Stmt::For(var, n, self.looped(&[(var, Ty::Int)]))
            }
            16 | 17 => {
                let (place, ty) = self.any_list(false)?;
                let var = self.fresh();
                self.frozen.push(place.root);
                let body = self.looped(&[(var, ty)]);
                self.frozen.pop();
                Stmt::ForEach(var, place, body)
            }
            18 | 19 => {
                let (place, ty) = self.any_place(false)?;
                match ty {
                    Ty::Option(ty) => {
                        let var = self.fresh();
                        let some = self.block(&[(var, *ty)]);
                        Stmt::MatchOption(place, var, some, self.block(&[]))
                    }
                    Ty::Enum(n) => {
                        let variants = self.program.enums[n].clone();
                        let arms = variants.into_iter().map(|fields| {
                            let vars = fields.into_iter().map(|ty| (self.fresh(), ty));
                            let vars: Vec<(Var, Ty)> = vars.collect();
                            let body = self.block(&vars);
                            (vars.into_iter().map(|v| v.0).collect(), body)
                        });
                        let arms = arms.collect();
                        Stmt::MatchEnum(place, n, arms)
                    }
                    _ => return None,
                }
            }
            23 => {
                let place = self.any_array(false)?;
                let var = self.fresh();
                self.frozen.push(place.root);
                let body = self.looped(&[(var, Ty::Int)]);
                self.frozen.pop();
                Stmt::ForEach(var, place, body)
            }
            24 => {
                let place = self.any_array(true)?;
                let ty = if self.random.chance(50) {
                    Ty::Int
                } else {
                    Ty::Array
                };
                let slice = self.slice();
                Stmt::Fill(place, slice, self.expr(&ty, 2))
            }
            25 | 26 => {
                let mutable = self.random.chance(70);
                let place = self.any_array(mutable)?;
                let slice = self.slice();
                let outer = self.scope.len();
                let var = self.declare(Ty::View, mutable);
                // What it shows is mostly left alone.
                let rest = self.random.chance(85);
                if rest {
                    self.frozen.push(place.root);
                }
                self.depth += 1;
                let count = 1 + self.random.below(3);
                let body = self.stmts(count);
                self.depth -= 1;
                if rest {
                    self.frozen.pop();
                }
                self.scope.truncate(outer);
                Stmt::View(var, place, slice, body)
            }
            20 | 21 => {
                let body = self.block(&[]);
                let handler = self.block(&[]);
                let ensure = self.random.chance(40).then(|| self.closed(&[]));
                Stmt::Begin(body, handler, ensure)
            }
            _ => {
                let var = self.fresh();
                Stmt::Block(var, self.closed(&[(var, Ty::Int)]))
            }
        })
    }

    fn call_stmt(&mut self) -> Option<Stmt> {
        let callee = self.random.below(self.program.functions.len());
        let function = self.program.functions.get(callee)?;
        let mut changed: Vec<Var> = Vec::new();
        let mut args = Vec::new();
        for (_, mode, ty) in &function.params {
            args.push(match mode {
                Mode::Mut if *ty == Ty::View => {
                    let place = self.any_array(true)?;
                    changed.push(place.root);
                    Argument::View(place, self.slice())
                }
                Mode::Mut => {
                    let place = self.place(ty, true)?;
                    changed.push(place.root);
                    Argument::Mut(place)
                }
                _ => Argument::Value(self.expr(ty, 2)),
            });
        }
        let all = changed.len();
        changed.sort_unstable();
        changed.dedup();
        if changed.len() < all {
            return None;
        }
        let ty = function.ret.clone();
        Some(Stmt::LetCall(
            self.declare(ty.clone(), true),
            ty,
            callee,
            args,
        ))
    }

    // ---- places ----

    /// A place of any type.
    fn any_place(&mut self, mutable: bool) -> Option<(Place, Ty)> {
        let may = |k: &&Known| !mutable || k.mutable && !self.frozen.contains(&k.var);
        let known: Vec<Known> = self.scope.iter().filter(may).cloned().collect();
        if known.is_empty() {
            return None;
        }
        let known = known[self.random.below(known.len())].clone();
        let (mut ty, mut steps) = (known.ty, Vec::new());
        while self.random.chance(60) {
            match ty.clone() {
                Ty::Struct(n) => {
                    let fields = &self.program.structs[n];
                    let i = self.random.below(fields.len());
                    steps.push(Step::Field(i));
                    ty = fields[i].clone();
                }
                Ty::Pair(a, b) if !mutable => {
                    let i = self.random.below(2);
                    steps.push(Step::Part(i));
                    ty = if i == 0 { *a } else { *b };
                }
                Ty::Cell(value) => {
                    steps.push(Step::Value);
                    ty = *value;
                }
                Ty::List(_) | Ty::Array | Ty::View => {
                    let ints = self.scope.iter().filter(|k| k.ty == Ty::Int);
                    let ints: Vec<Var> = ints.map(|k| k.var).collect();
                    steps.push(match self.random.chance(30) && !ints.is_empty() {
                        true => Step::AtVar(ints[self.random.below(ints.len())]),
                        false => Step::At(self.random.below(2) as i64),
                    });
                    ty = match ty {
                        Ty::List(element) => *element,
                        _ => Ty::Int,
                    };
                }
                _ => break,
            }
        }
        let root = known.var;
        // A view is never another one.
        (ty != Ty::View || !mutable).then_some((Place { root, steps }, ty))
    }

    fn any_list(&mut self, mutable: bool) -> Option<(Place, Ty)> {
        (0..12).find_map(|_| match self.any_place(mutable)? {
            (place, Ty::List(element)) => Some((place, *element)),
            _ => None,
        })
    }

    /// An array or a view.
    fn any_array(&mut self, mutable: bool) -> Option<Place> {
        let views = |k: &&Known| k.ty == Ty::View && (!mutable || k.mutable);
        let views: Vec<Var> = self.scope.iter().filter(views).map(|k| k.var).collect();
        if !views.is_empty() && self.random.chance(50) {
            let root = views[self.random.below(views.len())];
            let steps = Vec::new();
            return Some(Place { root, steps });
        }
        self.place(&Ty::Array, mutable)
    }

    fn slice(&mut self) -> Slice {
        let mut bound = |most: usize| {
            let given = self.random.chance(60);
            given.then(|| self.random.below(most) as i64 - 1)
        };
        let (lo, hi) = (bound(4), bound(6));
        let by = self.random.chance(25);
        let by = by.then(|| [-2, -1, 2, 3][self.random.below(4)]);
        Slice { lo, hi, by }
    }

    fn any_map(&mut self, mutable: bool) -> Option<(Place, Ty)> {
        (0..12).find_map(|_| match self.any_place(mutable)? {
            (place, Ty::Map(value)) => Some((place, *value)),
            _ => None,
        })
    }

    fn key(&mut self) -> &'static str {
        KEYS[self.random.below(KEYS.len())]
    }

    fn place(&mut self, ty: &Ty, mutable: bool) -> Option<Place> {
        (0..12).find_map(|_| {
            let (place, found) = self.any_place(mutable)?;
            (found == *ty).then_some(place)
        })
    }

    // ---- expressions ----

    fn cond(&mut self) -> Cond {
        match self.random.below(6) {
            0 => Cond::Is(self.random.chance(50)),
            _ => Cond::Less(self.expr(&Ty::Int, 1), self.expr(&Ty::Int, 1)),
        }
    }

    fn expr(&mut self, ty: &Ty, depth: usize) -> Expr {
        if *ty == Ty::View {
            let slice = self.slice();
            let of = match self.any_array(false) {
                Some(place) => Expr::Place(place),
                None => self.literal(&Ty::Array, depth),
            };
            return Expr::Slice(Box::new(of), slice);
        }
        if self.random.chance(45)
            && let Some(place) = self.place(ty, false)
        {
            return Expr::Place(place);
        }
        if depth > 0 {
            let choice = self.random.below(21);
            if let Some(expr) = self.compound(choice, ty, depth - 1) {
                return expr;
            }
        }
        self.literal(ty, depth.saturating_sub(1))
    }

    fn boxed(&mut self, ty: &Ty, depth: usize) -> Box<Expr> {
        Box::new(self.expr(ty, depth))
    }

    /// With variables that are seen in the expression alone.
    fn scoped(&mut self, vars: &[(Var, Ty)], ty: &Ty, depth: usize) -> Expr {
        let outer = self.scope.len();
        for (var, ty) in vars {
            self.scope.push(Known {
                var: *var,
                ty: ty.clone(),
                mutable: false,
            });
        }
        let value = self.expr(ty, depth);
        self.scope.truncate(outer);
        value
    }

    fn compound(&mut self, choice: usize, ty: &Ty, depth: usize) -> Option<Expr> {
        Some(match choice {
            0 => {
                let cond = Box::new(self.cond());
                Expr::If(cond, self.boxed(ty, depth), self.boxed(ty, depth))
            }
            1 | 2 => {
                let (place, found) = self.any_place(false)?;
                match found {
                    Ty::Option(inner) => {
                        let var = self.fresh();
                        let some = self.scoped(&[(var, *inner)], ty, depth);
                        let none = self.boxed(ty, depth);
                        Expr::MatchOption(place, var, Box::new(some), none)
                    }
                    Ty::Enum(n) => {
                        let variants = self.program.enums[n].clone();
                        let arms = variants.into_iter().map(|fields| {
                            let vars = fields.into_iter().map(|ty| (self.fresh(), ty));
                            let vars: Vec<(Var, Ty)> = vars.collect();
                            let value = self.scoped(&vars, ty, depth);
                            (vars.into_iter().map(|v| v.0).collect(), value)
                        });
                        Expr::MatchEnum(place, n, arms.collect())
                    }
                    _ => return None,
                }
            }
            3..=5 => {
                let fits = |f: &Function| {
                    f.ret == *ty && f.params.iter().all(|(_, mode, _)| *mode != Mode::Mut)
                };
                let functions = &self.program.functions;
                let fits: Vec<usize> = (0..functions.len())
                    .filter(|&i| fits(&functions[i]))
                    .collect();
                if fits.is_empty() {
                    return None;
                }
                let callee = fits[self.random.below(fits.len())];
                let params = functions[callee].params.iter();
                let args = params.map(|(_, _, ty)| self.expr(ty, depth.min(1)));
                Expr::Call(callee, args.collect())
            }
            6 | 7 => {
                let wanted = Ty::Fn(Box::new(ty.clone()));
                let place = self.place(&wanted, false)?;
                if !place.steps.is_empty() {
                    return None;
                }
                Expr::CallValue(place, self.boxed(&Ty::Int, depth))
            }
            8 | 9 if *ty == Ty::Int => {
                let (place, _) = match self.random.chance(70) {
                    true => self.any_list(false)?,
                    false => self.any_map(false)?,
                };
                Expr::Len(place)
            }
            19 | 20 if *ty == Ty::Int => {
                let view = self.random.chance(70);
                let of = if view { Ty::View } else { Ty::Array };
                match self.random.chance(80) {
                    true if of == Ty::Array => {
                        Expr::Sum(Box::new(Expr::Place(self.any_array(false)?)))
                    }
                    true => Expr::Sum(self.boxed(&of, depth)),
                    false => Expr::Len(self.any_array(false)?),
                }
            }
            19 | 20 if *ty == Ty::Array => Expr::ToArray(self.boxed(&Ty::View, depth)),
            14 | 15 if *ty == Ty::Int => {
                let (place, of) = self.any_place(false)?;
                if !self.program.has_size(&of) {
                    return None;
                }
                Expr::Size(place, of)
            }
            14..=18 => match (choice, ty) {
                (14, Ty::Option(value)) => {
                    let place = self.place(&Ty::Map(value.clone()), false)?;
                    Expr::MapGet(place, self.key())
                }
                (15, _) => {
                    let list = Ty::List(Box::new(ty.clone()));
                    let args = vec![self.expr(&list, depth), self.expr(ty, depth)];
                    Expr::Generic(Generic::FirstOr, args)
                }
                (16, Ty::Pair(a, b)) if a == b => {
                    Expr::Generic(Generic::Both, vec![self.expr(a, depth)])
                }
                (17, Ty::Pair(a, b)) => {
                    let turned = Ty::Pair(b.clone(), a.clone());
                    Expr::Generic(Generic::Swapped, vec![self.expr(&turned, depth)])
                }
                (18, _) => Expr::Generic(Generic::Same, vec![self.expr(ty, depth)]),
                _ => return None,
            },
            _ => match ty {
                Ty::Int if choice == 10 => Expr::Mul(self.boxed(ty, depth), self.boxed(ty, depth)),
                Ty::Int => Expr::Add(self.boxed(ty, depth), self.boxed(ty, depth)),
                Ty::Str if choice == 10 => Expr::Text(Box::new(self.expr(&Ty::Int, 0))),
                Ty::Str => Expr::Join(self.boxed(ty, depth), self.boxed(ty, depth)),
                _ => return None,
            },
        })
    }

    fn literal(&mut self, ty: &Ty, depth: usize) -> Expr {
        match ty {
            Ty::Int => Expr::Int(match self.random.below(12) {
                0 => i64::MAX,
                n => n as i64 - 1,
            }),
            Ty::Str => Expr::Str(["", "a", "bc", "def"][self.random.below(4)].into()),
            Ty::List(element) => {
                let count = if depth == 0 { 0 } else { self.random.below(4) };
                Expr::List((0..count).map(|_| self.expr(element, depth)).collect())
            }
            Ty::Array | Ty::View => {
                let count = 1 + self.random.below(4);
                Expr::Array((0..count).map(|_| self.expr(&Ty::Int, 0)).collect())
            }
            Ty::Option(_) if depth == 0 || self.random.chance(30) => Expr::None,
            Ty::Option(inner) => Expr::Some(self.boxed(inner, depth)),
            Ty::Pair(a, b) => Expr::Pair(self.boxed(a, depth), self.boxed(b, depth)),
            Ty::Cell(value) => Expr::Cell(self.boxed(value, depth)),
            Ty::Map(value) => {
                let count = if depth == 0 { 0 } else { self.random.below(3) };
                let entries = (0..count).map(|_| (self.key(), self.expr(value, depth)));
                Expr::Map((**value).clone(), entries.collect())
            }
            Ty::Struct(n) => {
                let fields = self.program.structs[*n].clone();
                Expr::Struct(*n, fields.iter().map(|ty| self.expr(ty, depth)).collect())
            }
            Ty::Enum(n) => {
                let variants = &self.program.enums[*n];
                let v = if depth == 0 {
                    0
                } else {
                    self.random.below(variants.len())
                };
                let fields = variants[v].clone();
                let fields = fields.iter().map(|ty| self.expr(ty, depth));
                Expr::Variant(*n, v, fields.collect())
            }
            Ty::Fn(ret) => {
                let param = self.fresh();
                let body = self.scoped(&[(param, Ty::Int)], ret, depth);
                Expr::Closure(param, Box::new(body))
            }
        }
    }
}
