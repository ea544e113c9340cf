; Neovim's captures.

[
  (function_declaration)
  (struct_declaration)
  (enum_declaration)
  (trait_declaration)
  (impl_declaration)
  (module_declaration)
  (extern_declaration)
  (for_statement)
  (parallel_for_statement)
  (while_statement)
  (loop_expression)
  (if_expression)
  (unless_expression)
  (match_expression)
  (when_clause)
  (begin_expression)
  (block)
  (closure)
  (arguments)
  (parameters)
  (field_list)
  (array)
  (tuple)
  (map)
  (index_arguments)
] @indent.begin

["end" ")" "]" "}"] @indent.branch @indent.end
["else" "elsif" "rescue" "ensure"] @indent.branch
(ERROR) @indent.auto
[(comment) (string)] @indent.ignore
