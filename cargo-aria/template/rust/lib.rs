//! What Aria calls by `extern Rust from stats`.

aria_abi::export! {
    mod stats;

    /// The middle value of `xs`, of the two middle ones the mean.
    pub fn median(xs: &[f64]) -> Result<f64, String> {
        if xs.is_empty() {
            return Err("nothing has no median".to_owned());
        }
        let mut sorted = xs.to_vec();
        sorted.sort_by(f64::total_cmp);
        Ok((sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0)
    }
}
