// The parts of Aria's syntax that a table cannot see: which newlines end a statement, what a `##` comment
// belongs to, the text of strings, and words that a `:`, `?` or `!` makes into something else.
//
// The scanner keeps no state; every decision is made from the parser's valid symbols and the text ahead.

#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType {
    NEWLINE,
    WHEN_NEWLINE,
    CLAUSE_NEWLINE,
    DOC_COMMENT,
    MODULE_DOC,
    STRING_CONTENT,
    INTERPOLATION_START,
    STRING_END,
    LABEL,
    SUFFIXED_MEMBER,
    SUFFIXED_NAME,
    MISSING_END,
    MISSING_TYPE_END,
    ERROR_SENTINEL,
};

// The longest keyword that the scanner compares with, and its end.
#define WORD_SIZE 12

static bool is_blank(int32_t c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f'; }

static bool is_upper(int32_t c) { return c >= 'A' && c <= 'Z'; }

static bool is_word_start(int32_t c) {
    return (c >= 'a' && c <= 'z') || is_upper(c) || c == '_' || c >= 0x80;
}

static bool is_word(int32_t c) { return is_word_start(c) || (c >= '0' && c <= '9'); }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static void skip_blanks(TSLexer *lexer) {
    while (is_blank(lexer->lookahead)) advance(lexer);
}

static void to_line_end(TSLexer *lexer) {
    while (lexer->lookahead != '\n' && !lexer->eof(lexer)) advance(lexer);
}

// Reads a word; one that is too long for any keyword comes back as the empty string.
static void read_word(TSLexer *lexer, char *word) {
    unsigned length = 0;
    while (is_word(lexer->lookahead)) {
        if (length < WORD_SIZE - 1 && lexer->lookahead < 0x80) {
            word[length++] = (char)lexer->lookahead;
        } else {
            length = WORD_SIZE;
        }
        advance(lexer);
    }
    word[length < WORD_SIZE ? length : 0] = 0;
}

static bool is_one_of(const char *word, const char *const *words) {
    for (; *words; words++) {
        if (strcmp(word, *words) == 0) return true;
    }
    return false;
}

// Words that go on with what stands before the newline, or close it.
static const char *const CLOSERS[] = {"end", "else", "elsif", "rescue", "ensure", "then", NULL};

static const char *const CLAUSES[] = {"requires", "ensures", "where", NULL};

// Words that begin a declaration which `##` can document.
static const char *const DOCUMENTED[] = {
    "fn", "async", "pure", "pub", "priv", "struct", "data", "enum", "trait", "impl", "const", "module", "extern", NULL,
};

// Words that begin a declaration and can't begin a statement.
static const char *const DECLARATIONS[] = {
    "fn", "async", "pub", "priv", "struct", "enum", "trait", "impl", "const", "module", "import", "extern", NULL,
};

// Those of them that don't stand in the body of a type.
static const char *const OUTER_DECLARATIONS[] = {
    "struct", "enum", "trait", "impl", "module", "import", "extern", NULL,
};

// At the end of the file or before a word at the beginning of a line: whether an `end` is missing.
static bool missing_end(TSLexer *lexer, const bool *valid, const char *word) {
    if (valid[ERROR_SENTINEL]) return false;
    if (valid[MISSING_END] && (!word || is_one_of(word, DECLARATIONS))) {
        lexer->result_symbol = MISSING_END;
        return true;
    }
    if (valid[MISSING_TYPE_END] && (!word || is_one_of(word, OUTER_DECLARATIONS))) {
        lexer->result_symbol = MISSING_TYPE_END;
        return true;
    }
    return false;
}

// At a newline, or behind one: decides from the next line that has code on it whether this one ends here.
// The token has no width and stands at the beginning of the next line, where a second one can follow it.
static bool scan_newline(TSLexer *lexer, const bool *valid) {
    bool can_miss_end = valid[MISSING_END] || valid[MISSING_TYPE_END];
    if (lexer->lookahead == '\n') lexer->advance(lexer, true);
    lexer->mark_end(lexer);
    for (;;) {
        skip_blanks(lexer);
        // A declaration's attributes tell nothing that the declaration doesn't.
        if (lexer->lookahead == '#' || (can_miss_end && lexer->lookahead == '@')) to_line_end(lexer);
        if (lexer->lookahead != '\n') break;
        advance(lexer);
    }
    if (lexer->eof(lexer)) return missing_end(lexer, valid, NULL);

    if (lexer->lookahead == '.') {
        advance(lexer);
        if (is_word_start(lexer->lookahead)) return false;
    }
    if (is_word_start(lexer->lookahead)) {
        char word[WORD_SIZE];
        read_word(lexer, word);
        if (missing_end(lexer, valid, word)) return true;
        if (is_one_of(word, CLOSERS)) return false;
        if (valid[WHEN_NEWLINE] && strcmp(word, "when") == 0) {
            lexer->result_symbol = WHEN_NEWLINE;
            return true;
        }
        if (valid[CLAUSE_NEWLINE] && is_one_of(word, CLAUSES)) {
            // `requires = 1` and `requires.x` are statements about a name.
            skip_blanks(lexer);
            if (lexer->lookahead != '=' && lexer->lookahead != '.') {
                lexer->result_symbol = CLAUSE_NEWLINE;
                return true;
            }
        }
    }
    lexer->result_symbol = NEWLINE;
    return valid[NEWLINE];
}

// At the name of a field, or at a word: whether a declaration that can be documented begins here.
static bool begins_declaration(TSLexer *lexer) {
    if (lexer->lookahead == '@' || is_upper(lexer->lookahead)) return true;
    if (!is_word_start(lexer->lookahead)) return false;
    char word[WORD_SIZE];
    read_word(lexer, word);
    if (is_one_of(word, DOCUMENTED)) return true;
    skip_blanks(lexer);
    return lexer->lookahead == ':';
}

// At `#`: lines of `##` make one comment, which belongs to the declaration on the line below them. The first
// such comment of a file documents the module when no declaration follows at once. Any other is a plain comment.
static bool scan_doc_comment(TSLexer *lexer, const bool *valid) {
    for (;;) {
        if (lexer->lookahead != '#') break;
        advance(lexer);
        if (lexer->lookahead != '#') return false;
        to_line_end(lexer);
        lexer->mark_end(lexer);
        if (lexer->eof(lexer)) break;
        advance(lexer);
        skip_blanks(lexer);
    }
    if (valid[DOC_COMMENT] && begins_declaration(lexer)) {
        lexer->result_symbol = DOC_COMMENT;
        return true;
    }
    lexer->result_symbol = MODULE_DOC;
    return valid[MODULE_DOC];
}

// Inside a string. A string ends on the line where it begins.
static bool scan_string(TSLexer *lexer, const bool *valid) {
    bool has_content = false;
    for (;;) {
        lexer->mark_end(lexer);
        if (lexer->eof(lexer)) return false;
        switch (lexer->lookahead) {
            case '"':
                if (has_content) goto content;
                advance(lexer);
                lexer->mark_end(lexer);
                lexer->result_symbol = STRING_END;
                return valid[STRING_END];
            case '\\':
            case '\n':
                goto content;
            case '#':
                advance(lexer);
                if (lexer->lookahead == '{') {
                    if (has_content) goto content;
                    advance(lexer);
                    lexer->mark_end(lexer);
                    lexer->result_symbol = INTERPOLATION_START;
                    return valid[INTERPOLATION_START];
                }
                break;
            default:
                advance(lexer);
        }
        has_content = true;
    }
content:
    lexer->result_symbol = STRING_CONTENT;
    return has_content && valid[STRING_CONTENT];
}

// At a word.
static bool scan_word(TSLexer *lexer, const bool *valid) {
    while (is_word(lexer->lookahead)) advance(lexer);
    lexer->mark_end(lexer);
    if (lexer->lookahead == '?' || lexer->lookahead == '!') {
        bool asks = lexer->lookahead == '?';
        advance(lexer);
        if (!asks && lexer->lookahead == '=') return false;
        lexer->mark_end(lexer);
        if (valid[SUFFIXED_MEMBER]) {
            lexer->result_symbol = SUFFIXED_MEMBER;
            return true;
        }
        lexer->result_symbol = SUFFIXED_NAME;
        return valid[SUFFIXED_NAME] && (!asks || lexer->lookahead == '(');
    }
    if (valid[LABEL]) {
        skip_blanks(lexer);
        if (lexer->lookahead == ':') {
            lexer->result_symbol = LABEL;
            return true;
        }
    }
    return false;
}

void *tree_sitter_aria_external_scanner_create(void) { return NULL; }

void tree_sitter_aria_external_scanner_destroy(void *payload) { (void)payload; }

unsigned tree_sitter_aria_external_scanner_serialize(void *payload, char *buffer) {
    (void)payload;
    (void)buffer;
    return 0;
}

void tree_sitter_aria_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    (void)payload;
    (void)buffer;
    (void)length;
}

bool tree_sitter_aria_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    (void)payload;
    // While the parser recovers from an error every symbol is valid; newlines alone help it then.
    bool recovering = valid[ERROR_SENTINEL];

    if (!recovering && (valid[STRING_CONTENT] || valid[STRING_END])) return scan_string(lexer, valid);

    bool newline = valid[NEWLINE] || valid[WHEN_NEWLINE] || valid[CLAUSE_NEWLINE] || valid[MISSING_END] ||
                   valid[MISSING_TYPE_END];
    // A newline that can end something has been read already only by a `missing_end` before this.
    if (newline && !recovering && lexer->get_column(lexer) == 0) return scan_newline(lexer, valid);
    while (is_blank(lexer->lookahead) || (!newline && lexer->lookahead == '\n')) lexer->advance(lexer, true);
    if (newline && (lexer->lookahead == '\n' || lexer->eof(lexer))) return scan_newline(lexer, valid);
    if (recovering) return false;
    if (lexer->lookahead == '#' && (valid[DOC_COMMENT] || valid[MODULE_DOC])) return scan_doc_comment(lexer, valid);
    if (is_word_start(lexer->lookahead) && (valid[LABEL] || valid[SUFFIXED_MEMBER] || valid[SUFFIXED_NAME])) {
        return scan_word(lexer, valid);
    }
    return false;
}
