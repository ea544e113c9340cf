use std::io::{self, BufWriter, Read, Write};

const LINE: usize = 60;

fn complements() -> [u8; 256] {
    let mut table = [0; 256];
    for (base, other) in b"ACGTUMRWSYKVHDBN".iter().zip(b"TGCAAKYWSRMBDHVN") {
        table[usize::from(*base)] = *other;
        table[usize::from(base.to_ascii_lowercase())] = *other;
    }
    table
}

fn main() -> io::Result<()> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    let table = complements();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut sequence = Vec::with_capacity(text.len());
    for record in text.split(|&byte| byte == b'>').skip(1) {
        let mut lines = record.split(|&byte| byte == b'\n');
        let title = lines.next().unwrap_or_default();
        sequence.clear();
        for line in lines {
            sequence.extend(line.iter().map(|&base| table[usize::from(base)]));
        }
        sequence.reverse();
        out.write_all(b">")?;
        out.write_all(title)?;
        out.write_all(b"\n")?;
        for line in sequence.chunks(LINE) {
            out.write_all(line)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}
