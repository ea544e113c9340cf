//! What Aria calls by `extern Rust from stats`.

/// The middle value of `xs`, of the two middle ones the mean; nan of nothing.
pub fn median(xs: &[f64]) -> f64 {
    let mut sorted = xs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted.len().wrapping_sub(1) / 2, sorted.len() / 2);
    match (sorted.get(low), sorted.get(high)) {
        (Some(low), Some(high)) => (low + high) / 2.0,
        _ => f64::NAN,
    }
}

aria_abi::export! {
    fn median(xs: &[f64]) -> f64;
}
