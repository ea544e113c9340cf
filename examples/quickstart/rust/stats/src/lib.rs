//! What the quickstart's Aria code calls by `extern Rust from stats`.

aria_abi::export! {
    mod stats;

    /// The value below which the fraction `q` of `xs` lies, between two values by linear interpolation, as NumPy's default.
    pub fn quantile(xs: &[f64], q: f64) -> Result<f64, String> {
        if !(0.0..=1.0).contains(&q) {
            return Err(format!("a quantile lies between 0 and 1, not at {q}"));
        }
        let mut xs = xs.to_vec();
        let last = xs.len().checked_sub(1).ok_or("nothing has no quantile")?;
        let place = q * last as f64;
        let index = place as usize;
        let (_, &mut low, above) = xs.select_nth_unstable_by(index, f64::total_cmp);
        let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
        Ok(low + (high - low) * (place - index as f64))
    }
}
