; Later patterns win over earlier ones.

; Names
(identifier) @variable
(constant) @type
(type_identifier) @type
(self_type) @type.builtin
(self) @variable.builtin
(label) @property
(wildcard) @variable.builtin

((constant) @constant
  (#match? @constant "^[A-Z][A-Z0-9_]+$"))

((type_identifier) @type.builtin
  (#match? @type.builtin "^(U?Int(8|16|32|64)?|Float(32|64)?|Complex|Bool|Unit|String|Bytes|Option|Result|Array|ArrayView|PyArrayView|PythonArray|List|Map|Set|PythonObject)$"))

((constant) @constant.builtin
  (#match? @constant.builtin "^None$"))

((constant) @constructor
  (#match? @constructor "^(Some|Ok|Err)$"))

((constant) @module
  (#eq? @module "Python"))

; Declarations
(function_declaration name: (identifier) @function)
(function_signature name: (identifier) @function)
(parameter name: (identifier) @variable.parameter)
(block_parameter pattern: (identifier) @variable.parameter)
(field_declaration name: (identifier) @property)
(enum_variant name: (constant) @constructor)
(const_declaration name: (_) @constant)
(type_parameter name: (type_identifier) @type)

(extern_declaration language: (constant) @module.builtin)
(extern_declaration alias: (identifier) @module)
(import_declaration alias: (identifier) @module)
(module_path segment: (_) @module)
(module_declaration name: (identifier) @module)

(attribute "@" @attribute name: (identifier) @attribute)
(effect) @keyword.modifier
(modifier) @keyword.modifier
(visibility) @keyword.modifier
(convention) @keyword.modifier

; Calls and members
(member name: (identifier) @property)
(call function: (identifier) @function.call)
(call function: (constant) @constructor)
(method_call method: (identifier) @function.method.call)
(method_call method: (constant) @constructor)
(named_argument name: (identifier) @variable.parameter)
(field_pattern name: (identifier) @property)
(constructor_pattern name: (constant) @constructor)
(qualified_name name: (constant) @constructor)

((call function: (identifier) @function.builtin)
  (#match? @function.builtin "^(assert|print|reveal)$"))

(for_statement label: (identifier) @label)
(parallel_for_statement label: (identifier) @label)
(while_statement label: (identifier) @label)
(loop_expression label: (identifier) @label)

; Literals
(integer) @number
(float) @number.float
(boolean) @boolean
(nil) @constant.builtin
(symbol) @string.special.symbol
(string) @string
(raw_string) @string
(escape_sequence) @string.escape
(interpolation "#{" @punctuation.special "}" @punctuation.special) @embedded

(break_statement label: (symbol) @label)
(continue_statement label: (symbol) @label)

; Keywords
[
  "as"
  "begin"
  "const"
  "data"
  "do"
  "end"
  "enum"
  "extern"
  "from"
  "impl"
  "let"
  "match"
  "module"
  "struct"
  "trait"
  "where"
] @keyword

["ensures" "requires"] @keyword
["fn" "Fn"] @keyword.function
["import"] @keyword.import
["and" "in" "not" "not in" "or"] @keyword.operator
["else" "elsif" "if" "then" "unless" "when"] @keyword.conditional
["break" "continue" "for" "loop" "parallel_for" "step" "while"] @keyword.repeat
["return"] @keyword.return
["ensure" "raise" "rescue" "try"] @keyword.exception
["async" "await"] @keyword.coroutine

; Punctuation
[
  "=" "+=" "-=" "*=" "/=" "//=" "%=" "**=" "@=" "&+=" "&-=" "&*="
  "==" "!=" "<" "<=" ">" ">="
  "+" "-" "*" "/" "//" "%" "**" "&+" "&-" "&*"
  ".." "..<" "->" "=>" "?"
] @operator

(binary_expression operator: "@" @operator)

["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," "." ":"] @punctuation.delimiter
(block_parameters "|" @punctuation.bracket)
(union_type "|" @operator)
(or_pattern "|" @operator)

; Comments
(comment) @comment
(doc_comment) @comment.documentation
