/**
 * @file The grammar of Aria. README.md lists every node with its fields.
 * @license MIT OR Apache-2.0
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

const PREC = {
  try: 1,
  or: 2,
  and: 3,
  not: 4,
  compare: 5,
  range: 6,
  add: 7,
  multiply: 8,
  unary: 9,
  power: 10,
  await: 11,
  postfix: 12,
};

/**
 * One or more `rule`, separated by commas.
 * @param {RuleOrLiteral} rule
 */
const list1 = rule => seq(rule, repeat(seq(',', rule)));

/**
 * One or more `rule`, separated by commas, with an optional comma at the end.
 * @param {RuleOrLiteral} rule
 */
const list = rule => seq(rule, repeat(seq(',', rule)), optional(','));

/**
 * `then` or a newline, and a body that may be empty.
 * @param {GrammarSymbols<any>} $
 * @param {string} name the field of the body
 */
const thenBody = ($, name) => optional(choice(
  seq('then', optional(seq(optional($._newline), field(name, $.body)))),
  seq($._newline, field(name, $.body)),
));

/**
 * A body that may stand on the same line and may be empty.
 * @param {GrammarSymbols<any>} $
 * @param {string} name the field of the body
 */
const inlineBody = ($, name) => optional(seq(optional($._newline), field(name, $.body)));

/**
 * A body that begins on the next line and may be empty.
 * @param {GrammarSymbols<any>} $
 * @param {string} name the field of the body
 */
const nextLineBody = ($, name) => optional(seq($._newline, field(name, $.body)));

/**
 * A loop, with whatever its statement form puts before it.
 * @param {GrammarSymbols<any>} $
 * @param {RuleOrLiteral[]} rest
 */
const loop = ($, ...rest) => seq(
  optional($._attributes),
  optional(seq(field('label', $.identifier), ':')),
  ...rest,
);

/**
 * A declaration: documentation, attributes and visibility come first.
 * @param {GrammarSymbols<any>} $
 * @param {RuleOrLiteral[]} rest
 */
const declaration = ($, ...rest) => seq(optional($._declaration_start), ...rest);

/**
 * The items of a declaration's body, one a line.
 * @param {GrammarSymbols<any>} $
 * @param {RuleOrLiteral} item
 */
const items = ($, item) => seq(item, repeat(seq($._newline, item)));

module.exports = grammar({
  name: 'aria',

  // The scanner never emits a newline before a line that begins with `.name`, `then` or a word that
  // closes a body, nor at the end of the file: a newline token always separates two things.
  externals: $ => [
    $._newline,
    $._when_newline,        // the newline before `when`, inside `match`
    $._clause_newline,      // the newline before `requires`, `ensures` or `where`, after a signature
    $.doc_comment,
    $._module_doc,
    $._string_content,
    $._interpolation_start,
    $._string_end,
    $._label,               // a word that a `:` follows, in arguments, maps and patterns
    $._suffixed_member,     // `name?` or `name!` after `.` or `fn`
    $._suffixed_name,       // `name!`, or `name?` when `(` follows
    $.missing_end,          // before a declaration, where a function's or a statement's `end` should be
    $._missing_type_end,    // the same for the `end` of a struct, enum, trait, impl or extern
    $._error_sentinel,
  ],

  extras: $ => [/\s/, /\\\r?\n/, $.comment],

  word: $ => $.identifier,

  reserved: {
    global: _ => [
      'and', 'async', 'await', 'begin', 'break', 'const', 'continue', 'do', 'else', 'elsif', 'end', 'ensure', 'enum',
      'extern', 'false', 'fn', 'for', 'if', 'impl', 'import', 'in', 'let', 'loop', 'match', 'module', 'mut', 'nil', 'not',
      'or', 'priv', 'pub', 'raise', 'raises', 'rescue', 'return', 'self', 'struct', 'then', 'trait', 'true', 'try',
      'unless', 'where', 'while',
    ],
    member: _ => [],
  },

  supertypes: $ => [
    $.declaration,
    $.statement,
    $.expression,
    $.primary_expression,
    $.pattern,
    $.type,
  ],

  inline: $ => [$._name, $._target],

  conflicts: $ => [
    // In a trait, whether a signature has a body is seen on the line after it.
    [$.function_signature, $._function_with_body],
  ],

  rules: {
    source_file: $ => seq(
      optional(field('doc', alias($._module_doc, $.doc_comment))),
      optional(items($, $._item)),
    ),

    _item: $ => choice($.declaration, $.statement),

    // ---------------------------------------------------------------- declarations

    declaration: $ => choice(
      $.extern_declaration,
      $.import_declaration,
      $.from_import_declaration,
      $.const_declaration,
      $.function_declaration,
      $.struct_declaration,
      $.data_declaration,
      $.enum_declaration,
      $.trait_declaration,
      $.impl_declaration,
      $.module_declaration,
    ),

    _declaration_start: $ => choice(
      $._declaration_prefix,
      seq(optional($._declaration_prefix), field('visibility', $.visibility)),
    ),

    _declaration_prefix: $ => choice(
      field('doc', $.doc_comment),
      seq(field('doc', $.doc_comment), $._attributes),
      $._attributes,
      seq($._attributes, field('doc', $.doc_comment), optional($._attributes)),
    ),

    _attributes: $ => repeat1(field('attribute', $.attribute)),

    attribute: $ => seq(
      '@',
      field('name', $._name),
      optional(field('arguments', $.arguments)),
    ),

    visibility: _ => choice('pub', 'priv'),

    extern_declaration: $ => declaration($,
      'extern',
      field('language', $.constant),
      'from',
      field('source', choice($.module_path, $.string, $.raw_string)),
      optional(seq('as', field('alias', choice($._name, $.constant)))),
      optional(seq('do', optional(seq($._newline, field('body', $.extern_body))), $._type_end)),
    ),

    extern_body: $ => items($, choice($.function_signature, $.const_declaration)),

    import_declaration: $ => seq(
      optional(field('visibility', $.visibility)),
      'import',
      field('path', $.module_path),
      optional(seq('as', field('alias', choice($._name, $.constant)))),
    ),

    from_import_declaration: $ => seq(
      optional(field('visibility', $.visibility)),
      'from',
      field('path', $.module_path),
      'import',
      choice(
        list1(field('item', $.import_item)),
        seq('(', list(field('item', $.import_item)), ')'),
      ),
    ),

    import_item: $ => seq(
      field('name', choice($._name, $.constant)),
      optional(seq('as', field('alias', choice($._name, $.constant)))),
    ),

    module_path: $ => seq(
      field('segment', choice($._name, $.constant)),
      repeat(seq('.', field('segment', $._member_name))),
    ),

    const_declaration: $ => declaration($,
      'const',
      field('name', choice($.constant, $._name)),
      optional(seq(':', field('type', $.type))),
      optional(seq('=', field('value', $.expression))),
    ),

    function_declaration: $ => choice(
      seq($._function_head, '=', field('value', $.expression)),
      seq($._function_head, nextLineBody($, 'body'), $._end),
    ),

    // The form that a trait's body takes, where `end` alone would be the trait's.
    _function_with_body: $ => choice(
      seq($._function_head, '=', field('value', $.expression)),
      seq($._function_head, $._newline, field('body', $.body), $._end),
    ),

    function_signature: $ => $._function_head,

    // In steps, because tree-sitter makes a production of every combination of what is optional in one rule.
    _function_head: $ => seq(
      $._function_type,
      optional(field('clause', $.where_clause)),
      repeat(seq($._clause_newline, field('clause', $._clause))),
    ),

    _function_type: $ => seq(
      $._function_inputs,
      optional(seq('->', field('return_type', $.type))),
      optional(field('effects', $.effects)),
    ),

    _function_inputs: $ => seq(
      $._function_start,
      optional(field('type_parameters', $.type_parameters)),
      optional(field('parameters', $.parameters)),
    ),

    _function_start: $ => declaration($,
      repeat(field('modifier', $.modifier)),
      'fn',
      field('name', $._function_name),
    ),

    modifier: _ => choice('pure', 'async'),

    _function_name: $ => choice(
      $._name,
      alias($._suffixed_member, $.identifier),
      alias(choice('where', 'match', 'in', 'and', 'or', 'not', 'begin', 'ensure', 'try'), $.identifier),
    ),

    parameters: $ => seq('(', optional(list(choice($.parameter, $.self_parameter))), ')'),

    parameter: $ => seq(
      optional(field('convention', $.convention)),
      field('name', $._name),
      optional(seq(':', field('type', $.type))),
      optional(seq('=', field('default', $.expression))),
    ),

    self_parameter: $ => seq(
      optional(field('convention', $.convention)),
      'self',
    ),

    convention: _ => choice('mut', 'own'),

    effects: $ => seq($._effect, repeat(seq(optional(','), $._effect))),

    // Any name is taken for one, so that the compiler can tell which name was meant.
    _effect: $ => alias(choice($.identifier, 'raises', 'async'), $.effect),

    _clause: $ => choice($.requires_clause, $.ensures_clause, $.where_clause),

    requires_clause: $ => seq(
      'requires',
      field('condition', $.expression),
      optional(seq(':', field('message', $.expression))),
    ),

    ensures_clause: $ => seq(
      'ensures',
      field('condition', $.expression),
      optional(seq(':', field('message', $.expression))),
    ),

    where_clause: $ => seq('where', list1($.where_predicate)),

    where_predicate: $ => seq(
      field('type', $.type),
      ':',
      field('bounds', $.trait_bounds),
    ),

    type_parameters: $ => seq('[', list($.type_parameter), ']'),

    type_parameter: $ => seq(
      field('name', alias($.constant, $.type_identifier)),
      optional(seq(':', field('bounds', $.trait_bounds))),
    ),

    trait_bounds: $ => seq($._simple_type, repeat(seq('+', $._simple_type))),

    _type_name_and_parameters: $ => seq(
      field('name', alias($.constant, $.type_identifier)),
      optional(field('type_parameters', $.type_parameters)),
    ),

    struct_declaration: $ => declaration($,
      'struct',
      $._type_name_and_parameters,
      optional(field('clause', $.where_clause)),
      optional(seq($._newline, field('body', $.struct_body))),
      $._type_end,
    ),

    struct_body: $ => items($, choice(
      $.field_declaration,
      $.const_declaration,
      $.function_declaration,
    )),

    field_declaration: $ => declaration($,
      field('name', $._name),
      ':',
      field('type', $.type),
      optional(seq('=', field('default', $.expression))),
    ),

    data_declaration: $ => declaration($,
      'data',
      $._type_name_and_parameters,
      field('fields', $.field_list),
      optional(field('clause', $.where_clause)),
    ),

    field_list: $ => seq('(', optional(list($.field_declaration)), ')'),

    enum_declaration: $ => declaration($,
      'enum',
      $._type_name_and_parameters,
      optional(field('clause', $.where_clause)),
      optional(seq($._newline, field('body', $.enum_body))),
      $._type_end,
    ),

    enum_body: $ => items($, choice(
      $.enum_variant,
      $.const_declaration,
      $.function_declaration,
    )),

    enum_variant: $ => seq(
      optional($._declaration_prefix),
      field('name', $.constant),
      optional(field('fields', alias($.variant_fields, $.field_list))),
      optional(seq('=', field('value', $.expression))),
    ),

    variant_fields: $ => seq('(', optional(list(choice($.field_declaration, $.type))), ')'),

    trait_declaration: $ => declaration($,
      'trait',
      $._type_name_and_parameters,
      optional(seq(':', field('bounds', $.trait_bounds))),
      optional(field('clause', $.where_clause)),
      optional(seq($._newline, field('body', $.trait_body))),
      $._type_end,
    ),

    trait_body: $ => items($, choice(
      $.function_signature,
      alias($._function_with_body, $.function_declaration),
      $.const_declaration,
    )),

    impl_declaration: $ => declaration($,
      'impl',
      optional(field('type_parameters', $.type_parameters)),
      optional(seq(field('trait', $.type), 'for')),
      field('type', $.type),
      optional(field('clause', $.where_clause)),
      optional(seq($._newline, field('body', $.impl_body))),
      $._type_end,
    ),

    impl_body: $ => items($, choice($.function_declaration, $.const_declaration)),

    module_declaration: $ => declaration($,
      'module',
      field('name', $._name),
      optional(seq($._newline, field('body', $.module_body))),
      'end',
    ),

    module_body: $ => items($, $._item),

    // A declaration that begins where none can stand shows that an `end` is missing, and so does the end of the file.
    // `missing_end` is an error like tree-sitter's own `MISSING` nodes; those can mend one gap at a time only.
    _end: $ => choice('end', $.missing_end),

    _type_end: $ => choice('end', alias($._missing_type_end, $.missing_end)),

    // ---------------------------------------------------------------- types

    type: $ => choice($._simple_type, $.union_type),

    _simple_type: $ => choice(
      alias($.constant, $.type_identifier),
      $.self_type,
      $.nil,
      $.qualified_type,
      $.generic_type,
      $.optional_type,
      $.tuple_type,
      $.function_type,
    ),

    union_type: $ => prec.left(seq($.type, '|', $._simple_type)),

    _type_name: $ => choice(
      alias($.constant, $.type_identifier),
      $.self_type,
      $.qualified_type,
    ),

    qualified_type: $ => seq(
      repeat1(seq(field('scope', choice($.identifier, alias($.constant, $.type_identifier), $.self_type)), '.')),
      field('name', alias($.constant, $.type_identifier)),
    ),

    generic_type: $ => seq(
      field('name', $._type_name),
      field('arguments', $.type_arguments),
    ),

    type_arguments: $ => seq('[', list(choice($.type, $.integer)), ']'),

    optional_type: $ => seq(field('type', $._simple_type), '?'),

    tuple_type: $ => seq('(', optional(list($.type)), ')'),

    function_type: $ => prec.right(seq(
      'Fn',
      field('parameters', alias($._function_type_parameters, $.tuple_type)),
      '->',
      field('return_type', $._simple_type),
    )),

    _function_type_parameters: $ => seq('(', optional(list(choice($.type, $.convention_type))), ')'),

    convention_type: $ => seq(field('convention', $.convention), field('type', $.type)),

    self_type: _ => 'Self',

    // ---------------------------------------------------------------- statements

    body: $ => seq($.statement, repeat(seq($._newline, $.statement))),

    statement: $ => choice(
      $.let_statement,
      $.assignment,
      $.compound_assignment,
      $.return_statement,
      $.break_statement,
      $.continue_statement,
      $.raise_statement,
      $.if_modifier,
      $.unless_modifier,
      $.while_modifier,
      $.for_statement,
      $.parallel_for_statement,
      $.while_statement,
      alias($._marked_loop, $.loop_expression),
      $.expression,
    ),

    let_statement: $ => seq(
      'let',
      optional(field('convention', alias('mut', $.convention))),
      field('pattern', choice($._binding_pattern, alias($.bare_tuple_pattern, $.tuple_pattern))),
      optional(seq(':', field('type', $.type))),
      '=',
      field('value', $._right_side),
    ),

    assignment: $ => seq(
      choice(
        seq(
          field('left', $._target),
          optional(seq(':', field('type', $.type))),
        ),
        field('left', alias($.target_list, $.tuple)),
      ),
      '=',
      field('right', $._right_side),
    ),

    _target: $ => choice($._name, $.member, $.index, $.tuple),

    target_list: $ => seq($._target, ',', list($._target)),

    compound_assignment: $ => seq(
      field('left', $._target),
      field('operator', choice(
        '+=', '-=', '*=', '/=', '//=', '%=', '**=', '@=', '&+=', '&-=', '&*=',
      )),
      field('right', $.expression),
    ),

    _right_side: $ => choice($.expression, alias($.bare_tuple, $.tuple)),

    bare_tuple: $ => prec.right(seq($.expression, ',', list1($.expression))),

    // After `return`, `break` and `raise`, `if` and its like are modifiers.
    return_statement: $ => choice(
      prec(1, 'return'),
      seq('return', field('value', $._right_side)),
    ),

    break_statement: $ => choice(
      prec(1, 'break'),
      prec(1, seq('break', field('label', $.symbol))),
      seq('break', field('label', $.symbol), ',', field('value', $.expression)),
      seq('break', field('value', $.expression)),
    ),

    continue_statement: $ => seq('continue', optional(field('label', $.symbol))),

    raise_statement: $ => choice(
      prec(1, 'raise'),
      seq('raise', field('value', $.expression), optional(seq('from', field('cause', $.expression)))),
    ),

    if_modifier: $ => seq(field('body', $.statement), 'if', field('condition', $.expression)),

    unless_modifier: $ => seq(field('body', $.statement), 'unless', field('condition', $.expression)),

    while_modifier: $ => seq(field('body', $.statement), 'while', field('condition', $.expression)),

    for_statement: $ => loop($,
      'for',
      field('pattern', $._loop_pattern),
      'in',
      field('iterable', $.expression),
      nextLineBody($, 'body'),
      $._end,
    ),

    parallel_for_statement: $ => loop($,
      'parallel_for',
      field('pattern', $._loop_pattern),
      'in',
      field('iterable', $.expression),
      nextLineBody($, 'body'),
      $._end,
    ),

    _loop_pattern: $ => choice($._binding_pattern, alias($.bare_tuple_pattern, $.tuple_pattern)),

    while_statement: $ => loop($,
      'while',
      field('condition', $.expression),
      nextLineBody($, 'body'),
      $._end,
    ),

    _marked_loop: $ => seq(
      choice(
        seq($._attributes, optional(seq(field('label', $.identifier), ':'))),
        seq(field('label', $.identifier), ':'),
      ),
      $._loop,
    ),

    // ---------------------------------------------------------------- expressions

    expression: $ => choice(
      $.primary_expression,
      $.unary_expression,
      $.binary_expression,
      $.not_expression,
      $.comparison,
      $.range,
      $.try_expression,
      $.await_expression,
      $.function_type,
    ),

    primary_expression: $ => choice(
      $._name,
      alias($._suffixed_name, $.identifier),
      $.constant,
      $.self,
      $.self_type,
      $.integer,
      $.float,
      $.boolean,
      $.nil,
      $.symbol,
      $.string,
      $.raw_string,
      $.array,
      $.map,
      $.tuple,
      $.parenthesized_expression,
      $.call,
      $.method_call,
      $.member,
      $.index,
      $.propagate_expression,
      $.closure,
      $.if_expression,
      $.unless_expression,
      $.match_expression,
      $.begin_expression,
      $.loop_expression,
    ),

    parenthesized_expression: $ => seq('(', field('expression', $.expression), ')'),

    tuple: $ => choice(
      seq('(', ')'),
      seq('(', $.expression, ',', optional(list($.expression)), ')'),
    ),

    array: $ => seq('[', optional(list($.expression)), ']'),

    map: $ => seq('{', optional(list($.pair)), '}'),

    pair: $ => choice(
      seq(field('key', alias($._label, $.label)), ':', field('value', $.expression)),
      seq(field('key', $.expression), choice('=>', ':'), field('value', $.expression)),
    ),

    unary_expression: $ => prec(PREC.unary, seq(
      field('operator', choice('-', '+')),
      field('operand', $.expression),
    )),

    not_expression: $ => prec(PREC.not, seq('not', field('operand', $.expression))),

    binary_expression: $ => {
      /** @type {[number, RuleOrLiteral][]} */
      const table = [
        [PREC.or, 'or'],
        [PREC.and, 'and'],
        [PREC.add, choice('+', '-', '&+', '&-')],
        [PREC.multiply, choice('*', '/', '//', '%', '@', '&*')],
      ];
      return choice(
        ...table.map(([level, operator]) => prec.left(level, seq(
          field('left', $.expression),
          field('operator', operator),
          field('right', $.expression),
        ))),
        prec.right(PREC.power, seq(
          field('left', $.expression),
          field('operator', '**'),
          field('right', $.expression),
        )),
      );
    },

    // `a < b < c` has `a < b` as its left side; `(a < b) < c` has a parenthesized expression there.
    comparison: $ => prec.left(PREC.compare, seq(
      field('left', $.expression),
      field('operator', choice('==', '!=', '<', '<=', '>', '>=', 'in', alias($._not_in, 'not in'))),
      field('right', $.expression),
    )),

    _not_in: _ => seq('not', 'in'),

    range: $ => prec.left(PREC.range, seq(
      field('start', $.expression),
      field('operator', choice('..', '..<')),
      field('end', $.expression),
      optional($._step),
    )),

    _step: $ => prec.left(PREC.range, seq('step', field('step', $.expression))),

    // A range with an end left out; it stands only between the brackets of an index.
    _open_range: $ => choice(
      prec(1, seq(
        field('start', $.expression),
        field('operator', choice('..', '..<')),
        optional($._step),
      )),
      seq(
        field('operator', choice('..', '..<')),
        field('end', $.expression),
        optional($._step),
      ),
      prec(1, seq(
        field('operator', '..'),
        optional($._step),
      )),
    ),

    try_expression: $ => prec(PREC.try, seq('try', field('value', $.expression))),

    await_expression: $ => prec(PREC.await, seq('await', field('value', $.primary_expression))),

    propagate_expression: $ => prec(PREC.postfix, seq(field('value', $.primary_expression), '?')),

    member: $ => prec(PREC.postfix, seq(
      field('object', $.primary_expression),
      '.',
      field('name', $._member_name),
    )),

    _member_name: $ => choice(
      reserved('member', $.identifier),
      alias($._suffixed_member, $.identifier),
      $.constant,
    ),

    index: $ => prec(PREC.postfix, seq(
      field('object', $.primary_expression),
      field('arguments', $.index_arguments),
    )),

    index_arguments: $ => seq('[', list(choice($.expression, alias($._open_range, $.range))), ']'),

    call: $ => prec.right(PREC.postfix, choice(
      seq(
        field('function', $._callee),
        field('arguments', $.arguments),
        optional(field('block', $.block)),
      ),
      seq(
        field('function', choice($._name, alias($._suffixed_name, $.identifier))),
        field('block', $.block),
      ),
    )),

    _callee: $ => choice(
      $._name,
      alias($._suffixed_name, $.identifier),
      $.constant,
      $.self_type,
      $.parenthesized_expression,
      $.index,
      $.call,
      $.method_call,
    ),

    method_call: $ => prec.right(PREC.postfix, choice(
      seq(
        field('object', $.primary_expression),
        '.',
        field('method', $._member_name),
        choice(
          seq(field('arguments', $.arguments), optional(field('block', $.block))),
          field('block', $.block),
        ),
      ),
      // These three always take a block, so that it needs no `do`.
      seq(
        field('object', $.primary_expression),
        '.',
        field('method', alias(choice('with_gil', 'without_gil', 'offload'), $.identifier)),
        field('block', choice($.block, alias($.bare_block, $.block))),
      ),
    )),

    arguments: $ => seq('(', optional(list(choice($.expression, $.named_argument))), ')'),

    named_argument: $ => seq(
      field('name', alias($._label, $.identifier)),
      ':',
      field('value', $.expression),
    ),

    // `do |x|` opens one block with a parameter; it never is a block whose body begins with a closure.
    block: $ => prec(1, choice(
      seq('do', optional(field('parameters', $.block_parameters)), inlineBody($, 'body'), $._end),
      seq(field('parameters', $.block_parameters), inlineBody($, 'body'), $._end),
    )),

    bare_block: $ => seq(inlineBody($, 'body'), $._end),

    closure: $ => seq(field('parameters', $.block_parameters), inlineBody($, 'body'), $._end),

    block_parameters: $ => seq('|', optional(list($.block_parameter)), '|'),

    block_parameter: $ => seq(
      optional(field('convention', $.convention)),
      field('pattern', $._binding_pattern),
      optional(seq(':', field('type', $._simple_type))),
    ),

    if_expression: $ => seq(
      'if',
      field('condition', $.expression),
      thenBody($, 'consequence'),
      repeat(field('alternative', $.elsif_clause)),
      optional(field('alternative', $.else_clause)),
      $._end,
    ),

    elsif_clause: $ => seq(
      'elsif',
      field('condition', $.expression),
      thenBody($, 'consequence'),
    ),

    else_clause: $ => seq('else', inlineBody($, 'body')),

    unless_expression: $ => seq(
      'unless',
      field('condition', $.expression),
      thenBody($, 'consequence'),
      optional(field('alternative', $.else_clause)),
      $._end,
    ),

    match_expression: $ => seq(
      'match',
      field('value', $.expression),
      repeat(seq(optional($._when_newline), field('arm', $.when_clause))),
      optional(field('alternative', $.else_clause)),
      $._end,
    ),

    when_clause: $ => seq(
      'when',
      field('pattern', $.pattern),
      optional(seq('if', field('guard', $.expression))),
      thenBody($, 'body'),
    ),

    begin_expression: $ => seq(
      'begin',
      inlineBody($, 'body'),
      repeat(field('rescue', $.rescue_clause)),
      optional(field('alternative', $.else_clause)),
      optional(field('ensure', $.ensure_clause)),
      $._end,
    ),

    rescue_clause: $ => seq(
      'rescue',
      optional(choice(
        seq(field('name', $._name), optional(seq(':', field('type', $.type)))),
        field('type', $.type),
      )),
      thenBody($, 'body'),
    ),

    ensure_clause: $ => seq('ensure', inlineBody($, 'body')),

    loop_expression: $ => $._loop,

    _loop: $ => seq('loop', optional('do'), inlineBody($, 'body'), $._end),

    // ---------------------------------------------------------------- patterns

    pattern: $ => choice(
      $._binding_pattern,
      $.as_pattern,
      $.or_pattern,
      $.range_pattern,
      $._literal_pattern,
    ),

    _binding_pattern: $ => choice(
      $._name,
      $.wildcard,
      $.constant,
      $.self_type,
      $.qualified_name,
      $.constructor_pattern,
      $.tuple_pattern,
      $.array_pattern,
    ),

    _literal_pattern: $ => choice($._range_bound, $.boolean, $.nil, $.symbol),

    _range_bound: $ => choice(
      $.integer,
      $.float,
      $.negative_literal,
      $.string,
      $.raw_string,
    ),

    negative_literal: $ => seq('-', field('value', choice($.integer, $.float))),

    wildcard: _ => '_',

    qualified_name: $ => seq(
      field('scope', choice($._name, $.constant, $.self_type, $.qualified_name)),
      '.',
      field('name', $._member_name),
    ),

    constructor_pattern: $ => seq(
      field('name', choice($.constant, $.self_type, $.qualified_name)),
      field('arguments', $.pattern_arguments),
    ),

    pattern_arguments: $ => seq('(', optional(list(choice($.pattern, $.field_pattern, $.rest_pattern))), ')'),

    field_pattern: $ => seq(
      field('name', alias($._label, $.identifier)),
      ':',
      field('pattern', $.pattern),
    ),

    tuple_pattern: $ => choice(
      seq('(', ')'),
      seq('(', choice($.pattern, $.rest_pattern), repeat(seq(',', choice($.pattern, $.rest_pattern))), optional(','), ')'),
    ),

    bare_tuple_pattern: $ => seq($._binding_pattern, ',', list1($._binding_pattern)),

    array_pattern: $ => seq('[', optional(list(choice($.pattern, $.rest_pattern))), ']'),

    rest_pattern: $ => seq('..', optional(field('name', choice($._name, $.wildcard)))),

    as_pattern: $ => prec.left(1, seq(field('pattern', $.pattern), 'as', field('name', $._name))),

    or_pattern: $ => prec.left(2, seq($.pattern, '|', $.pattern)),

    range_pattern: $ => choice(
      seq(field('start', $._range_bound), field('operator', choice('..', '..<')), optional(field('end', $._range_bound))),
      seq(field('operator', choice('..', '..<')), field('end', $._range_bound)),
    ),

    // ---------------------------------------------------------------- words and literals

    // These are keywords where a declaration or a clause can stand, and names everywhere else.
    _name: $ => choice(
      $.identifier,
      prec(-1, alias(choice('data', 'from', 'pure', 'own', 'step'), $.identifier)),
    ),

    identifier: _ => /[_\p{Ll}\p{Lo}\p{Lm}]\p{XID_Continue}*/,

    constant: _ => /[\p{Lu}\p{Lt}]\p{XID_Continue}*/,

    self: _ => 'self',

    boolean: _ => choice('true', 'false'),

    nil: _ => 'nil',

    symbol: _ => token(seq(':', /[_\p{L}]\p{XID_Continue}*[?!]?/)),

    integer: _ => token(seq(
      choice(
        /0[xX][0-9a-fA-F][0-9a-fA-F_]*/,
        /0[bB][01][01_]*/,
        /0[oO][0-7][0-7_]*/,
        /[0-9][0-9_]*/,
      ),
      optional(/[iu](8|16|32|64)/),
    )),

    float: _ => token(choice(
      /[0-9][0-9_]*\.[0-9][0-9_]*([eE][+-]?[0-9][0-9_]*)?(f32|f64)?/,
      /[0-9][0-9_]*[eE][+-]?[0-9][0-9_]*(f32|f64)?/,
      /[0-9][0-9_]*(f32|f64)/,
    )),

    string: $ => seq(
      '"',
      repeat(choice(
        alias($._string_content, $.string_content),
        $.escape_sequence,
        $.interpolation,
      )),
      alias($._string_end, '"'),
    ),

    escape_sequence: _ => token.immediate(seq(
      '\\',
      choice(
        /[^xu\r\n]/,
        /\r?\n/,
        /x[0-9a-fA-F]{2}/,
        /u[0-9a-fA-F]{4}/,
        /u\{[0-9a-fA-F]{1,6}\}/,
      ),
    )),

    interpolation: $ => seq(
      alias($._interpolation_start, '#{'),
      field('expression', $.expression),
      '}',
    ),

    raw_string: _ => /'[^'\n]*'/,

    comment: _ => token(/#[^\n]*/),
  },
});
