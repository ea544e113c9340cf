//! Types: what every expression is.

mod results;
mod ty;

pub use results::{Callee, Coercion, ParamTy, Signature, Types};
pub use ty::Ty;
