//! What is said about the code beside it: places for debuggers and remarks, wishes about loops.

use super::{Exit, Lowering};
use crate::llvm::loop_metadata;
use crate::llvm::remarks::{LoopKind, LoopSite};
use crate::source::Span;
use inkwell::debug_info::DILocation;
use inkwell::values::InstructionValue;

impl<'c> Lowering<'_, 'c> {
    /// Tells debuggers about the function.
    pub(super) fn describe_for_debuggers(&mut self) {
        let Some(debug) = &self.cx.debug else { return };
        let name = match self.exit {
            Exit::Function(_) | Exit::Never => self.function.name.clone(),
            Exit::ParallelBody => format!("{} (parallel)", self.function.name),
        };
        let subprogram = debug.function(
            self.cx.sources,
            self.b.function,
            &name,
            self.function.span,
            self.b.level,
        );
        self.subprogram = Some(subprogram);
        self.locate(self.span);
    }

    /// Says where the instructions that follow come from.
    pub(super) fn locate(&self, span: Span) {
        if let (Some(debug), Some(scope)) = (&self.cx.debug, self.subprogram) {
            let location = debug.location(self.cx.context, self.cx.sources, scope, span);
            self.b.set_location(location);
        }
    }

    /// Notes a loop, given its branch back.
    pub(super) fn describe_loop(&self, latch: InstructionValue<'c>, what: LoopKind) {
        self.note(what, None);
        if self.in_slow_version {
            // Code that hardly ever runs is made in a hurry: one vector at a time.
            let wishes = [
                (
                    "llvm.loop.interleave.count",
                    Some(self.cx.types.i32.const_int(1, false)),
                ),
                ("llvm.loop.unroll.disable", None),
            ];
            loop_metadata::set(self.cx, latch, self.place(), &wishes);
        } else if let Some(place) = self.place() {
            loop_metadata::set(self.cx, latch, Some(place), &[]);
        }
    }

    /// The current place, if anybody wants to know.
    fn place(&self) -> Option<DILocation<'c>> {
        let (debug, scope) = (self.cx.debug.as_ref()?, self.subprogram?);
        Some(debug.location(self.cx.context, self.cx.sources, scope, self.span))
    }

    /// Notes a loop that is made of vectors.
    pub(super) fn describe_vectors(&self, what: LoopKind, width: u32, lanes_in_flight: u32) {
        self.note(what, Some((width, (lanes_in_flight / width).max(1))));
    }

    /// Asks LLVM not to copy the body of a loop that is not in a hurry.
    pub(super) fn keep_loop_rolled(&self, latch: InstructionValue<'c>) {
        let wishes = [("llvm.loop.unroll.disable", None)];
        loop_metadata::set(self.cx, latch, self.place(), &wishes);
    }

    /// Asks LLVM to leave a short loop alone.
    pub(super) fn keep_loop_small(&self, latch: InstructionValue<'c>) {
        let wishes = [
            (
                "llvm.loop.vectorize.enable",
                Some(self.cx.types.i1.const_zero()),
            ),
            ("llvm.loop.unroll.disable", None),
        ];
        loop_metadata::set(self.cx, latch, None, &wishes);
    }

    fn note(&self, what: LoopKind, vectors: Option<(u32, u32)>) {
        if !self.cx.options.remarks {
            return;
        }
        let (line, column) = self.cx.sources.line_column(self.span);
        let site = LoopSite {
            span: self.span,
            line,
            column,
            function: self.function.name.clone(),
            level: self.b.level,
            what,
            vectors,
            promised: self.wishes.simd,
        };
        let mut loops = self.cx.loops.borrow_mut();
        // One place may have several versions: the first, for elements that lie side by side, is what matters.
        let is_same = |known: &LoopSite| (known.span, known.level) == (site.span, site.level);
        if !loops.iter().any(is_same) {
            loops.push(site);
        }
    }
}
