use std::io::{self, BufWriter, Write};

const SIZE: usize = 2_500_000;
const LINE: usize = 60;

const ALU: &[u8] = b"GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGG\
GAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGA\
CCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAAT\
ACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCA\
GCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGG\
AGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCC\
AGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA";

const IUB: &[(u8, f64)] = &[
    (b'a', 0.27), (b'c', 0.12), (b'g', 0.12), (b't', 0.27), (b'B', 0.02), (b'D', 0.02), (b'H', 0.02), (b'K', 0.02),
    (b'M', 0.02), (b'N', 0.02), (b'R', 0.02), (b'S', 0.02), (b'V', 0.02), (b'W', 0.02), (b'Y', 0.02),
];

const SAPIENS: &[(u8, f64)] = &[
    (b'a', 0.3029549426680), (b'c', 0.1979883004921), (b'g', 0.1975473066391), (b't', 0.3015094502008),
];

struct Random(u32);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = (self.0 * 3877 + 29573) % 139968;
        f64::from(self.0) / 139968.0
    }
}

fn repeated(out: &mut impl Write, title: &str, sequence: &[u8], length: usize) -> io::Result<()> {
    writeln!(out, ">{title}")?;
    let mut bases = sequence.iter().cycle();
    let mut line = Vec::with_capacity(LINE + 1);
    let mut left = length;
    while left > 0 {
        line.clear();
        line.extend(bases.by_ref().take(left.min(LINE)));
        left -= line.len();
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

fn random(
    out: &mut impl Write,
    title: &str,
    frequencies: &[(u8, f64)],
    length: usize,
    random: &mut Random,
) -> io::Result<()> {
    writeln!(out, ">{title}")?;
    let mut sum = 0.0;
    let cumulative: Vec<(u8, f64)> = frequencies
        .iter()
        .map(|&(base, p)| {
            sum += p;
            (base, sum)
        })
        .collect();
    let last = frequencies[frequencies.len() - 1].0;
    let mut line = Vec::with_capacity(LINE + 1);
    let mut left = length;
    while left > 0 {
        line.clear();
        for _ in 0..left.min(LINE) {
            let r = random.next();
            let found = cumulative.iter().find(|(_, p)| r < *p);
            line.push(found.map_or(last, |(base, _)| *base));
        }
        left -= line.len();
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut source = Random(42);
    repeated(&mut out, "ONE Homo sapiens alu", ALU, 2 * SIZE)?;
    random(&mut out, "TWO IUB ambiguity codes", IUB, 3 * SIZE, &mut source)?;
    random(&mut out, "THREE Homo sapiens frequency", SAPIENS, 5 * SIZE, &mut source)?;
    out.flush()
}
