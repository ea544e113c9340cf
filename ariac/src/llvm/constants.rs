//! Constants of the extension: texts, locations, string literals, names. Equal ones are one global.

use super::context::ModuleCx;
use crate::source::Span;
use aria_abi::layout::IMMORTAL;
use inkwell::module::Linkage;
use inkwell::types::BasicType;
use inkwell::values::{BasicValue, GlobalValue, PointerValue, StructValue};
use std::collections::HashMap;

/// The globals that were made so far.
#[derive(Debug, Default)]
pub(super) struct Constants<'c> {
    bytes: HashMap<String, PointerValue<'c>>,
    texts: HashMap<String, PointerValue<'c>>,
    strings: HashMap<String, PointerValue<'c>>,
    names: HashMap<String, PointerValue<'c>>,
    modules: HashMap<String, PointerValue<'c>>,
    name_lists: HashMap<Vec<String>, PointerValue<'c>>,
    locations: HashMap<(u32, u32, String, String), PointerValue<'c>>,
}

impl<'c> ModuleCx<'c> {
    /// A private constant without identity. For a global of your own.
    pub fn constant(&self, name: &str, value: impl BasicValue<'c>) -> GlobalValue<'c> {
        let value = value.as_basic_value_enum();
        let global = self.module.add_global(value.get_type(), None, name);
        global.set_linkage(Linkage::Private);
        global.set_constant(true);
        global.set_unnamed_addr(true);
        global.set_initializer(&value);
        global
    }

    /// The address of UTF-8 bytes, followed by a NUL that their length does not count.
    pub fn bytes(&self, text: &str) -> PointerValue<'c> {
        if let Some(&known) = self.constants.borrow().bytes.get(text) {
            return known;
        }
        let value = self.context.const_string(text.as_bytes(), true);
        let pointer = self.constant("bytes", value).as_pointer_value();
        let mut constants = self.constants.borrow_mut();
        constants.bytes.insert(text.to_owned(), pointer);
        pointer
    }

    /// The value of a [`aria_abi::layout::Text`], to be part of another constant.
    pub fn text_value(&self, text: &str) -> StructValue<'c> {
        let len = self.types.i64.const_int(text.len() as u64, false);
        self.types
            .text
            .const_named_struct(&[self.bytes(text).into(), len.into()])
    }

    /// A `Text*`.
    pub fn text(&self, text: &str) -> PointerValue<'c> {
        if let Some(&known) = self.constants.borrow().texts.get(text) {
            return known;
        }
        let value = self.text_value(text);
        let pointer = self.constant("text", value).as_pointer_value();
        let mut constants = self.constants.borrow_mut();
        constants.texts.insert(text.to_owned(), pointer);
        pointer
    }

    /// A `Location*`: where `span` begins, in the Aria function of this name.
    pub fn location(&self, span: Span, function: &str) -> PointerValue<'c> {
        let (line, column) = self.sources.line_column(span);
        let file = &self.sources.file(span.file).path;
        let key = (line, column, file.clone(), function.to_owned());
        if let Some(&known) = self.constants.borrow().locations.get(&key) {
            return known;
        }
        let value = self.types.location.const_named_struct(&[
            self.text_value(file).into(),
            self.text_value(function).into(),
            self.types.i32.const_int(line.into(), false).into(),
            self.types.i32.const_int(column.into(), false).into(),
        ]);
        let pointer = self.constant("location", value).as_pointer_value();
        self.constants.borrow_mut().locations.insert(key, pointer);
        pointer
    }

    /// A `Str*` that is never freed.
    pub fn string(&self, text: &str) -> PointerValue<'c> {
        if let Some(&known) = self.constants.borrow().strings.get(text) {
            return known;
        }
        let value = self.context.const_struct(
            &[
                self.types.i64.const_int(IMMORTAL as u64, true).into(),
                self.types.i64.const_int(text.len() as u64, false).into(),
                self.context.const_string(text.as_bytes(), false).into(),
            ],
            false,
        );
        let global = self.constant("string", value);
        global.set_alignment(8);
        let pointer = global.as_pointer_value();
        let mut constants = self.constants.borrow_mut();
        constants.strings.insert(text.to_owned(), pointer);
        pointer
    }

    /// The `NameCell*` of an attribute, method or keyword.
    pub fn name(&self, name: &str) -> PointerValue<'c> {
        if let Some(&known) = self.constants.borrow().names.get(name) {
            return known;
        }
        let pointer = self.name_cell("name", name);
        let mut constants = self.constants.borrow_mut();
        constants.names.insert(name.to_owned(), pointer);
        pointer
    }

    /// The `NameCell*` of a Python module.
    pub fn python_module(&self, path: &str) -> PointerValue<'c> {
        if let Some(&known) = self.constants.borrow().modules.get(path) {
            return known;
        }
        let pointer = self.name_cell("python_module", path);
        let mut constants = self.constants.borrow_mut();
        constants.modules.insert(path.to_owned(), pointer);
        pointer
    }

    /// A constant array of `NameCell*`; null for none.
    pub fn names(&self, names: &[String]) -> PointerValue<'c> {
        if names.is_empty() {
            return self.types.ptr.const_null();
        }
        if let Some(&known) = self.constants.borrow().name_lists.get(names) {
            return known;
        }
        let cells: Vec<_> = names.iter().map(|name| self.name(name)).collect();
        let list = self.types.ptr.const_array(&cells);
        let pointer = self.constant("names", list).as_pointer_value();
        let mut constants = self.constants.borrow_mut();
        constants.name_lists.insert(names.to_vec(), pointer);
        pointer
    }

    fn name_cell(&self, kind: &str, name: &str) -> PointerValue<'c> {
        let ty = self.types.name_cell;
        let global = self.module.add_global(ty.as_basic_type_enum(), None, kind);
        global.set_linkage(Linkage::Private);
        let cache = self.types.ptr.const_null();
        let text = self.text_value(name);
        global.set_initializer(&ty.const_named_struct(&[cache.into(), text.into()]));
        global.as_pointer_value()
    }
}
