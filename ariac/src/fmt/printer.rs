//! From operations to lines: decides which groups fit on their line, and breaks those that don't.
//!
//! It is Wadler's printer over a flat list instead of a tree: a group looks ahead as far as a line reaches, so that the
//! time is linear in the text and no stack is used.

/// Columns of a line, without its comment.
const WIDTH: usize = 100;

/// Blanks of one step of indentation.
const STEP: usize = 2;

/// One operation of the printer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op<'t> {
    /// A token as it is written. Only strings have newlines in them, which are theirs.
    Text(&'t str),
    /// A blank that vanishes at the end of a line.
    Space,
    /// A blank; a newline if its group is broken.
    Line,
    /// Nothing; a newline if its group is broken.
    Soft,
    /// A blank; a newline if what follows would not fit.
    Fill,
    /// A newline.
    Hard,
    /// A newline and an empty line.
    Blank,
    /// Begins a group, whose lines and softs are broken all or none.
    Begin(Break),
    /// Ends the group.
    End,
    /// The lines after it stand this many steps deeper.
    Indent(usize),
    /// Ends that.
    Dedent(usize),
    /// The same, if the innermost group is broken.
    IndentIfBroken(usize),
    /// Ends that.
    DedentIfBroken(usize),
    /// A comment at the end of the line; its column in the source tells whether it was aligned with its neighbours.
    Comment(&'t str, usize),
    /// What follows may have been aligned with the lines around, at this column.
    Stop(usize),
    /// A part of the source that is left as it is, with the blanks before it.
    Verbatim(&'t str, &'t str),
}

/// What breaks a group, beside its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// A newline anywhere in it.
    OnNewline,
    /// Nothing: the newlines of a block in it are the block's own.
    OnWidth,
}

/// A line of the result.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// What stands on it, without its comment.
    pub(super) code: String,
    /// The comment at its end and the column that it had.
    pub(super) comment: Option<(String, usize)>,
    /// Where in `code` something begins that may be aligned, and the column that it had.
    pub(super) stop: Option<(usize, usize)>,
}

/// Prints.
pub(super) fn print(ops: &[Op<'_>]) -> Vec<Line> {
    let mut printer = Printer {
        ops,
        lines: vec![Line::default()],
        column: 0,
        indent: 0,
        fresh: true,
        space: false,
        broken: Vec::new(),
    };
    for at in 0..ops.len() {
        printer.step(at);
    }
    printer.lines
}

struct Printer<'o, 't> {
    ops: &'o [Op<'t>],
    lines: Vec<Line>,
    /// Characters on the current line, and steps of the next ones.
    column: usize,
    indent: usize,
    /// Nothing stands on the current line yet, not even its indentation.
    fresh: bool,
    /// A blank is due before the next token.
    space: bool,
    /// Whether each open group is broken.
    broken: Vec<bool>,
}

impl Printer<'_, '_> {
    fn step(&mut self, at: usize) {
        match self.ops[at] {
            Op::Text(text) => self.text(text),
            Op::Space => self.space = true,
            Op::Line if self.is_broken() => self.newline(),
            Op::Line => self.space = true,
            Op::Soft if self.is_broken() => self.newline(),
            Op::Soft => {}
            Op::Fill if self.is_broken() && !self.fits(at + 1, 1, 0) => self.newline(),
            Op::Fill => self.space = true,
            Op::Hard => self.newline(),
            Op::Blank => {
                self.newline();
                self.lines.push(Line::default());
            }
            Op::Begin(_) => {
                let broken = !self.fits(at, 0, usize::from(self.space));
                self.broken.push(broken);
            }
            Op::End => drop(self.broken.pop()),
            Op::Indent(steps) => self.indent += steps,
            Op::Dedent(steps) => self.indent -= steps,
            Op::IndentIfBroken(steps) if self.is_broken() => self.indent += steps,
            Op::DedentIfBroken(steps) if self.is_broken() => self.indent -= steps,
            Op::IndentIfBroken(_) | Op::DedentIfBroken(_) => {}
            Op::Comment(text, column) => {
                self.start();
                self.last().comment = Some((text.to_owned(), column));
            }
            Op::Stop(column) => {
                self.start();
                let length = self.last().code.len() + usize::from(self.space);
                self.last().stop.get_or_insert((length, column));
            }
            Op::Verbatim(blanks, text) => self.verbatim(blanks, text),
        }
    }

    fn is_broken(&self) -> bool {
        self.broken.last().is_some_and(|broken| *broken)
    }

    fn last(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    fn newline(&mut self) {
        self.lines.push(Line::default());
        self.column = 0;
        self.fresh = true;
        self.space = false;
    }

    /// Writes the line's indentation, if nothing stands on it.
    fn start(&mut self) {
        if self.fresh {
            let blanks = self.indent * STEP;
            self.last().code.push_str(&" ".repeat(blanks));
            self.column = blanks;
            self.fresh = false;
            self.space = false;
        }
    }

    fn text(&mut self, text: &str) {
        self.start();
        if std::mem::take(&mut self.space) {
            self.last().code.push(' ');
            self.column += 1;
        }
        self.pieces(text);
    }

    fn verbatim(&mut self, blanks: &str, text: &str) {
        if self.fresh {
            self.last().code.push_str(blanks);
            self.fresh = false;
        }
        self.pieces(text);
    }

    /// Adds text whose newlines are its own.
    fn pieces(&mut self, text: &str) {
        for (number, piece) in text.split('\n').enumerate() {
            if number > 0 {
                self.lines.push(Line::default());
                self.column = 0;
            }
            self.last().code.push_str(piece);
            self.column += piece.chars().count();
        }
    }

    /// Whether what begins at `at` fits on the line after `extra` more columns: a group up to its end and up to the first
    /// place behind it where a line may end; or, with `depth` 1, what stands before the next such place.
    fn fits(&self, at: usize, depth: usize, extra: usize) -> bool {
        let start = if self.fresh {
            self.indent * STEP
        } else {
            self.column
        };
        let filling = depth > 0;
        let mut column = start + extra + depth;
        let mut depth = depth;
        let mut kind = Break::OnWidth;
        let mut ended = false;
        for (place, op) in self.ops.iter().enumerate().skip(at) {
            match op {
                Op::Text(text) => {
                    let mut pieces = text.split('\n');
                    column += pieces.next().map_or(0, |piece| piece.chars().count());
                    if column > WIDTH {
                        return false;
                    }
                    if pieces.next().is_some() {
                        return true;
                    }
                }
                Op::Space => column += 1,
                Op::Line | Op::Fill | Op::Soft if ended || depth == 0 => return true,
                Op::Fill if filling => return true,
                Op::Line | Op::Fill => column += 1,
                Op::Hard | Op::Blank | Op::Verbatim(..) => {
                    return ended || kind == Break::OnWidth;
                }
                Op::Begin(of) => {
                    if place == at {
                        kind = *of;
                    }
                    depth += 1;
                }
                Op::End => {
                    // The end of a group around this one.
                    if depth == 0 {
                        continue;
                    }
                    depth -= 1;
                    ended |= depth == 0;
                }
                _ => {}
            }
        }
        true
    }
}
