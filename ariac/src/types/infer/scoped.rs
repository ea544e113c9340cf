//! Names of other files: `geometry.area(x)`, `geometry.SIDES`, `geometry.Point(…)`.

use super::methods::Call;
use super::{Infer, Want};
use crate::diagnostics::types as say;
use crate::resolve::Meaning;
use crate::types::Ty;

impl Infer<'_, '_> {
    /// `module.name`, with or without arguments.
    pub(super) fn module_member(
        &mut self,
        call: &Call<'_>,
        meaning: Meaning,
        want: Want<'_>,
    ) -> Ty {
        match meaning {
            Meaning::Fn(item) if call.parens || call.block.is_some() => {
                self.call_function(call.id, item, call.args, call.block, want)
            }
            Meaning::Fn(item) => self.bare_function(call.id, item, &call.name.name, want),
            Meaning::Const(item) => {
                let ty = self.const_type(item, call.name.span);
                match call.parens {
                    true => self.call_value(call.id, call.id, &ty, call.args, call.block),
                    false => ty,
                }
            }
            Meaning::Variant(item, variant) => {
                self.construct(call.id, item, variant, call.args, want)
            }
            Meaning::Adt(_) if call.parens => match self.scope_type(call.id) {
                Some(ty) => self.call_type(call.id, call.id, &ty, call.args, want),
                None => Ty::Error,
            },
            Meaning::PyModule(_) if !call.parens => Ty::PythonObject,
            Meaning::Error => {
                self.ignore(call.args);
                self.skip_block(call.block);
                Ty::Error
            }
            _ => {
                let report = say::no_value(call.name.span, &call.name.name, "a type or module");
                self.report(report);
                self.ignore(call.args);
                self.skip_block(call.block);
                Ty::Error
            }
        }
    }
}
