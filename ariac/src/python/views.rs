//! The array arguments that a wrapper looks at together, without a borrow of each.
//!
//! Nobody else can run during a call of a function that stays by itself (see `CallGraph::runs_alone`) unless the wrapper
//! releases the GIL; so the runtime compares the arrays with each other and with the active borrows once, and makes
//! borrows only of what is no plain array, or when the GIL is released.

use super::arguments::{call, call_value};
use super::constants::Specs;
use super::interface::Export;
use crate::llvm::{self, Builder, RtFn, Val};
use crate::types::Ty;
use aria_abi::codes::WORTH_A_SWITCH_NS;
use aria_abi::layout::BriefViews;
use inkwell::IntPredicate;
use inkwell::values::PointerValue;

/// The array arguments of a call.
#[derive(Clone, Debug)]
pub struct Views<'c> {
    /// The parameters, by position, those that are written first.
    params: Vec<usize>,
    /// Where the arguments' objects are.
    objects: PointerValue<'c>,
    /// The `ViewsSpec*`.
    spec: PointerValue<'c>,
    /// The same in brief.
    brief: BriefViews,
    /// A `View` for each.
    slot: PointerValue<'c>,
}

impl<'c> Views<'c> {
    /// The views of a call whose arguments are at `objects`; none when there are none.
    pub fn of(b: &Builder<'_, 'c>, export: &Export, objects: PointerValue<'c>) -> Option<Self> {
        let params = llvm::viewed_params(b.cx, export.function);
        if params.is_empty() {
            return None;
        }
        let count = u32::try_from(params.len()).expect("a function has few parameters");
        let slot = b.slot(b.cx.types.view.array_type(count), "views");
        // Until the runtime has filled the views, the first one says that nothing is borrowed.
        b.null_at_entry(slot, 3);
        Some(Views {
            spec: Specs { export }.views(b.cx, &params),
            brief: Specs { export }.brief_views(b.cx, &params),
            params,
            objects,
            slot,
        })
    }

    /// Whether a parameter is among them.
    pub fn include(&self, param: usize) -> bool {
        self.params.contains(&param)
    }

    /// Looks at the arguments: a status, 0 or 1 with a Python exception set.
    pub fn look(&self, b: &Builder<'_, 'c>) -> Val<'c> {
        let args = [
            self.objects.into(),
            self.spec.into(),
            self.slot.into(),
            b.i64(self.brief.0 as i64),
        ];
        call_value(b, RtFn::aria_rt_views, &args)
    }

    /// The address of the views, which an entry takes.
    pub fn address(&self) -> PointerValue<'c> {
        self.slot
    }

    /// The address of a word of the view of a parameter.
    fn word(&self, b: &Builder<'_, 'c>, param: usize, word: i64) -> PointerValue<'c> {
        let position = self.params.iter().position(|&p| p == param);
        let position = position.expect("the parameter is among the views");
        let view = b.element(b.cx.types.view, self.slot, b.i64(position as i64));
        b.element(b.cx.types.i64, view, b.i64(word))
    }

    /// The number of elements of a parameter that is among them.
    pub fn len(&self, b: &Builder<'_, 'c>, param: usize) -> Val<'c> {
        b.load(b.cx.types.i64, self.word(b, param, 1))
    }

    /// The value of a parameter that is among them, for a function without an entry.
    pub fn value(&self, b: &Builder<'_, 'c>, param: usize, ty: &Ty) -> Val<'c> {
        let types = &b.cx.types;
        let data = b.load(types.ptr, self.word(b, param, 0));
        let len = self.len(b, param);
        match ty {
            Ty::Array(_) => b.make(&[data, len]),
            _ => {
                let stride = b.load(types.i64, self.word(b, param, 2));
                // Who stays by itself has no use for the borrow.
                b.make(&[data, len, stride, b.null()])
            }
        }
    }

    /// Releases the GIL, with the arguments borrowed, if the work is worth it: the thread state, or null.
    pub fn release_gil(&self, b: &Builder<'_, 'c>, nanos: Val<'c>) -> Val<'c> {
        // The runtime says the same of less work; to ask it takes longer than a short loop's first turns.
        let worth = b.i64(WORTH_A_SWITCH_NS);
        let short = b.icmp(IntPredicate::SLT, nanos, worth);
        let before = b.here();
        let (long, next) = (b.block("long"), b.block("decided"));
        b.branch(short, next, long);
        b.enter(long);
        let args = [
            nanos,
            self.objects.into(),
            self.spec.into(),
            self.slot.into(),
        ];
        let state = call_value(b, RtFn::aria_rt_gil_release_viewing, &args);
        b.go(next);
        b.enter(next);
        b.phi(b.cx.types.ptr, &[(b.null(), before), (state, long)])
            .as_basic_value()
    }

    /// Ends what was borrowed.
    pub fn end(&self, b: &Builder<'_, 'c>) {
        let types = &b.cx.types;
        let first = b.load(types.ptr, b.element(types.i64, self.slot, b.i64(3)));
        let borrowed = b.icmp(IntPredicate::NE, first, b.null());
        let (end, next) = (b.block("end"), b.block("ended"));
        b.branch_rarely(borrowed, end, next);
        b.enter(end);
        call(
            b,
            RtFn::aria_rt_views_end,
            &[self.spec.into(), self.slot.into()],
        );
        b.go(next);
        b.enter(next);
    }
}
