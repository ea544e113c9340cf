use std::collections::HashMap;
use std::io;

const SIZE: usize = 30;

/// The words of a text, in small letters.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

fn main() -> io::Result<()> {
    let text = io::read_to_string(io::stdin())?.to_lowercase();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in words(&text) {
        *counts.entry(word).or_insert(0) += 1;
    }
    let total: usize = counts.values().sum();
    println!("{total} words, {} different", counts.len());
    let mut sorted: Vec<(&str, usize)> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    for (word, count) in sorted.iter().take(SIZE) {
        println!("{count} {word}");
    }
    Ok(())
}
