const SIZE: usize = 16_000;

/// Letters of four kinds.
fn letters(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        b"acgt"[(state / 65_536 % 4) as usize]
    };
    (0..length).map(|_| next()).collect()
}

/// How many letters must be inserted, removed or exchanged to make one text of the other.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        let mut left = i + 1;
        row[0] = left;
        for (cell, y) in row[1..].iter_mut().zip(b) {
            let replaced = diagonal + usize::from(x != y);
            diagonal = *cell;
            left = replaced.min(diagonal.min(left) + 1);
            *cell = left;
        }
    }
    row[b.len()]
}

fn main() {
    let (a, b) = (letters(SIZE, 1), letters(SIZE * 9 / 10, 2));
    println!("{}", distance(b"kitten", b"sitting"));
    println!("{}", distance(&a, &b));
}
