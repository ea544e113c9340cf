use std::collections::HashMap;
use std::io;

/// Two bits of each base of the sequence THREE.
fn bases(text: &str) -> Vec<u8> {
    let lines = text.lines().skip_while(|line| !line.starts_with(">THREE"));
    let sequence = lines.skip(1).take_while(|line| !line.starts_with('>'));
    sequence.flat_map(str::bytes).map(code).collect()
}

fn code(base: u8) -> u8 {
    match base {
        b'A' | b'a' => 0,
        b'C' | b'c' => 1,
        b'G' | b'g' => 2,
        _ => 3,
    }
}

fn packed(word: &str) -> u64 {
    word.bytes().fold(0, |key, base| key << 2 | u64::from(code(base)))
}

fn unpacked(key: u64, length: usize) -> String {
    let letters = (0..length).rev().map(|i| b"ACGT"[(key >> (2 * i) & 3) as usize]);
    letters.map(char::from).collect()
}

/// How often each word of a length occurs.
fn count(bases: &[u8], length: usize) -> HashMap<u64, u32> {
    let mut counts = HashMap::new();
    let mask = (1 << (2 * length)) - 1;
    let mut key = 0;
    for (i, &base) in bases.iter().enumerate() {
        key = (key << 2 | u64::from(base)) & mask;
        if i + 1 >= length {
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    counts
}

fn print_frequencies(bases: &[u8], length: usize) {
    let total = (bases.len() + 1 - length) as f64;
    let mut words: Vec<(String, u32)> = count(bases, length)
        .into_iter()
        .map(|(key, n)| (unpacked(key, length), n))
        .collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    for (word, n) in words {
        println!("{word} {:.3}", 100.0 * f64::from(n) / total);
    }
    println!();
}

fn main() -> io::Result<()> {
    let bases = bases(&io::read_to_string(io::stdin())?);
    print_frequencies(&bases, 1);
    print_frequencies(&bases, 2);
    for word in ["GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"] {
        let counts = count(&bases, word.len());
        println!("{}\t{word}", counts.get(&packed(word)).unwrap_or(&0));
    }
    Ok(())
}
