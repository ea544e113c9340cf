"""Expression trees that are printed as Aria and computed by Python: by NumPy for floats, exactly for integers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

ARRAYS = ("a", "b")
SCALARS = ("x", "y")
INT_MIN, INT_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True)
class Kind:
    """An element type."""

    aria: str
    dtype: type
    literals: tuple[str, ...]


FLOAT = Kind("Float", np.float64, ("0.0", "0.5", "2.0", "3", "1e300", "1e-300", "0.1", "7.25"))
FLOAT32 = Kind("Float32", np.float32, ("0.0", "0.5", "2.0", "3", "1e30", "0.1", "7.25"))
INT = Kind("Int", np.int64, ("0", "1", "2", "3", "7", "-1", "-5", "1_000_000_007", "4611686018427387904"))

BINARY = ("+", "-", "*", "/", "//", "%", "min", "max")
UNARY = ("-", "abs", "sqrt", "floor", "ceil", "square")
INT_BINARY = ("+", "-", "*", "//", "%", "min", "max", "&+", "&-", "&*")
INT_UNARY = ("-", "abs", "square")


@dataclass(frozen=True)
class Tree:
    """A name, a literal, or an operator with its operands."""

    op: str
    operands: tuple[Tree, ...] = field(default=())

    def __str__(self) -> str:
        match self.operands:
            case ():
                return f"({self.op})" if self.op.startswith("-") else self.op
            case (one,):
                return {"-": f"(-{one})", "square": f"({one} ** 2)"}.get(self.op, f"{one}.{self.op}")
            case (left, right):
                return f"{left}.{self.op}({right})" if self.op.isalpha() else f"({left} {self.op} {right})"
        raise AssertionError(self.op)

    def names(self) -> set[str]:
        if not self.operands:
            return {self.op}
        return {self.op}.union(*(operand.names() for operand in self.operands))


def trees(kind: Kind) -> st.SearchStrategy[Tree]:
    """Trees that name an array, so that their value is one."""
    leaf = st.sampled_from(ARRAYS * 2 + SCALARS + kind.literals).map(Tree)
    names = (
        (st.sampled_from(INT_UNARY), st.sampled_from(INT_BINARY))
        if kind is INT
        else (st.sampled_from(UNARY), st.sampled_from(BINARY))
    )

    def deeper(inner):
        # A method of a literal is hardly ever written, and `2.0.sqrt` is hard to read.
        one = st.tuples(inner.filter(lambda t: t.operands or t.op in ARRAYS + SCALARS))
        first = st.tuples(inner.filter(lambda t: t.operands or t.op in ARRAYS + SCALARS), inner)
        return st.builds(Tree, names[0], one) | st.builds(Tree, names[1], first)

    def mends_signs(tree: Tree) -> bool:
        """The sign of min(-0.0, 0.0) is nobody's promise: a tree that divides by it would show it."""
        used = tree.names()
        return not ({"min", "max"} & used and {"/", "//", "%"} & used)

    tree = st.recursive(leaf, deeper, max_leaves=8)
    tree = tree.filter(lambda t: t.operands and t.names() & set(ARRAYS))
    return tree if kind is INT else tree.filter(mends_signs)


def function(name: str, kind: Kind, tree: Tree) -> str:
    """The tree as an Aria function."""
    t = kind.aria
    return f"fn {name}(a: PyArrayView[{t}], b: PyArrayView[{t}], x: {t}, y: {t}) -> Array[{t}] = {tree}"


def by_numpy(tree: Tree, kind: Kind, env: dict):
    """A tree of floats, computed by NumPy."""
    if not tree.operands:
        return env[tree.op] if tree.op in env else kind.dtype(tree.op)
    args = [by_numpy(operand, kind, env) for operand in tree.operands]
    with np.errstate(all="ignore"):
        result = NUMPY[tree.op, len(args)](*args)
    assert result.dtype == kind.dtype, tree
    return result


NUMPY = {
    ("+", 2): np.add,
    ("-", 2): np.subtract,
    ("*", 2): np.multiply,
    ("/", 2): np.divide,
    ("//", 2): np.floor_divide,
    ("%", 2): np.remainder,
    ("min", 2): np.minimum,
    ("max", 2): np.maximum,
    ("-", 1): np.negative,
    ("abs", 1): np.abs,
    ("sqrt", 1): np.sqrt,
    ("floor", 1): np.floor,
    ("ceil", 1): np.ceil,
    ("square", 1): lambda v: v * v,
}


class Failed(Exception):
    """An element has no value: the exception that Aria raises for it."""


def exactly(tree: Tree, env: dict) -> int:
    """One element of a tree of integers, computed by Python."""
    if not tree.operands:
        return env[tree.op] if tree.op in env else int(tree.op)
    args = [exactly(operand, env) for operand in tree.operands]
    try:
        value = EXACT[tree.op, len(args)](*args)
    except ZeroDivisionError:
        raise Failed(ZeroDivisionError) from None
    if tree.op.startswith("&"):
        return (value + 2**63) % 2**64 - 2**63
    if not INT_MIN <= value <= INT_MAX:
        raise Failed(OverflowError)
    return value


EXACT = {
    ("+", 2): lambda a, b: a + b,
    ("-", 2): lambda a, b: a - b,
    ("*", 2): lambda a, b: a * b,
    ("&+", 2): lambda a, b: a + b,
    ("&-", 2): lambda a, b: a - b,
    ("&*", 2): lambda a, b: a * b,
    ("//", 2): lambda a, b: a // b,
    ("%", 2): lambda a, b: a % b,
    ("min", 2): min,
    ("max", 2): max,
    ("-", 1): lambda a: -a,
    ("abs", 1): abs,
    ("square", 1): lambda a: a * a,
}


SPECIALS = {
    FLOAT: [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308, -1.0, 2.5, 1e16],
    FLOAT32: [0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3.4028235e38, -1.0, 2.5, 1e8],
    INT: [0, 1, -1, INT_MIN, INT_MAX, 2**32, -(2**31), 3, -7],
}
LENGTHS = (0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 257)
STEPS = (1, 1, 1, 2, 3, -1, -2, 0)


def array(kind: Kind, rng: np.random.Generator, length: int) -> np.ndarray:
    """An array with special values among plain ones, contiguous or not."""
    step = int(rng.choice(STEPS))
    room = max(length * abs(step), 1)
    if kind is INT:
        values = rng.integers(-100, 100, room)
        if rng.random() < 0.3:
            values = rng.integers(INT_MIN, INT_MAX, room)
    else:
        values = rng.normal(size=room) * 10.0 ** rng.integers(-3, 4, room)
    values = values.astype(kind.dtype)
    if rng.random() < 0.5:
        places = rng.random(room) < 0.2
        values[places] = rng.choice(np.array(SPECIALS[kind], dtype=kind.dtype), places.sum())
    if step == 0:
        return np.broadcast_to(values[0], (length,))
    return values[::step][:length] if length else values[:0]


def scalar(kind: Kind, rng: np.random.Generator):
    """A special value or a plain one."""
    if rng.random() < 0.3:
        return kind.dtype(rng.choice(np.array(SPECIALS[kind], dtype=kind.dtype)))
    return kind.dtype(rng.integers(-50, 50)) if kind is INT else kind.dtype(rng.normal() * 10)
