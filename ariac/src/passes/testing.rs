//! A builder of small functions, for tests of passes.

use super::{Remark, pretty};
use crate::arena::Arena;
use crate::hir::ParamMode;
use crate::mir::{
    BinOp, Block, Const, FnId, Function, GilMode, Kernel, Local, LocalId, Loop, LoopId, Operand,
    Param, Program, ReduceOp, Rvalue, Stage, Stmt, StmtKind, Wishes, pretty_function, verify,
};
use crate::source::{SourceMap, Span};
use crate::types::Ty;
use aria_abi::codes::ErrorKind;
use pretty_assertions::assert_eq;

/// A function that is being built, in a program of its own.
pub(super) struct FnTest {
    pub(super) program: Program,
    pub(super) function: Function,
    sources: SourceMap,
    blocks: Vec<Vec<Stmt>>,
}

/// The function after a pass.
pub(super) struct Done {
    pub(super) program: Program,
    id: FnId,
    text: String,
    remarks: String,
}

pub(super) fn local(id: LocalId) -> Operand {
    Operand::Local(id)
}

pub(super) fn int(value: i64) -> Operand {
    Operand::Const(Const::Int(value))
}

pub(super) fn float(value: f64) -> Operand {
    Operand::Const(Const::Float(value))
}

pub(super) fn array(element: Ty) -> Ty {
    Ty::Array(Box::new(element))
}

pub(super) fn view(element: Ty) -> Ty {
    Ty::PyArrayView(Box::new(element))
}

pub(super) fn binary(op: BinOp, left: Operand, right: Operand) -> Rvalue {
    Rvalue::Binary { op, left, right }
}

impl FnTest {
    pub(super) fn new(name: &str, ret: Ty) -> FnTest {
        let mut sources = SourceMap::default();
        let file = sources.add("test.aria", "# the test's only line\n");
        FnTest {
            program: Program::default(),
            function: Function {
                name: name.into(),
                item: None,
                span: Span::new(file, 0, 1),
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
                exported: false,
            },
            sources,
            blocks: vec![Vec::new()],
        }
    }

    // ---- locals ----

    pub(super) fn param(&mut self, name: &str, ty: Ty) -> LocalId {
        self.param_mode(name, ty, ParamMode::Read)
    }

    pub(super) fn param_mode(&mut self, name: &str, ty: Ty, mode: ParamMode) -> LocalId {
        let local = self.variable(name, ty);
        self.function.params.push(Param {
            local,
            name: name.into(),
            mode,
            default: None,
        });
        local
    }

    pub(super) fn variable(&mut self, name: &str, ty: Ty) -> LocalId {
        self.function.locals.push(Local {
            name: Some(name.into()),
            ty,
            span: self.function.span,
            contiguous: false,
            alias: false,
        })
    }

    pub(super) fn temp(&mut self, ty: Ty) -> LocalId {
        self.function.locals.push(Local {
            name: None,
            ty,
            span: self.function.span,
            contiguous: false,
            alias: false,
        })
    }

    // ---- statements ----

    pub(super) fn emit(&mut self, kind: StmtKind) {
        let span = self.function.span;
        let block = self.blocks.last_mut().expect("the body is always there");
        block.push(Stmt { kind, span });
    }

    pub(super) fn assign(&mut self, dst: LocalId, value: Rvalue) {
        self.emit(StmtKind::Assign {
            dst: Some(dst),
            value,
        });
    }

    /// A temporary with `left op right`.
    pub(super) fn compute(&mut self, op: BinOp, left: Operand, right: Operand) -> LocalId {
        let ty = if op.is_comparison() {
            Ty::Bool
        } else {
            Ty::Int
        };
        let temp = self.temp(ty);
        self.assign(temp, binary(op, left, right));
        temp
    }

    pub(super) fn len(&mut self, array: LocalId) -> LocalId {
        let temp = self.temp(Ty::Int);
        self.assign(temp, Rvalue::Len(array));
        temp
    }

    pub(super) fn load(&mut self, dst: LocalId, array: LocalId, index: Operand, checked: bool) {
        let load = Rvalue::Load {
            array,
            index,
            checked,
        };
        self.assign(dst, load);
    }

    pub(super) fn store(&mut self, array: LocalId, index: Operand, value: Operand, checked: bool) {
        self.emit(StmtKind::Store {
            array,
            index,
            value,
            checked,
        });
    }

    /// `dst = op source`, without more ado.
    pub(super) fn reduce(&mut self, dst: LocalId, op: ReduceOp, source: LocalId) {
        let element = self.function.locals[source].ty.element().cloned();
        let param = self.temp(element.expect("an array"));
        let kernel = Kernel {
            params: vec![param],
            body: Block::default(),
            result: local(param),
        };
        let value = Rvalue::Reduce {
            op,
            sources: vec![source],
            kernel: Box::new(kernel),
        };
        self.assign(dst, value);
    }

    pub(super) fn block(&mut self, f: impl FnOnce(&mut Self)) -> Block {
        self.begin();
        f(self);
        self.end()
    }

    /// What is emitted from here to [`FnTest::end`] is a block.
    pub(super) fn begin(&mut self) {
        self.blocks.push(Vec::new());
    }

    pub(super) fn end(&mut self) -> Block {
        Block {
            stmts: self.blocks.pop().expect("`begin` pushed it"),
        }
    }

    pub(super) fn for_range(
        &mut self,
        var: &str,
        lo: Operand,
        hi: Operand,
        body: impl FnOnce(&mut Self, LocalId),
    ) -> LoopId {
        self.for_step(var, (lo, hi, false), 1, |f, i, _| body(f, i))
    }

    pub(super) fn for_step(
        &mut self,
        var: &str,
        (lo, hi, inclusive): (Operand, Operand, bool),
        step: i64,
        body: impl FnOnce(&mut Self, LocalId, LoopId),
    ) -> LoopId {
        let id = self.function.loops.push(Loop {
            span: self.function.span,
            wishes: Wishes::default(),
            parallel: false,
        });
        let var = self.variable(var, Ty::Int);
        let body = self.block(|f| body(f, var, id));
        self.emit(StmtKind::For {
            id,
            var,
            lo,
            hi,
            inclusive,
            step: int(step),
            body,
        });
        id
    }

    pub(super) fn while_loop(
        &mut self,
        test: impl FnOnce(&mut Self) -> Operand,
        body: impl FnOnce(&mut Self),
    ) {
        let id = self.function.loops.push(Loop {
            span: self.function.span,
            wishes: Wishes::default(),
            parallel: false,
        });
        let mut condition = int(0);
        let test = self.block(|f| condition = test(f));
        let body = self.block(body);
        self.emit(StmtKind::While {
            id,
            test,
            condition,
            body,
        });
    }

    pub(super) fn when(&mut self, condition: Operand, then: impl FnOnce(&mut Self)) {
        let then = self.block(then);
        self.emit(StmtKind::If {
            condition,
            then,
            otherwise: Block::default(),
        });
    }

    /// `requires condition`.
    pub(super) fn require(&mut self, condition: LocalId) {
        let otherwise = self.block(|f| {
            f.emit(StmtKind::Raise {
                kind: ErrorKind::ValueError,
                message: Operand::Const(Const::Str("no".into())),
            });
        });
        self.emit(StmtKind::If {
            condition: local(condition),
            then: Block::default(),
            otherwise,
        });
    }

    pub(super) fn ret(&mut self, value: Operand) {
        self.emit(StmtKind::Return(value));
    }

    // ---- running ----

    /// Runs the pass on the program, of which the function is the last.
    pub(super) fn run(self, pass: fn(&mut Program, &mut Vec<Remark>)) -> Done {
        self.run_to(Stage::Passes, pass)
    }

    /// As [`FnTest::run`], for a pass after which programs are at `stage`.
    pub(super) fn run_to(mut self, stage: Stage, pass: fn(&mut Program, &mut Vec<Remark>)) -> Done {
        self.function.body = Block {
            stmts: self.blocks.pop().expect("the body is always there"),
        };
        let span = self.function.span;
        let id = self.program.functions.push(self.function);
        verify(&self.program, Stage::Passes).expect("the test's program is right");
        let mut remarks = Vec::new();
        pass(&mut self.program, &mut remarks);
        if let Err(errors) = verify(&self.program, stage) {
            panic!("after the pass: {}", errors.join("\n"));
        }
        remarks.sort_by_key(|remark| (remark.span, remark.kind));
        assert!(remarks.iter().all(|r| r.span == span));
        let text = pretty_function(&self.program, &self.program.functions[id]);
        Done {
            text,
            remarks: pretty(&remarks, &self.sources),
            program: self.program,
            id,
        }
    }

    /// Runs the pass and compares the function, and the remarks after it.
    pub(super) fn check(self, pass: fn(&mut Program, &mut Vec<Remark>), expected: &str) {
        self.run(pass).expect(expected);
    }
}

impl Done {
    pub(super) fn expect(&self, expected: &str) {
        assert_eq!(format!("{}{}", self.text, self.remarks), expected);
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn remarks(&self) -> &str {
        &self.remarks
    }

    pub(super) fn function(&self) -> &Function {
        &self.program.functions[self.id]
    }

    pub(super) fn local(&self, id: LocalId) -> &Local {
        &self.function().locals[id]
    }
}

/// The pass that does nothing.
pub(super) fn nothing(_: &mut Program, _: &mut Vec<Remark>) {}
