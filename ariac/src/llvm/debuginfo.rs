//! Lines and columns of instructions: for debuggers and profilers (`-g`), and for LLVM's remarks about loops.
//!
//! For remarks alone, nothing is emitted into the object. Then a file's name begins with its level's: it is the only
//! thing in a remark that tells the versions of a function apart.

use super::LlvmOptions;
use super::multiversion::Level;
use crate::source::{FileId, SourceMap, Span};
use inkwell::context::Context;
use inkwell::debug_info::{
    AsDIScope, DICompileUnit, DIFile, DIFlagsConstants, DILocation, DISubprogram,
    DWARFEmissionKind, DWARFSourceLanguage, DebugInfoBuilder,
};
use inkwell::module::{FlagBehavior, Module};
use inkwell::values::FunctionValue;
use std::cell::RefCell;
use std::collections::HashMap;

/// What stands between a level and a path.
pub(super) const LEVEL_MARK: char = '\u{1}';

/// The debug information of a module.
pub(super) struct DebugInfo<'c> {
    builder: DebugInfoBuilder<'c>,
    unit: DICompileUnit<'c>,
    files: RefCell<HashMap<(Level, FileId), DIFile<'c>>>,
    emits: bool,
}

impl<'c> DebugInfo<'c> {
    /// None when nobody wants it.
    pub(super) fn new(
        context: &'c Context,
        module: &Module<'c>,
        sources: &SourceMap,
        options: &LlvmOptions,
    ) -> Option<Self> {
        if !options.debug && !options.remarks {
            return None;
        }
        let kind = if options.debug {
            DWARFEmissionKind::LineTablesOnly
        } else {
            DWARFEmissionKind::None
        };
        let (_, first) = sources.iter().next()?;
        let (directory, name) = split_path(&first.path);
        let (builder, unit) = module.create_debug_info_builder(
            true,
            DWARFSourceLanguage::C99,
            name,
            directory,
            concat!("ariac ", env!("CARGO_PKG_VERSION")),
            options.opt_level > 0,
            "",
            0,
            "",
            kind,
            0,
            false,
            false,
            "",
            "",
        );
        let i32 = context.i32_type();
        let version = i32.const_int(inkwell::debug_info::debug_metadata_version().into(), false);
        module.add_basic_value_flag("Debug Info Version", FlagBehavior::Warning, version);
        let dwarf = i32.const_int(5, false);
        module.add_basic_value_flag("Dwarf Version", FlagBehavior::Warning, dwarf);
        Some(DebugInfo {
            builder,
            unit,
            files: RefCell::default(),
            emits: options.debug,
        })
    }

    /// Makes the scope of a function's locations.
    pub(super) fn function(
        &self,
        sources: &SourceMap,
        function: FunctionValue<'c>,
        name: &str,
        span: Span,
        level: Level,
    ) -> DISubprogram<'c> {
        let file = self.file(sources, span.file, level);
        let (line, _) = sources.line_column(span);
        let ty = self.builder.create_subroutine_type(file, None, &[], 0);
        let symbol = function.get_name().to_string_lossy();
        let subprogram = self.builder.create_function(
            self.unit.as_debug_info_scope(),
            name,
            Some(&symbol),
            file,
            line,
            ty,
            true,
            true,
            line,
            inkwell::debug_info::DIFlags::PUBLIC,
            true,
        );
        function.set_subprogram(subprogram);
        subprogram
    }

    /// A place in a function.
    pub(super) fn location(
        &self,
        context: &'c Context,
        sources: &SourceMap,
        scope: DISubprogram<'c>,
        span: Span,
    ) -> DILocation<'c> {
        let (line, column) = sources.line_column(span);
        let scope = scope.as_debug_info_scope();
        self.builder
            .create_debug_location(context, line, column, scope, None)
    }

    /// Ends the description; to be called before the module is verified.
    pub(super) fn finish(&self) {
        self.builder.finalize();
    }

    fn file(&self, sources: &SourceMap, file: FileId, level: Level) -> DIFile<'c> {
        let mut files = self.files.borrow_mut();
        *files.entry((level, file)).or_insert_with(|| {
            let (directory, name) = split_path(&sources.file(file).path);
            if self.emits {
                self.builder.create_file(name, directory)
            } else {
                let marked = format!("{}{LEVEL_MARK}{name}", level.name());
                self.builder.create_file(&marked, directory)
            }
        })
    }
}

fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}
