; A definition carries its documentation.

(function_declaration
  doc: (doc_comment)? @doc
  name: (identifier) @name) @definition.function

(function_signature
  doc: (doc_comment)? @doc
  name: (identifier) @name) @definition.function

(impl_body
  (function_declaration
    doc: (doc_comment)? @doc
    name: (identifier) @name) @definition.method)

(struct_body
  (function_declaration
    doc: (doc_comment)? @doc
    name: (identifier) @name) @definition.method)

(enum_body
  (function_declaration
    doc: (doc_comment)? @doc
    name: (identifier) @name) @definition.method)

(trait_body
  [
    (function_signature
      doc: (doc_comment)? @doc
      name: (identifier) @name)
    (function_declaration
      doc: (doc_comment)? @doc
      name: (identifier) @name)
  ] @definition.method)

(struct_declaration
  doc: (doc_comment)? @doc
  name: (type_identifier) @name) @definition.class

(data_declaration
  doc: (doc_comment)? @doc
  name: (type_identifier) @name) @definition.class

(enum_declaration
  doc: (doc_comment)? @doc
  name: (type_identifier) @name) @definition.class

(trait_declaration
  doc: (doc_comment)? @doc
  name: (type_identifier) @name) @definition.interface

(module_declaration
  doc: (doc_comment)? @doc
  name: (identifier) @name) @definition.module

(const_declaration
  doc: (doc_comment)? @doc
  name: (_) @name) @definition.constant

(impl_declaration
  trait: (type_identifier) @name) @reference.implementation

(call function: (identifier) @name) @reference.call
(call function: (constant) @name) @reference.class
(method_call method: (_) @name) @reference.call
(generic_type name: (type_identifier) @name) @reference.type
