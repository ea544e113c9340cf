"""`extern Rust`: arrays of all shapes and strides as Rust functions see them, beside NumPy."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]

MANIFEST = f"""
[package]
name = "stats"
edition = "2024"

[lib]
crate-type = ["staticlib"]
path = "lib.rs"

[dependencies]
aria-abi = {{ path = "{ROOT / "aria-rt/abi"}" }}

[workspace]
"""

CRATE = """
use aria_abi::view::{View, ViewMut};

aria_abi::export! {
    mod stats;

    pub fn total(xs: &[f64]) -> f64 {
        xs.iter().sum()
    }

    pub fn double(xs: &mut [f64]) {
        for x in xs {
            *x *= 2.0;
        }
    }

    pub fn trace(m: View<f64, 2>) -> f64 {
        let [rows, columns] = m.shape();
        (0..rows.min(columns)).map(|i| m[[i, i]]).sum()
    }

    pub fn weigh(m: View<i64, 3>) -> i64 {
        let [a, b, c] = m.shape();
        let mut sum = 0;
        for i in 0..a {
            for j in 0..b {
                for k in 0..c {
                    sum += m[[i, j, k]] * (i * 100 + j * 10 + k) as i64;
                }
            }
        }
        sum
    }

    pub fn outer(mut m: ViewMut<f64, 2>, xs: &[f64], ys: &[f64]) -> Result<(), String> {
        if m.shape() != [xs.len(), ys.len()] {
            return Err(format!("a shape of {:?} does not fit", m.shape()));
        }
        for (i, x) in xs.iter().enumerate() {
            for (j, y) in ys.iter().enumerate() {
                m[[i, j]] = x * y;
            }
        }
        Ok(())
    }
}
"""

SOURCE = """
extern Rust from stats do
  fn total(xs: ArrayView[Float]) -> Float
  fn double(mut xs: ArrayView[Float])
  fn trace(m: ArrayView[Float, 2]) -> Float
  fn weigh(m: PyArrayView[Int, 3]) -> Int
  fn outer(mut m: ArrayView[Float, 2], xs: ArrayView[Float], ys: ArrayView[Float])
end

fn sum(xs: PyArrayView[Float]) -> Float = total(xs)

fn sum_of_handle(xs: PythonArray[Float]) -> Float = total(xs)

fn twice(mut xs: PyArrayView[Float])
  double(xs)
end

fn row(m: PyArrayView[Float, 2], i: Int) -> Float = total(m[i])

fn column(m: PyArrayView[Float, 2], j: Int) -> Float = total(m[.., j])

fn diagonal(m: PyArrayView[Float, 2]) -> Float = trace(m)

fn diagonal_of_transposed(m: Array[Float, 2]) -> Float = trace(m.t)

fn weight(m: PyArrayView[Int, 3]) -> Int = weigh(m)

fn inner_weight(m: PyArrayView[Int, 3]) -> Int = weigh(m[1.., .., 0..<2])

fn table(xs: Array[Float], ys: List[Float]) -> Array[Float, 2]
  m = Array.zeros(xs.length, ys.length)
  outer(m, xs, ys.to_array)
  m
end

fn table_into(mut m: PyArrayView[Float, 2], xs: PyArrayView[Float], ys: PyArrayView[Float])
  outer(m.t, ys, xs)
end
"""


@pytest.fixture(scope="module")
def module(toolchain, tmp_path_factory):
    crate = tmp_path_factory.mktemp("stats")
    (crate / "Cargo.toml").write_text(MANIFEST, encoding="utf-8")
    (crate / "lib.rs").write_text(CRATE, encoding="utf-8")
    subprocess.run(["cargo", "build", "-q", "--offline"], cwd=crate, check=True)
    return toolchain.load(SOURCE, "--link-rust", f"stats={crate / 'target/debug/libstats.a'}")


def test_slices(module):
    xs = np.arange(10.0)
    for part in (xs, xs[2:5], xs[:0], xs[::7][:1]):
        assert module.sum(part) == module.sum_of_handle(part) == part.sum()
    module.twice(xs[3:5])
    np.testing.assert_array_equal(xs, [0, 1, 2, 6, 8, 5, 6, 7, 8, 9])


@pytest.mark.parametrize("name", ["sum", "sum_of_handle", "twice"])
def test_a_slice_has_nothing_between_its_elements(module, name):
    xs = np.arange(10.0)
    for apart in (xs[::2], xs[::-1], xs[8::-3]):
        with pytest.raises(ValueError, match="takes `xs` as elements that lie side by side"):
            getattr(module, name)(apart)
    np.testing.assert_array_equal(xs, np.arange(10.0))


def test_rows_and_columns(module):
    m = np.arange(12.0).reshape(3, 4)
    assert module.row(m, 1) == m[1].sum()
    assert module.column(np.asfortranarray(m), 1) == m[:, 1].sum()
    with pytest.raises(ValueError, match="side by side"):
        module.column(m, 1)


def test_two_dimensions(module):
    m = np.arange(12.0).reshape(3, 4)
    for a in (m, m.T, m[::-1], m[:, ::2], np.asfortranarray(m), m[:0], m[::-2, 1:2]):
        assert module.diagonal(a) == module.diagonal_of_transposed(a) == np.trace(a)


def test_three_dimensions(module):
    def weight(t):
        return sum(int(v) * (i * 100 + j * 10 + k) for (i, j, k), v in np.ndenumerate(t))

    t = np.arange(24).reshape(2, 3, 4)
    for a in (t, t.T, t[::-1, :, ::2], t.swapaxes(0, 1)):
        assert module.weight(a) == weight(a)
        assert module.inner_weight(a) == weight(a[1:, :, :2])


def test_what_rust_writes(module):
    xs, ys = np.arange(3.0), [1.0, 2.0]
    np.testing.assert_array_equal(module.table(xs, ys), np.outer(xs, ys))
    m = np.zeros((6, 5))
    part = m[::2, ::-1]
    module.table_into(part, xs, np.arange(5.0))
    np.testing.assert_array_equal(part, np.outer(xs, np.arange(5.0)))
    assert not m[1::2].any()
    with pytest.raises(ValueError, match=r"a shape of \[5, 3\] does not fit"):
        module.table_into(part, np.arange(5.0), xs)
