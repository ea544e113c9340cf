//! What became of each loop: LLVM's remarks, put beside the loops of the source.
//!
//! LLVM says "vectorized loop (vectorization width: 4, interleaved count: 4)" or why not, with a line and a column. The
//! lowering notes each loop that it emits at the same line and column, so every loop gets an answer, also one that
//! LLVM is silent about. Loops that are emitted as vectors in the first place answer for themselves.

use super::debuginfo::LEVEL_MARK;
use super::multiversion::Level;
use crate::source::Span;
use inkwell::context::Context;
use llvm_sys::core::{
    LLVMContextSetDiagnosticHandler, LLVMDisposeMessage, LLVMGetDiagInfoDescription,
};
use llvm_sys::prelude::LLVMDiagnosticInfoRef;
use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::{CStr, c_void};

/// What kind of loop it is in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopKind {
    /// `for`
    For,
    /// `while` or `loop`
    While,
    /// An array expression or `map` that makes a new array.
    Map,
    /// `sum`, `mean`, `dot`
    Sum,
    /// `min`, `max`
    Extreme,
    /// The terms of a reduction, when they are not computed by vectors in the first place.
    Terms,
}

impl LoopKind {
    /// For people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LoopKind::For => "for",
            LoopKind::While => "while",
            LoopKind::Map => "map",
            LoopKind::Sum => "sum",
            LoopKind::Extreme => "min/max",
            LoopKind::Terms => "reduce",
        }
    }
}

/// What became of a loop at a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoopRemark {
    /// Where the loop stands.
    pub span: Span,
    /// 1-based line.
    pub line: u32,
    /// 1-based column.
    pub column: u32,
    /// The function's name in Aria.
    pub function: String,
    /// The level.
    pub level: Level,
    /// What kind of loop it is.
    pub what: LoopKind,
    /// Elements that are worked on at once; none when the loop is scalar.
    pub width: Option<u32>,
    /// Vectors in flight.
    pub interleave: u32,
    /// Why the loop is scalar, in LLVM's words, if LLVM said.
    pub reason: Option<String>,
    /// The `@simd` that promises that it is not.
    pub promised: Option<Span>,
    /// Whether there is a loop in the code: not when it was unrolled, or its result is computed otherwise.
    pub is_left: bool,
}

/// A loop that was emitted.
#[derive(Clone, Debug)]
pub(super) struct LoopSite {
    pub(super) span: Span,
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) function: String,
    pub(super) level: Level,
    pub(super) what: LoopKind,
    /// Width and interleaving of a loop that was emitted as vectors.
    pub(super) vectors: Option<(u32, u32)>,
    /// The `@simd` that holds for it.
    pub(super) promised: Option<Span>,
}

/// Collects what LLVM says.
#[derive(Default)]
pub(super) struct Listener {
    messages: RefCell<Vec<String>>,
}

impl Listener {
    /// Begins to listen to a context. The listener must outlive it.
    pub(super) fn attach(&self, context: &Context) {
        let this = std::ptr::from_ref(self).cast_mut().cast::<c_void>();
        // SAFETY: the context is alive, and the caller keeps the listener in place as long.
        unsafe { LLVMContextSetDiagnosticHandler(context.raw(), Some(listen), this) };
    }

    /// What was said about loops, put beside them. `left`: the lines and columns of the loops that are in the code.
    pub(super) fn loops(&self, sites: &[LoopSite], left: &HashSet<(u32, u32)>) -> Vec<LoopRemark> {
        let messages = self.messages.borrow();
        let mut said: Vec<Said> = messages.iter().filter_map(|m| Said::parse(m)).collect();
        give_reasons(&mut said);
        let remark = |site: &LoopSite| LoopRemark {
            is_left: left.contains(&(site.line, site.column)),
            ..site.remark(&said)
        };
        sites.iter().map(remark).collect()
    }
}

extern "C" fn listen(info: LLVMDiagnosticInfoRef, listener: *mut c_void) {
    // SAFETY: `attach` gave this pointer, and the listener outlives the context that calls.
    let listener = unsafe { &*listener.cast::<Listener>() };
    // SAFETY: LLVM gives a description, ended by NUL, that is ours to dispose of.
    unsafe {
        let text = LLVMGetDiagInfoDescription(info);
        let message = CStr::from_ptr(text).to_string_lossy().into_owned();
        LLVMDisposeMessage(text);
        listener.messages.borrow_mut().push(message);
    }
}

/// Reasons come before the remark that a loop is not vectorised, at the place of what is to blame: hands them on.
fn give_reasons(said: &mut [Said]) {
    let mut last: Option<(Option<Level>, String)> = None;
    for remark in said {
        if let Some(reason) = &remark.reason {
            last = Some((remark.level, reason.clone()));
        } else if remark.is_missed
            && let Some((level, reason)) = last.take()
            && level == remark.level
        {
            remark.reason = Some(reason);
        }
    }
}

/// A remark.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// None when the file's name does not tell.
    level: Option<Level>,
    line: u32,
    column: u32,
    vectors: Option<(u32, u32)>,
    /// Whether it says that a loop is not vectorised, and not why.
    is_missed: bool,
    reason: Option<String>,
}

impl Said {
    /// Reads `LEVEL\u{1}FILE:LINE:COLUMN: MESSAGE`.
    fn parse(message: &str) -> Option<Said> {
        let (place, text) = message.split_once(": ")?;
        if text.contains("explicitly disabled") {
            // Small loops beside a loop of the source, which we asked LLVM to leave alone.
            return None;
        }
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        let file = parts.next()?;
        // A directory, if there is one, comes first.
        let name = file.rsplit('/').next().unwrap_or(file);
        let level = name
            .split_once(LEVEL_MARK)
            .and_then(|(level, _)| Level::from_name(level));
        let number = |after: &str| -> Option<u32> {
            let (_, rest) = text.split_once(after)?;
            let digits = rest.trim_start().split(|c: char| !c.is_ascii_digit());
            digits.into_iter().next()?.parse().ok()
        };
        let vectors = number("vectorization width:")
            .map(|width| (width, number("interleaved count:").unwrap_or(1)));
        let reason = text
            .strip_prefix("loop not vectorized: ")
            .map(str::to_owned);
        Some(Said {
            level,
            line,
            column,
            vectors,
            is_missed: text == "loop not vectorized",
            reason,
        })
    }
}

impl LoopSite {
    fn remark(&self, said: &[Said]) -> LoopRemark {
        let about = || {
            said.iter().filter(|said| {
                (said.line, said.column) == (self.line, self.column)
                    && said.level.is_none_or(|level| level == self.level)
            })
        };
        let vectors = self
            .vectors
            .or_else(|| about().filter_map(|said| said.vectors).max());
        let reason = about().find_map(|said| said.reason.clone());
        LoopRemark {
            span: self.span,
            line: self.line,
            column: self.column,
            function: self.function.clone(),
            level: self.level,
            what: self.what,
            width: vectors.map(|(width, _)| width).filter(|&width| width > 1),
            interleave: vectors.map_or(1, |(_, interleave)| interleave),
            reason: reason.filter(|_| vectors.is_none()),
            promised: self.promised,
            is_left: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_are_read() {
        let said = Said::parse(
            "x86-64-v3\u{1}k.aria:9:5: vectorized loop (vectorization width: 4, interleaved count: 2)",
        );
        let expected = Said {
            level: Some(Level::V3),
            line: 9,
            column: 5,
            vectors: Some((4, 2)),
            is_missed: false,
            reason: None,
        };
        assert_eq!(said, Some(expected));
    }

    #[test]
    fn reasons_are_read() {
        let said =
            Said::parse("k.aria:1:2: loop not vectorized: value could not be identified").unwrap();
        assert_eq!(said.level, None);
        assert_eq!(
            said.reason.as_deref(),
            Some("value could not be identified")
        );
    }
}
