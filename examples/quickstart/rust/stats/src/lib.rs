//! What the quickstart's Aria code calls by `extern Rust from stats`.

/// The value below which the fraction `q` of `xs` lies, between two values by linear interpolation, as NumPy's default.
/// NaN for no values.
pub fn quantile(xs: &[f64], q: f64) -> f64 {
    let mut xs = xs.to_vec();
    if xs.is_empty() || !(0.0..=1.0).contains(&q) {
        return f64::NAN;
    }
    let place = q * (xs.len() - 1) as f64;
    let index = place as usize;
    let (_, &mut low, above) = xs.select_nth_unstable_by(index, f64::total_cmp);
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    let high = if high.is_finite() { high } else { low };
    low + (high - low) * (place - index as f64)
}

aria_abi::export! {
    fn quantile(xs: &[f64], q: f64) -> f64;
}
