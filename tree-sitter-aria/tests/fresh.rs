//! What `generate.sh` wrote must come from the grammar as it stands; the tree-sitter program isn't needed to see it.

use std::path::Path;

/// The files that `generate.sh` takes checksums of.
const FILES: [&str; 4] = [
    "grammar.js",
    "src/grammar.json",
    "src/node-types.json",
    "src/parser.c",
];

#[test]
fn generated_files_are_fresh() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |name: &str| std::fs::read(root.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let actual: String = FILES
        .iter()
        .map(|name| (name, read(name)))
        .map(|(name, text)| format!("{} {} {name}\n", cksum(&text), text.len()))
        .collect();
    let noted = String::from_utf8(read("src/CHECKSUMS")).expect("checksums are ASCII");
    assert_eq!(
        actual, noted,
        "grammar.js or a generated file has changed: run tree-sitter-aria/generate.sh"
    );
}

/// The checksum that POSIX defines for `cksum`: a CRC-32 of the bytes and of their number.
fn cksum(text: &[u8]) -> u32 {
    let length = (0..)
        .map(|i| text.len() >> (8 * i))
        .take_while(|&n| n > 0)
        .map(|n| n as u8);
    !text.iter().copied().chain(length).fold(0_u32, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(byte) << 24), |c, _| {
            if c >> 31 == 1 {
                (c << 1) ^ 0x04C1_1DB7
            } else {
                c << 1
            }
        })
    })
}
