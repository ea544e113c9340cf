//! What `export!` makes, called as emitted code calls it. The runtime's part is played by this file.
#![allow(missing_docs, reason = "a test")]

use std::cell::RefCell;

use aria_abi::layout::{Location, Str, TextPart};
use aria_abi::view::{Raw, View, ViewMut};

aria_abi::export! {
    mod stats;

    /// The `q`-quantile of sorted numbers.
    pub fn quantile(xs: &[f64], q: f64) -> Result<f64, String> {
        let last = xs.len().checked_sub(1).ok_or("quantile of an empty array")?;
        Ok(xs[(last as f64 * q).round() as usize])
    }

    fn axpy(a: f64, xs: &[f64], ys: &mut [f64],) {
        for (y, x) in ys.iter_mut().zip(xs) {
            *y += a * x;
        }
    }

    fn either(a: bool, b: bool) -> bool {
        a || b
    }

    pub fn nth(xs: &[i32], n: u64) -> i32 {
        xs[n as usize]
    }

    fn answer() -> i64 {
        42
    }

    fn trace(m: View<f64, 2>) -> f64 {
        let [rows, columns] = m.shape();
        (0..rows.min(columns)).map(|i| m[[i, i]]).sum()
    }

    fn fill(mut m: ViewMut<'_, f64, 2>, x: f64) {
        let [rows, columns] = m.shape();
        for i in 0..rows {
            for j in 0..columns {
                m[[i, j]] = x;
            }
        }
    }

    fn fails() -> Result<(), String> {
        Err("ü".repeat(2000))
    }
}

thread_local! {
    static RAISED: RefCell<Vec<(i32, String)>> = const { RefCell::new(Vec::new()) };
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aria_rt_str_join(parts: *const TextPart, n: i64) -> *mut Str {
    assert_eq!(n, 1);
    // SAFETY: one string, whose bytes follow its header. The test keeps them in a `String` of its own.
    unsafe {
        let part: *const Str = std::ptr::with_exposed_provenance((*parts).bits as usize);
        let bytes = std::slice::from_raw_parts(part.add(1).cast::<u8>(), (*part).len);
        Box::into_raw(Box::new(String::from_utf8(bytes.to_vec()).expect("UTF-8"))).cast()
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aria_rt_str_drop(value: *mut Str) {
    // SAFETY: `aria_rt_str_join` above made it.
    drop(unsafe { Box::from_raw(value.cast::<String>()) });
}

#[unsafe(no_mangle)]
unsafe extern "C" fn aria_rt_raise(kind: i32, message: *mut Str, location: *const Location) {
    assert!(location.is_null());
    // SAFETY: `aria_rt_str_join` above made it.
    let text = unsafe { &*message.cast::<String>() }.clone();
    RAISED.with_borrow_mut(|raised| raised.push((kind, text)));
}

unsafe extern "C" {
    fn aria_rust__stats__quantile(xs: *const f64, len: i64, q: f64, out: *mut f64) -> i32;
    fn aria_rust__stats__axpy(
        a: f64,
        xs: *const f64,
        n: i64,
        ys: *mut f64,
        m: i64,
        out: *mut u8,
    ) -> i32;
    fn aria_rust__stats__either(a: u8, b: u8, out: *mut u8) -> i32;
    fn aria_rust__stats__nth(xs: *const i32, len: i64, n: u64, out: *mut i32) -> i32;
    fn aria_rust__stats__trace(m: *const Raw<f64, 2>, out: *mut f64) -> i32;
    fn aria_rust__stats__fill(m: *const Raw<f64, 2>, x: f64, out: *mut u8) -> i32;
    fn aria_rust__stats__answer(out: *mut i64) -> i32;
    fn aria_rust__stats__fails(out: *mut u8) -> i32;
}

#[test]
fn values() {
    let (xs, mut ys) = ([1.0, 2.0, 3.0], [10.0, 20.0, 30.0]);
    let (mut float, mut byte, mut narrow, mut wide) = (0.0, 0, 0, 0);
    // SAFETY: the signatures are those that the ABI says.
    unsafe {
        assert_eq!(
            aria_rust__stats__quantile(xs.as_ptr(), 3, 1.0, &mut float),
            0
        );
        assert_eq!(
            aria_rust__stats__axpy(
                2.0,
                xs.as_ptr(),
                3,
                ys.as_mut_ptr(),
                3,
                std::ptr::null_mut()
            ),
            0
        );
        assert_eq!(aria_rust__stats__either(0, 1, &mut byte), 0);
        assert_eq!(
            aria_rust__stats__nth([7, -8].as_ptr(), 2, 1, &mut narrow),
            0
        );
        assert_eq!(aria_rust__stats__answer(&mut wide), 0);
    }
    assert_eq!(
        (float, ys, byte, narrow, wide),
        (3.0, [12.0, 24.0, 36.0], 1, -8, 42)
    );
    assert_eq!(quantile(&xs, 0.0), Ok(1.0));
}

#[test]
fn errors_and_panics() {
    let (mut float, mut narrow) = (5.0, 6);
    // SAFETY: as above; an empty slice has an aligned address.
    unsafe {
        assert_eq!(
            aria_rust__stats__quantile([].as_ptr(), 0, 1.0, &mut float),
            1
        );
        assert_eq!(aria_rust__stats__nth([1].as_ptr(), 1, 9, &mut narrow), 1);
        assert_eq!(aria_rust__stats__fails(std::ptr::null_mut()), 1);
    }
    assert_eq!((float, narrow), (5.0, 6));
    let raised = RAISED.take();
    assert_eq!(raised[0], (1, "quantile of an empty array".to_owned()));
    assert_eq!(raised[1].0, 8);
    assert_eq!(
        raised[1].1,
        "stats.nth panicked: index out of bounds: the len is 1 but the index is 9"
    );
    assert_eq!(raised[2], (1, "ü".repeat(500)));
}

#[test]
fn views_of_several_dimensions() {
    let mut numbers = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0];
    let raw = |data: *mut f64, shape, strides| Raw {
        data,
        shape,
        strides,
    };
    let first = numbers.as_mut_ptr();
    let (rows, columns) = (raw(first, [2, 3], [24, 8]), raw(first, [3, 2], [8, 24]));
    let mut sum = 0.0;
    // SAFETY: the descriptions are of `numbers`, which nobody else uses meanwhile.
    unsafe {
        let backwards = raw(first.add(5), [2, 3], [-24, -8]);
        for (m, trace) in [(rows, 4.0), (columns, 4.0), (backwards, 6.0)] {
            assert_eq!(aria_rust__stats__trace(&m, &mut sum), 0);
            assert_eq!(sum, trace);
        }
        let view = View::new(rows);
        assert_eq!(view.as_slice(), Some(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0][..]));
        assert_eq!(View::new(columns).as_slice(), None);
        assert_eq!((view.get([1, 2]), view.get([1, 3])), (Some(&5.0), None));
        assert_eq!(
            View::new(raw(first, [0, 7], [8, 8])).as_slice(),
            Some(&[][..])
        );
        assert_eq!(
            View::new(raw(first, [1, 6], [0, 8]))
                .as_slice()
                .map(<[f64]>::len),
            Some(6)
        );
        // The second column.
        let column = raw(first.add(1), [2, 1], [24, 8]);
        assert_eq!(
            aria_rust__stats__fill(&column, 9.0, std::ptr::null_mut()),
            0
        );
        let mut all = ViewMut::new(rows);
        *all.get_mut([0, 0]).expect("it is there") += 7.0;
        assert_eq!(all.get_mut([2, 0]), None);
        all[[0, 2]] += all.view()[[1, 0]];
        assert_eq!(all.as_mut_slice().map(|all| all.len()), Some(6));
    }
    assert_eq!(numbers, [7.0, 9.0, 5.0, 3.0, 9.0, 5.0]);
}

#[test]
#[should_panic(expected = "index [0, 3] of an array of shape [2, 3]")]
fn an_index_too_large() {
    let mut numbers = [0.0; 6];
    let raw = Raw {
        data: numbers.as_mut_ptr(),
        shape: [2, 3],
        strides: [24, 8],
    };
    // SAFETY: it describes `numbers`.
    let _ = unsafe { View::new(raw) }[[0, 3]];
}
