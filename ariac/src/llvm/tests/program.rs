//! MIR made by hand.

use crate::arena::{Arena, Id};
use crate::hir::{ItemId, ParamMode};
use crate::mir::{
    AdtLayout, BinOp, Block, Captures, Const, FnId, Function, GilMode, Kernel, ListOp, Local,
    LocalId, Loop, LoopId, Operand, Param, Program, ReduceOp, Rvalue, Stage, Step, Stmt, StmtKind,
    VariantLayout, Wishes, verify,
};
use crate::source::{FileId, SourceMap, Span};
use crate::types::{Adt, FnTy, Repr, Ty};
use aria_abi::codes::ErrorKind;
use std::sync::Arc;

/// A program under construction, with a source of a hundred lines.
pub(super) struct Source {
    pub(super) program: Program,
    pub(super) sources: SourceMap,
    file: FileId,
}

/// A function under construction. The statements of the innermost open block are added to.
pub(super) struct Body {
    file: FileId,
    function: Function,
    open: Vec<Vec<Stmt>>,
    line: usize,
}

impl Source {
    pub(super) fn new() -> Self {
        let mut sources = SourceMap::default();
        let text: String = "          \n".repeat(100);
        let file = sources.add("test.aria", text);
        Source {
            program: Program::default(),
            sources,
            file,
        }
    }

    /// Adds a function that may fail.
    pub(super) fn function(
        &mut self,
        name: &str,
        params: &[(&str, Ty, ParamMode)],
        ret: Ty,
        build: impl FnOnce(&mut Body, &[LocalId]),
    ) -> FnId {
        let span = Span::new(self.file, 0, 1);
        let mut body = Body {
            file: self.file,
            function: Function {
                name: name.to_owned(),
                item: None,
                span,
                doc: None,
                params: Vec::new(),
                captures: None,
                ret,
                locals: Arena::new(),
                loops: Arena::new(),
                body: Block::default(),
                uses_python: false,
                streams: false,
                raises: true,
                gil: GilMode::Auto,
                wishes: Wishes::default(),
                inline: false,
                entry_release: None,
                exported: true,
            },
            open: vec![Vec::new()],
            line: 0,
        };
        let mut locals = Vec::new();
        for (name, ty, mode) in params {
            let local = body.named(name, ty.clone());
            body.function.locals[local].contiguous = true;
            body.function.params.push(Param {
                local,
                name: (*name).to_owned(),
                mode: *mode,
                default: None,
            });
            locals.push(local);
        }
        build(&mut body, &locals);
        body.function.body.stmts = body.open.pop().unwrap();
        self.program.functions.push(body.function)
    }
}

impl Body {
    fn span(&self) -> Span {
        let start = self.line * 11;
        Span::new(self.file, start, start + 1)
    }

    pub(super) fn named(&mut self, name: &str, ty: Ty) -> LocalId {
        self.function.locals.push(Local {
            name: Some(name.to_owned()),
            ty,
            span: Span::new(self.file, 0, 1),
            contiguous: false,
            alias: false,
        })
    }

    pub(super) fn strided(&mut self, local: LocalId) {
        self.function.locals[local].contiguous = false;
    }

    pub(super) fn stmt(&mut self, kind: StmtKind) {
        self.line += 1;
        let span = self.span();
        let stmts = self.open.last_mut().unwrap();
        stmts.push(Stmt { kind, span });
    }

    pub(super) fn set(&mut self, dst: LocalId, value: Rvalue) {
        self.stmt(StmtKind::Assign {
            dst: Some(dst),
            value,
        });
    }

    /// A new local with this value.
    pub(super) fn let_(&mut self, ty: Ty, value: Rvalue) -> LocalId {
        let local = self.named("t", ty);
        self.set(local, value);
        local
    }

    pub(super) fn binary(
        &mut self,
        ty: Ty,
        op: BinOp,
        left: impl Into<Operand>,
        right: impl Into<Operand>,
    ) -> LocalId {
        let (left, right) = (left.into(), right.into());
        self.let_(ty, Rvalue::Binary { op, left, right })
    }

    pub(super) fn load(
        &mut self,
        ty: Ty,
        array: LocalId,
        index: LocalId,
        checked: bool,
    ) -> LocalId {
        let index = index.into();
        self.let_(
            ty,
            Rvalue::Load {
                array,
                index,
                checked,
            },
        )
    }

    pub(super) fn return_(&mut self, value: impl Into<Operand>) {
        self.stmt(StmtKind::Return(value.into()));
    }

    pub(super) fn block(&mut self, build: impl FnOnce(&mut Self)) -> Block {
        self.open.push(Vec::new());
        build(self);
        let stmts = self.open.pop().unwrap();
        Block { stmts }
    }

    pub(super) fn new_loop(&mut self) -> LoopId {
        let span = self.span();
        self.function.loops.push(Loop {
            span,
            wishes: Wishes::default(),
            parallel: false,
        })
    }

    /// `for var in lo..hi` (or `lo..=hi`) by `step`.
    pub(super) fn for_(
        &mut self,
        range: (Operand, Operand, bool),
        step: Operand,
        build: impl FnOnce(&mut Self, LocalId, LoopId),
    ) {
        let var = self.named("i", Ty::Int);
        let id = self.new_loop();
        let body = self.block(|body| build(body, var, id));
        let (lo, hi, inclusive) = range;
        self.stmt(StmtKind::For {
            id,
            var,
            lo,
            hi,
            inclusive,
            step,
            body,
        });
    }

    /// A kernel with a parameter for each source.
    pub(super) fn kernel(
        &mut self,
        params: &[Ty],
        build: impl FnOnce(&mut Self, &[LocalId]) -> Operand,
    ) -> Box<Kernel> {
        let params: Vec<LocalId> = params
            .iter()
            .map(|ty| self.named("x", ty.clone()))
            .collect();
        let mut result = None;
        let body = self.block(|body| result = Some(build(body, &params)));
        Box::new(Kernel {
            params,
            body,
            result: result.unwrap(),
        })
    }

    /// Folds an array's own elements and returns the result.
    pub(super) fn return_reduced(&mut self, op: ReduceOp, element: Ty, ret: Ty, source: LocalId) {
        let kernel = self.kernel(&[element], |_, x| x[0].into());
        let sources = vec![source];
        let result = self.let_(
            ret,
            Rvalue::Reduce {
                op,
                sources,
                kernel,
            },
        );
        self.return_(result);
    }
}

impl From<LocalId> for Operand {
    fn from(local: LocalId) -> Self {
        Operand::Local(local)
    }
}

impl From<i64> for Operand {
    fn from(value: i64) -> Self {
        Operand::Const(Const::Int(value))
    }
}

impl From<f64> for Operand {
    fn from(value: f64) -> Self {
        Operand::Const(Const::Float(value))
    }
}

pub(super) fn view(ty: Ty) -> Ty {
    Ty::PyArrayView(Box::new(ty))
}

pub(super) fn array(ty: Ty) -> Ty {
    Ty::Array(Box::new(ty))
}

pub(super) const READ: ParamMode = ParamMode::Read;
pub(super) const MUT: ParamMode = ParamMode::Mut;

// ---- declared types ----

/// A declared type by a number of its own.
pub(super) fn adt(number: usize, name: &str, repr: Repr) -> Adt {
    Adt {
        item: ItemId::from_index(number),
        name: name.into(),
        args: [].into(),
        repr,
        record: None,
    }
}

impl Source {
    /// Lists a declared type: its variants, each with the types of its fields. One without a name is a struct's.
    pub(super) fn declare(&mut self, adt: &Adt, variants: &[(&str, &[Ty])]) {
        let is_enum = !variants[0].0.is_empty();
        let variants = variants.iter().map(|(name, fields)| VariantLayout {
            name: (*name).to_owned(),
            fields: fields
                .iter()
                .map(|ty| ("field".to_owned(), ty.clone()))
                .collect(),
        });
        let variants = variants.collect();
        let layout = AdtLayout { is_enum, variants };
        self.program.adts.insert(adt.clone(), layout);
    }

    /// The program is one that the verifier takes.
    pub(super) fn verify(&mut self) {
        for (_, function) in self.program.functions.iter_mut() {
            for (_, local) in function.locals.iter_mut() {
                local.contiguous &= matches!(local.ty, Ty::PyArrayView(_) | Ty::PythonArray(_));
            }
        }
        if let Err(errors) = verify(&self.program, Stage::Final) {
            panic!("{}", errors.join("\n"));
        }
    }
}

impl Body {
    /// A new local with a value of a declared type.
    pub(super) fn make<const N: usize>(
        &mut self,
        ty: &Adt,
        variant: u32,
        fields: [Operand; N],
    ) -> LocalId {
        let fields = fields.to_vec();
        let value = Rvalue::Adt {
            ty: ty.clone(),
            variant,
            fields,
        };
        self.let_(Ty::Adt(ty.clone()), value)
    }

    /// A new local with a copy of a part.
    pub(super) fn part(&mut self, ty: Ty, of: LocalId, variant: u32, index: usize) -> LocalId {
        self.field(ty, of, variant, index, false)
    }

    /// A new local with a part that is taken out.
    pub(super) fn taken(&mut self, ty: Ty, of: LocalId, variant: u32, index: usize) -> LocalId {
        self.field(ty, of, variant, index, true)
    }

    fn field(&mut self, ty: Ty, tuple: LocalId, variant: u32, index: usize, take: bool) -> LocalId {
        let value = Rvalue::Field {
            tuple,
            variant,
            index,
            take,
        };
        self.let_(ty, value)
    }

    /// A local that names a part; nothing yet.
    pub(super) fn alias_of_type(&mut self, ty: Ty) -> LocalId {
        let alias = self.named("alias", ty);
        self.function.locals[alias].alias = true;
        alias
    }

    /// A new alias of a field.
    pub(super) fn alias(&mut self, ty: Ty, of: LocalId, variant: u32, index: usize) -> LocalId {
        let dst = self.alias_of_type(ty);
        let step = Step::Field { variant, index };
        self.stmt(StmtKind::Alias { dst, of, step });
        dst
    }

    /// A new local with the result of a call.
    pub(super) fn call<const N: usize>(
        &mut self,
        ret: Ty,
        callee: FnId,
        args: [Operand; N],
    ) -> LocalId {
        let args = args.to_vec();
        self.let_(ret, Rvalue::Call { callee, args })
    }

    /// A call of what returns nothing.
    pub(super) fn call_unit<const N: usize>(&mut self, callee: FnId, args: [Operand; N]) {
        let args = args.to_vec();
        let value = Rvalue::Call { callee, args };
        self.stmt(StmtKind::Assign { dst: None, value });
    }

    pub(super) fn if_(
        &mut self,
        condition: LocalId,
        then: impl FnOnce(&mut Self),
        otherwise: impl FnOnce(&mut Self),
    ) {
        let then = self.block(then);
        let otherwise = self.block(otherwise);
        self.stmt(StmtKind::If {
            condition: condition.into(),
            then,
            otherwise,
        });
    }

    /// `while` what `test` computes.
    pub(super) fn while_(
        &mut self,
        test: impl FnOnce(&mut Self) -> LocalId,
        body: impl FnOnce(&mut Self),
    ) {
        let id = self.new_loop();
        let mut condition = None;
        let test = self.block(|this| condition = Some(test(this)));
        let body = self.block(body);
        self.stmt(StmtKind::While {
            id,
            test,
            condition: condition.unwrap().into(),
            body,
        });
    }

    /// Runs `body`, and `handler` with the error of what failed in it.
    pub(super) fn try_(
        &mut self,
        body: impl FnOnce(&mut Self),
        handler: impl FnOnce(&mut Self, LocalId),
    ) {
        let error = self.named("error", Ty::Exception);
        let body = self.block(body);
        let handler = self.block(|this| handler(this, error));
        self.stmt(StmtKind::Try {
            body,
            error,
            handler,
        });
    }

    /// `raise Kind("")`
    pub(super) fn raise(&mut self, kind: ErrorKind) {
        let message = Operand::Const(Const::Str(String::new()));
        self.stmt(StmtKind::Raise { kind, message });
    }

    /// Says how the first parameters get what the function captured.
    pub(super) fn captures(&mut self, count: usize, how: Captures) {
        self.function.captures = Some((count, how));
        self.function.exported = false;
    }

    /// A block for a call, which borrows these locals.
    pub(super) fn borrow<const N: usize>(
        &mut self,
        ty: Ty,
        function: FnId,
        captures: [LocalId; N],
    ) -> LocalId {
        let captures = captures.to_vec();
        let dst = self.alias_of_type(ty);
        self.set(dst, Rvalue::Borrowing { function, captures });
        dst
    }

    /// A string that is counted.
    pub(super) fn text(&mut self, number: impl Into<Operand>) -> LocalId {
        self.let_(Ty::String, Rvalue::ToStr(number.into()))
    }

    /// The number that a string was made of.
    pub(super) fn number(&mut self, text: LocalId) -> LocalId {
        self.let_(Ty::Int, Rvalue::StrLen(text.into()))
    }

    /// A new local with a copy.
    pub(super) fn clone_of(&mut self, ty: Ty, of: LocalId) -> LocalId {
        self.let_(ty, Rvalue::Clone(of))
    }

    /// Does something with a list.
    pub(super) fn list_op<const N: usize>(
        &mut self,
        dst: Option<LocalId>,
        op: ListOp,
        list: LocalId,
        args: [Operand; N],
    ) {
        let args = args.to_vec();
        let value = Rvalue::ListOp { op, list, args };
        self.stmt(StmtKind::Assign { dst, value });
    }

    /// A new alias of an element.
    pub(super) fn element(&mut self, ty: Ty, of: LocalId, index: impl Into<Operand>) -> LocalId {
        let dst = self.alias_of_type(ty);
        let (index, checked) = (index.into(), true);
        let step = Step::Element { index, checked };
        self.stmt(StmtKind::Alias { dst, of, step });
        dst
    }

    /// Whether an enum's value is a variant.
    pub(super) fn is(&mut self, value: LocalId, variant: i64) -> LocalId {
        let number = self.let_(Ty::Int, Rvalue::Variant(value));
        self.binary(Ty::Bool, BinOp::Eq, number, variant)
    }
}

pub(super) fn list(ty: Ty) -> Ty {
    Ty::List(Box::new(ty))
}

pub(super) const UNIT: Operand = Operand::Const(Const::Unit);
pub(super) const OWN: ParamMode = ParamMode::Own;

/// `Fn(params) -> ret`
pub(super) fn function(params: &[(Ty, ParamMode)], ret: Ty) -> Ty {
    let params = params.to_vec();
    Ty::Fn(Arc::new(FnTy { params, ret }))
}
