//! Names of other files: `geometry.area(x)`, `geometry.SIDES`.

use super::methods::Call;
use super::{Infer, Ty};
use crate::hir::ItemId;
use crate::resolve::Meaning;

impl Infer<'_, '_> {
    /// What `module.name` gives, also with arguments; none, when the receiver is a value.
    pub(super) fn scoped(&mut self, call: &Call<'_>) -> Option<Ty> {
        let ty = match self.meaning(call.id)? {
            Meaning::Fn(function) => self.scoped_call(call, function),
            Meaning::Const(item) => {
                let ty = self.const_type(item, self.span(call.id));
                if call.parens {
                    self.call_value(call.id, call.id, &ty, call.args)
                } else {
                    ty
                }
            }
            Meaning::Error => {
                self.ignore(call.args);
                Ty::Error
            }
            _ => return None,
        };
        self.types.exprs.set(call.receiver, Ty::Unit);
        Some(ty)
    }

    fn scoped_call(&mut self, call: &Call<'_>, function: ItemId) -> Ty {
        if let Some(block) = call.block {
            return self.unsupported(block.span, "a block for a function is");
        }
        match call.parens {
            true => self.call_function(call.id, function, call.args),
            false => self.bare_function(call.id, function, &call.name.name),
        }
    }
}
