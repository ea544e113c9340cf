const SIZE: usize = 1_600;
const ITERATIONS: usize = 50;

/// Whether the orbit of the point stays near.
fn inside(cr: f64, ci: f64) -> bool {
    let (mut zr, mut zi, mut rr, mut ii) = (0.0, 0.0, 0.0, 0.0);
    for _ in 0..ITERATIONS {
        zi = 2.0 * zr * zi + ci;
        zr = rr - ii + cr;
        rr = zr * zr;
        ii = zi * zi;
        if rr + ii > 4.0 {
            return false;
        }
    }
    true
}

/// The rows of a portable bitmap: eight points a byte, the leftmost in the highest bit.
fn bitmap(n: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(n * n.div_ceil(8));
    for y in 0..n {
        let ci = 2.0 * y as f64 / n as f64 - 1.0;
        for x8 in (0..n).step_by(8) {
            let mut byte = 0;
            for x in x8..x8 + 8 {
                let cr = 2.0 * x as f64 / n as f64 - 1.5;
                byte = 2 * byte + u8::from(x < n && inside(cr, ci));
            }
            bytes.push(byte);
        }
    }
    bytes
}

fn main() {
    let bytes = bitmap(SIZE);
    let mut hash = 0i64;
    for &byte in &bytes {
        hash = (hash * 31 + i64::from(byte)) % 1_000_000_007;
    }
    println!("P4 {SIZE} {SIZE}: {} bytes, checksum {hash}", bytes.len());
}
