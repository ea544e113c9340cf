; Scopes
[
  (function_declaration)
  (function_signature)
  (struct_declaration)
  (enum_declaration)
  (data_declaration)
  (trait_declaration)
  (impl_declaration)
  (module_declaration)
  (block)
  (closure)
  (for_statement)
  (parallel_for_statement)
  (when_clause)
  (rescue_clause)
] @local.scope

; Definitions
(function_declaration name: (identifier) @local.definition.function)
(function_signature name: (identifier) @local.definition.function)
(parameter name: (identifier) @local.definition.parameter)
(self_parameter "self" @local.definition.parameter)
(type_parameter name: (type_identifier) @local.definition.type)
(block_parameter pattern: (identifier) @local.definition.parameter)
(let_statement pattern: (identifier) @local.definition.var)
(assignment left: (identifier) @local.definition.var)
(assignment left: (tuple (identifier) @local.definition.var))
(for_statement pattern: (identifier) @local.definition.var)
(parallel_for_statement pattern: (identifier) @local.definition.var)
(rescue_clause name: (identifier) @local.definition.var)
(when_clause pattern: (identifier) @local.definition.var)
(as_pattern name: (identifier) @local.definition.var)
(rest_pattern name: (identifier) @local.definition.var)
(tuple_pattern (identifier) @local.definition.var)
(array_pattern (identifier) @local.definition.var)
(pattern_arguments (identifier) @local.definition.var)
(field_pattern pattern: (identifier) @local.definition.var)
(const_declaration name: (_) @local.definition.constant)
(extern_declaration alias: (identifier) @local.definition.import)
(import_declaration alias: (identifier) @local.definition.import)
(import_item !alias name: (_) @local.definition.import)
(import_item alias: (_) @local.definition.import)

; References
(identifier) @local.reference
(constant) @local.reference
(type_identifier) @local.reference
