//! Parts of arrays: whether the elements that a slice names are there.

use crate::error::{Cause, set_pending};
use crate::panics::guard_pending;
use aria_abi::layout::Location;

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_raise_slice(lo: i64, hi: i64, len: i64, location: *const Location) {
    guard_pending((), || set_pending(Cause::Slice { lo, hi, len }, location));
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_slice_length(
    lo: i64,
    hi: i64,
    inclusive: i32,
    step: i64,
    len: i64,
    location: *const Location,
) -> i64 {
    let (count, wrong) = counted((lo, hi, inclusive != 0), step, len);
    match wrong {
        None => count,
        Some(index) => {
            guard_pending((), || set_pending(Cause::Index { index, len }, location));
            -1
        }
    }
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_slice_length_of(
    lo: i64,
    hi: i64,
    inclusive: i32,
    step: i64,
    len: i64,
) -> i64 {
    let (count, wrong) = counted((lo, hi, inclusive != 0), step, len);
    wrong.map_or(count, |_| -1)
}

/// See the runtime table.
#[unsafe(no_mangle)]
pub extern "C" fn aria_rt_slice_outside(
    lo: i64,
    hi: i64,
    inclusive: i32,
    step: i64,
    len: i64,
) -> i64 {
    let (_, wrong) = counted((lo, hi, inclusive != 0), step, len);
    wrong.unwrap_or(lo)
}

/// How many indices a range counts, and the first of its two ends that is none of an array of `len` elements.
fn counted((lo, hi, inclusive): (i64, i64, bool), step: i64, len: i64) -> (i64, Option<i64>) {
    let (lo, hi, step) = (i128::from(lo), i128::from(hi), i128::from(step));
    let distance = if step > 0 { hi - lo } else { lo - hi } + i128::from(inclusive);
    if distance <= 0 {
        return (0, None);
    }
    let count = (distance + step.abs() - 1) / step.abs();
    let last = lo + (count - 1) * step;
    let is_outside = |index: &i128| !(0..i128::from(len)).contains(index);
    let wrong = [lo, last].into_iter().find(is_outside);
    // Where both ends are inside there are at most `len` indices; each end lies between the bounds of the range.
    let narrow = |n: i128| i64::try_from(n).unwrap_or(i64::MAX);
    (narrow(count), wrong.map(narrow))
}

#[cfg(test)]
mod tests {
    use super::counted;

    /// The indices, counted one by one.
    fn by_hand((lo, hi, inclusive): (i64, i64, bool), step: i64, len: i64) -> Option<i64> {
        let mut count = 0;
        let mut at = lo;
        while (step > 0 && at < hi) || (step < 0 && at > hi) || (inclusive && at == hi) {
            if at < 0 || at >= len {
                return None;
            }
            count += 1;
            at += step;
        }
        Some(count)
    }

    #[test]
    fn counts_what_a_loop_would() {
        for len in 0..6 {
            for (lo, hi) in (-3..8).flat_map(|lo| (-3..8).map(move |hi| (lo, hi))) {
                for step in [-9, -3, -2, -1, 1, 2, 3, 9] {
                    for inclusive in [false, true] {
                        let range = (lo, hi, inclusive);
                        let (count, wrong) = counted(range, step, len);
                        let found = wrong.is_none().then_some(count);
                        assert_eq!(found, by_hand(range, step, len), "{range:?} {step} {len}");
                    }
                }
            }
        }
    }

    #[test]
    fn bounds_at_the_ends_of_int_do_not_overflow() {
        let counted = |lo, hi, inclusive, step, len| counted((lo, hi, inclusive), step, len);
        assert_eq!(counted(0, i64::MAX, false, i64::MAX, 1), (1, None));
        assert_eq!(counted(0, i64::MAX, true, i64::MAX, 1).1, Some(i64::MAX));
        assert_eq!(counted(0, -1, true, i64::MIN, 1), (1, None));
        assert_eq!(counted(i64::MAX, i64::MIN, true, -1, 3).1, Some(i64::MAX));
        assert_eq!(counted(i64::MIN, i64::MAX, true, 1, 3).1, Some(i64::MIN));
        assert_eq!(counted(i64::MIN, i64::MAX, true, -1, 3), (0, None));
    }
}
