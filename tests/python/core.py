"""The core of the language under any CPython, without NumPy and without pytest: run as `python core.py FOLDER` with the
extension `core_kernels` in the folder. Says `core: ok` when all is well."""

import array
import gc
import pickle
import sys
import threading
import traceback

SOURCE = """\
extern Python from math as math

## Adds.
fn add(a: Int, b: Int = 2) -> Int = a + b
fn half(x: Float) -> Float = x / 2.0
fn greet(name: String) -> String = "Hello, #{name}!"
fn flag(x: Bool) -> Bool = not x
fn both(x: Float) -> (Float, Int) = (x, 1)
fn nothing(x: Float)
end
fn total(data: PyArrayView[Float]) -> Float = (data * data).sum
fn double(mut data: PyArrayView[Float])
  for i in 0..<data.length
    data[i] *= 2.0
  end
end
fn at(data: PyArrayView[Float], i: Int) -> Float = data[i]
fn fresh(n: Int) -> Array[Float] = Array.ones(n) * 3.0
fn handle(data: PythonArray[Float]) -> PythonArray[Float] = data
fn parallel(data: Array[Float]) -> Array[Float]
  data.parallel_map |x| x + 1.0 end
end
fn root(x: Float) -> Float
  y: Float = math.sqrt(x)
  y
end
fn fail(x: Int) -> Int
  raise ValueError("no: #{x}") if x > 0
  x
end
fn deep(n: Int) -> Int = deep(n + 1) + 1
data Point(x: Float, y: Float = 0.0)
enum Tree
  Leaf
  Node(left: Tree, value: Int)
end
fn moved(p: Point) -> Point = p.with(x: p.x + 1.0)
fn grown(t: Tree) -> Tree = Node(t, 1)
fn counts(m: Map[String, Int], s: Set[Int]) -> Map[Int, Set[String]]
  let mut result: Map[Int, Set[String]] = {}
  for (name, n) in m
    result[n] = Set.from([name]) if n in s
  end
  result
end
fn same(z: Complex, b: Bytes) -> (Complex, Bytes) = (z, b)
"""


def raises(exception, call, *args):
    try:
        call(*args)
    except exception as error:
        assert type(error) is exception, type(error)
        return error
    raise AssertionError(f"{exception.__name__} was not raised")


def main(folder):
    sys.path.insert(0, folder)
    import core_kernels as k

    assert k.add(40) == 42 and k.add(b=1, a=2) == 3 and k.add.__doc__ == "Adds."
    assert k.half(3) == 1.5 and k.greet("é") == "Hello, é!" and k.flag(False) is True
    assert k.both(0.5) == (0.5, 1) and k.nothing(1.0) is None and k.root(2.25) == 1.5
    raises(OverflowError, k.add, 2**63 - 1)
    raises(TypeError, k.add, "a")
    raises(TypeError, k.add)
    error = raises(ValueError, k.fail, 3)
    last = traceback.extract_tb(error.__traceback__)[-1]
    line = 1 + [text.strip()[:5] for text in SOURCE.splitlines()].index("raise")
    assert (last.name, last.lineno) == ("fail", line) and last.filename.endswith(".aria"), last
    raises(ValueError, k.root, -1.0)
    raises(RecursionError, k.deep, 0)

    x = array.array("d", [1.0, 2.0, 3.0])
    assert k.total(x) == 14.0 and k.total(memoryview(x)[::-2]) == 10.0
    k.double(x)
    assert x.tolist() == [2.0, 4.0, 6.0] and k.at(x, 2) == 6.0
    raises(IndexError, k.at, x, 3)
    raises(TypeError, k.total, array.array("f", [1.0]))
    raises(TypeError, k.total, [1.0])
    assert k.handle(x) is x
    x.append(1.0)

    fresh = memoryview(k.fresh(4))
    assert fresh.format == "d" and fresh.tolist() == [3.0] * 4 and not fresh.readonly
    assert memoryview(k.parallel([1.0, 2.0])).tolist() == [2.0, 3.0]
    del fresh

    before = sys.getrefcount(x)
    for _ in range(1000):
        k.total(x)
        raises(TypeError, k.total, b"12345678")
    gc.collect()
    assert sys.getrefcount(x) == before

    p = k.moved(k.Point(1.0))
    assert p == k.Point(2.0, 0.0) and repr(p) == "Point(x=2.0, y=0.0)" and k.moved({"x": 1, "y": 2}).x == 2.0
    assert k.grown(k.Tree.Leaf) == k.Tree.Node(k.Tree.Leaf, 1) and k.grown(k.Tree.Leaf).left is k.Tree.Leaf
    assert pickle.loads(pickle.dumps(p)) == p and hash(p) == hash(k.Point(2.0))
    assert k.counts({"a": 1, "b": 2}, {1}) == {1: {"a"}}
    raises(TypeError, k.counts, {"a": "b"}, {1})
    raises(TypeError, k.moved, 3)
    assert k.same(1j, b"ab") == (1j, b"ab")
    deep = k.Tree.Leaf
    for _ in range(100_000):
        deep = k.Tree.Node(deep, 1)
    raises(RecursionError, k.grown, deep)
    while deep is not k.Tree.Leaf:
        deep = deep.left

    big = array.array("d", [1.0]) * 200_000
    wrong = []

    def work():
        for _ in range(50):
            if k.total(big) != 200_000.0:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    print("core: ok")


if __name__ == "__main__":
    main(sys.argv[1])
