"""Loops on all cores, beside the same on one."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SOURCE = """
fn fill(mut y: PyArrayView[Float], lo: Int, hi: Int, by: Int)
  parallel_for i in lo..<hi step by
    y[i] = (i * i).to_float
  end
end

fn up_to(mut y: PyArrayView[Float], lo: Int, hi: Int)
  parallel_for i in lo..hi
    y[i] += 1.0
  end
end

fn blur(m: PyArrayView[Float, 2]) -> Array[Float, 2]
  out = Array.zeros(m.shape[0], m.shape[1])
  parallel_for i in 1..<m.shape[0] - 1
    for j in 1..<m.shape[1] - 1
      s = 0.0
      for a in -1..1
        for b in -1..1
          s += m[i + a, j + b]
        end
      end
      out[i, j] = s / 9.0
    end
  end
  out
end

fn standardise(mut m: PyArrayView[Float, 2])
  parallel_for i in 0..<m.length
    row = m[i, ..]
    row -= row.mean
    scale(m[i, ..], 2.0)
  end
end

priv fn scale(mut xs: ArrayView[Float], by: Float)
  xs *= by
end

fn sums(m: PyArrayView[Float, 2]) -> Array[Float]
  out = Array.zeros(m.length)
  parallel_for i in 0..<m.length
    total = 0.0
    for x in m[i]
      total += x
    end
    out[i] = total
  end
  out
end

fn words(texts: List[String]) -> Array[Int]
  out = Array.full(texts.length, 0)
  parallel_for i in 0..<texts.length
    parts = texts[i].split(" ")
    continue if parts.length == 1
    longest = ""
    for part in parts
      longest = part if part.length > longest.length
    end
    out[i] = longest.length
  end
  out
end

fn fails(n: Int, from: Int) -> Array[Int]
  out = Array.full(n, 0)
  parallel_for i in 0..<n
    kept = "turn #{i}"
    raise ValueError("#{kept} fails") if i >= from
    out[i] = kept.length
  end
  out
end

fn overflows(mut y: PyArrayView[Int])
  parallel_for i in 0..<y.length
    y[i] *= y[i]
  end
end

fn outside(mut y: PyArrayView[Float], n: Int)
  parallel_for i in 0..<n
    y[i] = 1.0
  end
end

fn caught(mut y: PyArrayView[Float], x: PyArrayView[Float])
  parallel_for i in 0..<y.length
    begin
      y[i] = x[2 * i]
    rescue e: IndexError
      y[i] = -1.0
    end
  end
end

fn nested(mut c: PyArrayView[Int, 3])
  parallel_for i in 0..<c.length
    plane = c[i]
    parallel_for j in 0..<plane.length
      for k in 0..<plane.shape[1]
        plane[j, k] = i * 100 + j * 10 + k
      end
    end
  end
end

fn long(mut y: PyArrayView[Float])
  parallel_for i in 0..<y.length
    x = 1.0
    for k in 0..<2000
      x = x.sin + 0.5
    end
    y[i] = x
  end
end
"""


@pytest.fixture(scope="module")
def loops(aria):
    return aria(SOURCE)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 40), st.integers(-2, 42), st.sampled_from([1, 2, 7, -1, -3]))
def test_every_turn_runs_once(loops, lo, hi, by):
    y = np.zeros(43)
    want = y.copy()
    counted = [i for i in range(lo, hi, by)]
    if any(not 0 <= i < 43 for i in counted):
        with pytest.raises(IndexError):
            loops.fill(y, lo, hi, by)
        return
    want[counted] = np.square(counted, dtype=float)
    loops.fill(y, lo, hi, by)
    assert (y == want).all()
    if lo <= hi < 43:
        loops.up_to(y, lo, hi)
        want[lo : hi + 1] += 1
        assert (y == want).all()


def test_many_turns(loops):
    y = np.zeros(1_000_003)
    loops.up_to(y, 0, len(y) - 1)
    assert (y == 1).all()
    loops.fill(y[::-2], 0, 500_002, 1)
    assert (y[::-2] == np.arange(500_002.0) ** 2).all()


@pytest.mark.parametrize("shape", [(0, 5), (1, 1), (3, 4), (200, 300)])
def test_rows(loops, shape):
    m = np.random.default_rng(1).normal(size=shape)
    want = np.zeros(shape)
    if min(shape) > 2:
        n, k = shape
        parts = [m[1 + a : n - 1 + a, 1 + b : k - 1 + b] for a in (-1, 0, 1) for b in (-1, 0, 1)]
        want[1:-1, 1:-1] = sum(parts) / 9.0
    for layout in (m, np.asfortranarray(m), m[::-1][::-1]):
        assert np.allclose(loops.blur(layout), want)
        assert np.allclose(loops.sums(layout), layout.sum(axis=1))
    if shape[1]:
        want = (m - m.mean(axis=1, keepdims=True)) * 2.0
        loops.standardise(m)
        assert np.allclose(m, want)
    c = np.zeros((5, 6, 7), np.int64)
    loops.nested(c)
    i, j, k = np.indices(c.shape)
    assert (c == i * 100 + j * 10 + k).all()


def test_owned_values_of_a_turn(loops):
    texts = [f"{'x' * (i % 7)} {'y' * (i % 5)}" if i % 3 else "one" for i in range(5000)]
    want = [0 if t == "one" else max(map(len, t.split(" "))) for t in texts]
    assert loops.words(texts).tolist() == want


@pytest.mark.parametrize("n", [10, 100_000])
def test_the_error_of_the_first_turn_is_raised(loops, n):
    for first in (0, n // 2, n - 1):
        with pytest.raises(ValueError, match=f"^turn {first} fails$"):
            loops.fails(n, first)
    assert loops.fails(n, n)[0] == len("turn 0")


def test_errors_of_checks(loops):
    with pytest.raises(OverflowError):
        loops.overflows(np.full(1000, 1 << 40))
    y = np.zeros(1000)
    with pytest.raises(IndexError, match="index 1000 is out of range for length 1000"):
        loops.outside(y, 5000)
    x = np.arange(1000.0)
    loops.caught(y, x)
    assert (y == np.concatenate([x[::2], np.full(500, -1.0)])).all()


def test_other_threads_go_on(loops):
    y = np.zeros(4000)
    done = threading.Event()
    thread = threading.Thread(target=lambda: (loops.long(y), done.set()))
    turns = 0
    thread.start()
    while not done.is_set():
        turns += 1
    thread.join()
    assert turns > 100
    assert (y == y[0]).all()


def test_one_thread_gives_the_same(loops, tmp_path):
    path = os.path.dirname(loops.__file__)
    code = f"""
import sys; sys.path.insert(0, {path!r})
import {loops.__name__} as loops, numpy as np
y = np.zeros(1000); loops.fill(y, 0, 1000, 1); print(y.sum())
try: loops.fails(1000, 321)
except ValueError as error: print(error)
import os
if os.fork() == 0:
    loops.fill(y, 0, 1000, 1); os._exit(0 if y[2] == 4 else 1)
print(os.wait()[1])
"""
    outputs = set()
    for threads in ("1", "2", "7"):
        env = {**os.environ, "ARIA_NUM_THREADS": threads}
        run = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        outputs.add(run.stdout)
    assert outputs == {f"{float(sum(i * i for i in range(1000)))}\nturn 321 fails\n0\n"}
