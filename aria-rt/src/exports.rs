//! Holds the exports to the runtime table: each function must exist and have precisely the table's parameters and result,
//! or the crate does not compile. `Ptr` stands for any pointer, `Void` for no result.

/// A type that a table's type may be implemented with.
trait Is<Tag> {}

/// The table's types.
mod tag {
    pub(super) struct Ptr;
    pub(super) struct I64;
    pub(super) struct I32;
    pub(super) struct F64;
    pub(super) struct F32;
    pub(super) struct Void;
}

impl<T> Is<tag::Ptr> for *const T {}
impl<T> Is<tag::Ptr> for *mut T {}
impl Is<tag::Ptr> for aria_abi::layout::ParallelBody {}
impl Is<tag::Ptr> for aria_abi::layout::DropGlue {}
impl Is<tag::Ptr> for aria_abi::layout::CoroutineBody {}
impl Is<tag::I64> for i64 {}
impl Is<tag::I32> for i32 {}
impl Is<tag::F64> for f64 {}
impl Is<tag::F32> for f32 {}
impl Is<tag::Void> for () {}

macro_rules! check_exports {
    ($($(#[$doc:meta])* $rule:ident [$($attribute:ident)*] fn $name:ident($($param:ident: $ty:ident),* $(,)?) -> $ret:ident;)*) => {
        $(const _: () = {
            #[allow(non_camel_case_types, reason = "the table's parameter names serve as type parameters")]
            const fn matches_the_table<$($param: Is<tag::$ty>,)* result: Is<tag::$ret>>(
                _: unsafe extern "C" fn($($param),*) -> result,
            ) {
            }
            matches_the_table(crate::$name);
        };)*

        /// The runtime's functions by name, in the table's order.
        #[cfg(test)]
        const EXPORTS: &[&str] = &[$(stringify!($name)),*];
    };
}

aria_abi::for_each_rt_fn!(check_exports);

#[cfg(test)]
mod tests {
    #[test]
    fn every_export_is_named_as_one() {
        assert!(
            super::EXPORTS
                .iter()
                .all(|name| name.starts_with("aria_rt_"))
        );
    }
}
