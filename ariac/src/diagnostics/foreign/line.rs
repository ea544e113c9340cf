//! The text of a line, and the words in it.

/// A line whose strings and comment are blanks, byte for byte.
pub(super) fn masked(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut quote: Option<char> = None;
    let mut escaped = false;
    let mut is_comment = false;
    for c in line.chars() {
        let shown = match quote {
            Some(q) if c == q && !escaped => {
                quote = None;
                true
            }
            Some(_) => false,
            None if is_comment => false,
            None if c == '#' => {
                is_comment = true;
                false
            }
            None => {
                quote = matches!(c, '"' | '\'').then_some(c);
                true
            }
        };
        escaped = c == '\\' && !escaped;
        match shown && c.is_ascii() {
            true => out.push(c),
            false => out.extend(std::iter::repeat_n(' ', c.len_utf8())),
        }
    }
    out
}

pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The words of a line, with their places.
pub(super) fn all_words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    // What stands between two words may be longer than one byte.
    let place = |word: &str| word.as_ptr().addr() - code.as_ptr().addr();
    code.split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(move |word| (place(word), word))
}

/// `TwoWords` of `two_words`.
pub(super) fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// `Word` of `word`.
pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
