//! Makes an input small that still fails.

use std::time::{Duration, Instant};

/// The smallest text found in this time for which `fails` holds: without lines, then words, then characters that are not
/// needed.
pub(crate) fn minimise(text: &str, time: Duration, fails: &mut dyn FnMut(&str) -> bool) -> String {
    let end = Instant::now() + time;
    let mut best = text.to_owned();
    let ends: [&[char]; 2] = [&['\n'], &[' ', '\n', '(', ')', '.', ',', '[', ']', '|']];
    loop {
        let before = best.len();
        for ends in ends {
            let pieces = best.split_inclusive(ends).map(str::to_owned).collect();
            best = without(pieces, end, fails);
        }
        best = without(best.chars().map(String::from).collect(), end, fails);
        if best.len() == before || Instant::now() > end {
            return best;
        }
    }
}

/// Leaves out runs of pieces, halving their length each time round.
fn without(mut pieces: Vec<String>, end: Instant, fails: &mut dyn FnMut(&str) -> bool) -> String {
    let mut length = pieces.len().div_ceil(2);
    while length > 0 {
        let mut at = 0;
        while at < pieces.len() && Instant::now() < end {
            let rest = [&pieces[..at], &pieces[(at + length).min(pieces.len())..]].concat();
            if fails(&rest.concat()) {
                pieces = rest;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    pieces.concat()
}
