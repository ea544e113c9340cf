use std::fmt::Write;
use std::io;

const SIZE: usize = 8;

#[derive(Debug)]
enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

#[derive(Debug)]
struct Wrong {
    at: usize,
    expected: &'static str,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, Wrong> {
        Err(Wrong { at: self.at, expected })
    }

    fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), Wrong> {
        if self.peek() != Some(byte) {
            return self.wrong(expected);
        }
        self.at += 1;
        Ok(())
    }

    fn word(&mut self, word: &'static str, value: Json) -> Result<Json, Wrong> {
        if !self.text[self.at..].starts_with(word) {
            return self.wrong(word);
        }
        self.at += word.len();
        Ok(value)
    }

    fn value(&mut self) -> Result<Json, Wrong> {
        self.skip_spaces();
        match self.peek() {
            Some(b'{') => self.object(),
            Some(b'[') => self.list(),
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.wrong("a value"),
        }
    }

    fn object(&mut self) -> Result<Json, Wrong> {
        self.at += 1;
        let mut members = Vec::new();
        self.skip_spaces();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(members));
        }
        loop {
            self.skip_spaces();
            let key = self.string()?;
            self.skip_spaces();
            self.expect(b':', ":")?;
            members.push((key, self.value()?));
            self.skip_spaces();
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.expect(b'}', "}")?;
        Ok(Json::Object(members))
    }

    fn list(&mut self) -> Result<Json, Wrong> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_spaces();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_spaces();
            if self.peek() != Some(b',') {
                break;
            }
            self.at += 1;
        }
        self.expect(b']', "]")?;
        Ok(Json::List(items))
    }

    fn string(&mut self) -> Result<String, Wrong> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        while !matches!(self.peek(), Some(b'"' | b'\\') | None) {
            self.at += 1;
        }
        let mut string = self.text[start..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    string.push(self.escape()?);
                }
                Some(_) => {
                    let start = self.at;
                    while !matches!(self.peek(), Some(b'"' | b'\\') | None) {
                        self.at += 1;
                    }
                    string.push_str(&self.text[start..self.at]);
                }
                None => return self.wrong("the end of the string"),
            }
        }
        self.at += 1;
        Ok(string)
    }

    fn escape(&mut self) -> Result<char, Wrong> {
        let letter = match self.peek() {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            _ => return self.wrong("n, t, a quote or a backslash"),
        };
        self.at += 1;
        Ok(letter)
    }

    fn number(&mut self) -> Result<Json, Wrong> {
        let start = self.at;
        let mut whole = true;
        while let Some(byte @ (b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) = self.peek() {
            whole &= byte == b'-' || byte.is_ascii_digit();
            self.at += 1;
        }
        let text = &self.text[start..self.at];
        let number = if whole {
            text.parse().ok().map(Json::Int)
        } else {
            text.parse().ok().map(Json::Float)
        };
        match number {
            Some(number) => Ok(number),
            None => self.wrong("a number"),
        }
    }
}

fn parse(text: &str) -> Result<Json, Wrong> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value()?;
    parser.skip_spaces();
    match parser.peek() {
        Some(_) => parser.wrong("the end"),
        None => Ok(value),
    }
}

fn print(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Int(n) => write!(out, "{n}").expect("a string takes all"),
        Json::Float(x) => write!(out, "{x:?}").expect("a string takes all"),
        Json::Text(text) => print_string(text, out),
        Json::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                print(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                print_string(key, out);
                out.push(':');
                print(value, out);
            }
            out.push('}');
        }
    }
}

fn print_string(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// How many values there are, and the sum of the whole numbers.
fn survey(value: &Json) -> (usize, i64) {
    let mut total = (1, 0);
    let mut add = |(values, sum): (usize, i64)| {
        total.0 += values;
        total.1 += sum;
    };
    match value {
        Json::Int(n) => add((0, *n)),
        Json::List(items) => items.iter().for_each(|item| add(survey(item))),
        Json::Object(members) => members.iter().for_each(|(_, value)| add(survey(value))),
        Json::Null | Json::Bool(_) | Json::Float(_) | Json::Text(_) => {}
    }
    total
}

fn main() -> io::Result<()> {
    let text = io::read_to_string(io::stdin())?;
    let mut printed = String::new();
    let mut total = (0, 0);
    for _ in 0..SIZE {
        let value = parse(&text).expect("the input is JSON");
        let (values, sum) = survey(&value);
        total = (total.0 + values, total.1 + sum);
        printed.clear();
        print(&value, &mut printed);
    }
    println!("{} values, sum {}", total.0, total.1);
    println!("{printed}");
    Ok(())
}
