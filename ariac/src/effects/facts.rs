//! What a body does itself: where it touches Python, where it raises, whom it calls, what it assigns.

use super::Effects;
use crate::builtins::{Builtin, Routine};
use crate::hir::{
    Block, Closure, ExprId, ExprKind, Function, Hir, ItemId, PatId, PatKind, Rescue, StrPart,
    TypeExprKind, for_each_child,
};
use crate::mir::GilState;
use crate::resolve::{BindingId, Meaning, Names};
use crate::source::Span;
use crate::types::awaits::async_callee;
use crate::types::{Callee, Coercion, Ty, Types};

/// The program as the front end knows it.
#[derive(Clone, Copy)]
pub(super) struct Program<'a> {
    pub(super) hir: &'a Hir,
    pub(super) names: &'a Names,
    pub(super) types: &'a Types,
}

/// What happens at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A Python object is touched.
    Touch,
    /// The GIL is given up for a while.
    Release,
    /// An error is raised on purpose.
    Throw,
    /// A stream is read or written.
    Stream,
    /// A function is called.
    Call(ItemId),
    /// A variable changes.
    Assign(BindingId),
}

impl Event {
    /// Whether it is one of a thread that holds the GIL.
    pub(super) fn is_python(self) -> bool {
        matches!(self, Event::Touch | Event::Release)
    }
}

/// An event and its surroundings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) event: Event,
    pub(super) span: Span,
    /// The statement that it belongs to: one message a statement is enough.
    pub(super) stmt: ExprId,
    /// How the GIL is in the innermost `Python.with_gil` or `Python.without_gil` around it, and where that name stands.
    pub(super) gil: Option<(GilState, Span)>,
    /// Whether all errors that it raises are caught.
    pub(super) is_caught: bool,
}

/// A block of `parallel_map`, with what happens in it.
pub(super) struct Parallel {
    /// The block.
    pub(super) span: Span,
    /// Its part of [`Facts::places`].
    pub(super) places: std::ops::Range<usize>,
}

/// What a body does.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) own: Effects,
    pub(super) places: Vec<Place>,
    pub(super) parallel: Vec<Parallel>,
}

/// The facts of a function with a body.
pub(super) fn facts(program: Program<'_>, function: &Function) -> Facts {
    let mut walk = Walk {
        program,
        facts: Facts::default(),
        stmt: None,
        gil: None,
        is_parallel: false,
        catching: 0,
    };
    for requires in &function.requires {
        walk.stmt = Some(requires.condition);
        walk.event(Event::Throw, requires.span, requires.condition);
        walk.expr(requires.condition);
        if let Some(message) = requires.message {
            walk.expr(message);
        }
    }
    for default in function.params.iter().filter_map(|p| p.default) {
        walk.stmt = Some(default);
        walk.expr(default);
    }
    if let Some(body) = &function.body {
        walk.block(body);
    }
    walk.facts
}

struct Walk<'a> {
    program: Program<'a>,
    facts: Facts,
    stmt: Option<ExprId>,
    gil: Option<(GilState, Span)>,
    /// Whether this place is in a block of `parallel_map`.
    is_parallel: bool,
    /// How many `try`s and `begin`s that catch everything are around this place.
    catching: usize,
}

impl<'a> Walk<'a> {
    fn block(&mut self, block: &Block) {
        let outer = self.stmt;
        for &stmt in &block.stmts {
            self.stmt = Some(stmt);
            self.expr(stmt);
        }
        self.stmt = outer;
    }

    fn event(&mut self, event: Event, span: Span, at: ExprId) {
        let raises = self.catching == 0;
        let own = &mut self.facts.own;
        match event {
            Event::Touch | Event::Release => own.py = true,
            Event::Stream => own.io = true,
            Event::Throw | Event::Call(_) | Event::Assign(_) => {}
        }
        own.raises |= raises && matches!(event, Event::Touch | Event::Throw | Event::Stream);
        own.throws |= raises && matches!(event, Event::Touch | Event::Throw);
        let stmt = self.stmt.unwrap_or(at);
        self.facts.places.push(Place {
            event,
            span,
            stmt,
            gil: self.gil,
            is_caught: self.catching > 0,
        });
    }

    fn touch(&mut self, at: ExprId) {
        let span = self.program.hir.exprs[at].span;
        self.event(Event::Touch, span, at);
    }

    fn may_fail(&mut self) {
        self.facts.own.raises |= self.catching == 0;
    }

    fn allocates(&mut self) {
        self.may_fail();
        self.facts.own.alloc = true;
    }

    fn ty(&self, id: ExprId) -> &'a Ty {
        self.program.types.exprs.get(id).unwrap_or(&Ty::Error)
    }

    fn expr(&mut self, id: ExprId) {
        let Program { hir, types, .. } = self.program;
        if let Some(Coercion::FromObject(_) | Coercion::ToObject | Coercion::Truth) =
            types.coercions.get(id)
        {
            self.touch(id);
        }
        match types.callees.get(id) {
            Some(Callee::Builtin(Builtin::ParallelMap)) => return self.parallel_map(id),
            Some(&Callee::Builtin(Builtin::Gil(state))) => {
                let span = match &hir.exprs[id].kind {
                    ExprKind::MethodCall { name, .. } => name.span,
                    _ => hir.exprs[id].span,
                };
                let around = self.gil.replace((state, span));
                match state {
                    GilState::Held => self.touch(id),
                    GilState::Released => self.event(Event::Release, span, id),
                }
                self.children(id);
                self.gil = around;
                return;
            }
            Some(callee) => self.callee(id, callee),
            None => {}
        }
        if let ExprKind::Await(value) = hir.exprs[id].kind
            && async_callee(hir, types, value).is_none()
            // There it has been refused already.
            && !self.is_parallel
        {
            self.touch(id);
        }
        self.own_effect(id, &hir.exprs[id].kind);
        self.children(id);
    }

    fn children(&mut self, id: ExprId) {
        let hir = self.program.hir;
        match &hir.exprs[id].kind {
            ExprKind::If {
                condition,
                then,
                otherwise,
            } => {
                self.expr(*condition);
                self.block(then);
                if let Some(otherwise) = otherwise {
                    self.block(otherwise);
                }
            }
            ExprKind::While {
                condition, body, ..
            } => {
                self.expr(*condition);
                self.block(body);
            }
            ExprKind::Loop { body, .. } => self.block(body),
            ExprKind::For { iterable, body, .. } => {
                self.expr(*iterable);
                self.block(body);
            }
            ExprKind::Try(value) => {
                self.catching += 1;
                self.expr(*value);
                self.catching -= 1;
            }
            ExprKind::Begin {
                body,
                rescues,
                otherwise,
                ensure,
            } => {
                let catches_all = |r: &Rescue| {
                    r.ty.is_none_or(|ty| {
                        let kind = &hir.types[ty].kind;
                        matches!(kind, TypeExprKind::Path { name, .. } if matches!(&*name.name, "Error" | "Exception"))
                    })
                };
                let depth = usize::from(rescues.iter().any(catches_all));
                self.catching += depth;
                self.block(body);
                self.catching -= depth;
                let others = rescues.iter().map(|r| &r.body);
                for block in others.chain(otherwise).chain(ensure) {
                    self.block(block);
                }
            }
            ExprKind::MethodCall {
                receiver,
                args,
                block: Some(block),
                ..
            } => {
                self.expr(*receiver);
                for arg in args {
                    self.expr(arg.value);
                }
                self.block(&block.body);
            }
            _ => {
                let mut children = Vec::new();
                for_each_child(hir, id, |child| children.push(child));
                for child in children {
                    self.expr(child);
                }
            }
        }
    }

    fn callee(&mut self, id: ExprId, callee: &Callee) {
        match callee {
            // A trait's function does what its `impl`s do. A function that becomes a value may be called by whoever gets it.
            Callee::Fn { item, .. }
            | Callee::TraitFn { item, .. }
            | Callee::Each { item }
            | Callee::Reference { item, .. } => {
                let span = self.program.hir.exprs[id].span;
                self.event(Event::Call(*item), span, id);
                if let Callee::Each { .. } = callee {
                    self.allocates();
                }
            }
            Callee::PyCall | Callee::PyMethod | Callee::PyAttr => self.touch(id),
            // What a function value does is counted where it is made.
            Callee::Value => self.may_fail(),
            Callee::Construct { .. } | Callee::With { .. } => self.allocates(),
            Callee::Field { .. } | Callee::Const { .. } => {}
            Callee::Builtin(builtin) => match builtin {
                Builtin::ObjectTo(_) | Builtin::ObjectToArray(_) => self.touch(id),
                Builtin::Math(_) if self.ty(id).is_array_like() => self.allocates(),
                Builtin::Math(_) if *self.ty(id) == Ty::Int => self.may_fail(),
                Builtin::Sum if *self.ty(id) != Ty::Int => {}
                Builtin::Sum | Builtin::Min | Builtin::Max | Builtin::Dot | Builtin::ToInt => {
                    self.may_fail()
                }
                Builtin::Map
                | Builtin::ToArray
                | Builtin::ToStr
                | Builtin::Zeros
                | Builtin::Ones
                | Builtin::Full => self.allocates(),
                Builtin::Routine(routine) => self.routine(id, *routine),
                _ => {}
            },
        }
    }

    fn routine(&mut self, id: ExprId, routine: Routine) {
        let hir = self.program.hir;
        let span = hir.exprs[id].span;
        match routine {
            Routine::Exit => self.event(Event::Throw, span, id),
            Routine::ReadAll => {
                self.allocates();
                self.event(Event::Stream, span, id);
            }
            Routine::Print | Routine::Eprint | Routine::Assert => {
                self.allocates();
                let event = match routine {
                    Routine::Assert => Event::Throw,
                    _ => Event::Stream,
                };
                self.event(event, span, id);
                let mut shown = Vec::new();
                for_each_child(hir, id, |child| shown.push(child));
                for part in shown {
                    if *self.ty(part) == Ty::PythonObject {
                        self.touch(part);
                    }
                }
            }
        }
    }

    /// What an expression does, calls and its parts aside.
    fn own_effect(&mut self, id: ExprId, kind: &ExprKind) {
        match kind {
            ExprKind::Name(_) => {
                if let Some(Meaning::PyModule(_)) = self.program.names.exprs.get(id) {
                    self.touch(id);
                }
            }
            ExprKind::Str(parts) => {
                for part in parts {
                    if let StrPart::Value(value) = part {
                        self.allocates();
                        if *self.ty(*value) == Ty::PythonObject {
                            self.touch(*value);
                        }
                    }
                }
            }
            ExprKind::Array(_) => self.allocates(),
            ExprKind::Unary { .. } | ExprKind::Binary { .. } => self.operator(id),
            ExprKind::Compare { first, rest } => {
                let mut operands = std::iter::once(*first).chain(rest.iter().map(|(_, e)| *e));
                if operands.any(|e| *self.ty(e) == Ty::PythonObject) {
                    self.touch(id);
                } else if self.ty(id).is_array_like() {
                    self.allocates();
                }
            }
            ExprKind::Index { base, .. } => match self.ty(*base) {
                Ty::PythonObject => self.touch(id),
                _ => self.may_fail(),
            },
            ExprKind::Let { pattern, .. } if self.unpacks(*pattern) => self.touch(id),
            ExprKind::For { pattern, .. } if self.unpacks(*pattern) => self.touch(id),
            ExprKind::Closure(closure) if closure.params.iter().any(|p| self.unpacks(*p)) => {
                self.touch(id);
            }
            ExprKind::Call {
                block: Some(block), ..
            }
            | ExprKind::MethodCall {
                block: Some(block), ..
            } if block.params.iter().any(|p| self.unpacks(*p)) => self.touch(id),
            ExprKind::Assign { target, value, .. }
                if matches!(self.program.hir.exprs[*target].kind, ExprKind::Tuple(_))
                    && holds_object(self.ty(*value)) =>
            {
                self.touch(id);
                self.target(*target);
            }
            ExprKind::For { iterable, .. } if *self.ty(*iterable) == Ty::PythonObject => {
                self.touch(*iterable)
            }
            ExprKind::Reraise => {
                let span = self.program.hir.exprs[id].span;
                self.event(Event::Throw, span, id);
            }
            ExprKind::Raise { value, from } => {
                let span = self.program.hir.exprs[id].span;
                let mut errors = from.iter().chain([value]);
                match errors.any(|error| *self.ty(*error) == Ty::PythonObject) {
                    true => self.touch(id),
                    false => self.event(Event::Throw, span, id),
                }
            }
            ExprKind::Assign { target, .. } => self.target(*target),
            ExprKind::CompoundAssign { target, .. } => {
                self.target(*target);
                self.operator(*target);
            }
            _ => {}
        }
    }

    /// Whether a pattern takes a Python object apart.
    fn unpacks(&self, pattern: PatId) -> bool {
        let Program { hir, types, .. } = self.program;
        match &hir.pats[pattern].kind {
            PatKind::Tuple { items, .. } => {
                types.pats.get(pattern) == Some(&Ty::PythonObject)
                    || items.iter().any(|item| self.unpacks(*item))
            }
            PatKind::Constructor { args, .. } => args.iter().any(|(_, part)| self.unpacks(*part)),
            _ => false,
        }
    }

    /// An operator whose result has this expression's type.
    fn operator(&mut self, id: ExprId) {
        match self.ty(id) {
            Ty::Int => self.may_fail(),
            Ty::PythonObject => self.touch(id),
            Ty::String => self.allocates(),
            ty if ty.is_array_like() => self.allocates(),
            _ => {}
        }
    }

    /// The variable that an assignment changes.
    fn target(&mut self, target: ExprId) {
        let hir = self.program.hir;
        match &hir.exprs[target].kind {
            ExprKind::Tuple(targets) => {
                for &target in targets {
                    self.target(target);
                }
            }
            ExprKind::Index { base, .. } => self.target(*base),
            ExprKind::Name(_) => {
                if let Some(Meaning::Local(binding)) = self.program.names.exprs.get(target) {
                    let span = hir.exprs[target].span;
                    self.event(Event::Assign(*binding), span, target);
                }
            }
            _ => {}
        }
    }

    fn parallel_map(&mut self, id: ExprId) {
        self.allocates();
        let ExprKind::MethodCall {
            receiver,
            block: Some(block),
            ..
        } = &self.program.hir.exprs[id].kind
        else {
            return;
        };
        self.expr(*receiver);
        let block: &Closure = block;
        let start = self.facts.places.len();
        let outer = std::mem::replace(&mut self.is_parallel, true);
        self.block(&block.body);
        self.is_parallel = outer;
        let places = start..self.facts.places.len();
        self.facts.parallel.push(Parallel {
            span: block.span,
            places,
        });
    }
}

/// Whether a value is a Python object, or a tuple with one in it.
fn holds_object(ty: &Ty) -> bool {
    match ty {
        Ty::PythonObject => true,
        Ty::Tuple(parts) => parts.iter().any(holds_object),
        _ => false,
    }
}
