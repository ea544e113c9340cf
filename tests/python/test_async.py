"""`async fn`: the protocol of Python's coroutines, beside Python's own; event loops; what goes wrong."""

import asyncio
import contextlib
import gc
import inspect
import sys
import threading
import warnings
from collections.abc import Coroutine

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure import MIB, growth_of_many, status

SOURCE = """
extern Python from asyncio as asyncio

## Waits, and gives x back.
async fn later(x: Int, seconds: Float = 0.0) -> Int
  await asyncio.sleep(seconds)
  x
end

async fn both(a: Int, b: Int) -> Int = await later(a) + await later(b, seconds: 0.001)

async fn at_once(x: Int) -> Int = x + 1

async fn total(xs: PyArrayView[Float], step: PythonObject) -> Float
  t = 0.0
  for x in xs
    t += x
    await step
  end
  t
end

async fn fill(mut xs: PyArrayView[Float], step: PythonObject)
  for i in 0..<xs.length
    xs[i] = i.to_float
    await step
  end
end

fn double(mut xs: PyArrayView[Float])
  xs *= 2.0
end

async fn value(x: PythonObject) -> Float
  v: Float = await x
  v * 2.0
end

async fn name(x: PythonObject) -> String
  begin
    await x
    "fine"
  rescue e: ValueError
    "caught #{e.message}"
  end
end

async fn follow(steps: PythonObject, log: PythonObject) -> PythonObject
  last: PythonObject = 0
  for step in steps
    begin
      last = await step
      log.append(("got", last))
    rescue e: ValueError
      log.append("caught")
    ensure
      log.append("left")
    end
  end
  last
end

async fn slow_to_end(step: PythonObject, log: PythonObject) -> Int
  begin
    await step
  rescue e: Exception
    log.append("caught")
  ensure
    await step
    log.append("left")
  end
  1
end

async fn deep(n: Int) -> Int
  return 0 if n == 0
  1 + await deep(n - 1)
end

async fn stops -> Int
  raise StopIteration("too early")
  1
end

@export(T: [Float, Int])
async fn identity[T](x: T) -> T = x

async fn each(xs: List[Int]) -> List[Int]
  out = List[Int]()
  xs.each |x|
    out.push(await later(x))
  end
  out
end
"""


class Step:
    """Yields what it is told to, once, and gives back what is sent."""

    def __init__(self, value=None):
        self.value = value

    def __await__(self):
        return (yield self.value)


async def follow(steps, log):
    last = 0
    for step in steps:
        try:
            last = await step
            log.append(("got", last))
        except ValueError:
            log.append("caught")
        finally:
            log.append("left")
    return last


@pytest.fixture(scope="module")
def module(aria):
    return aria(SOURCE)


def drive(make, actions):
    """What a driver of the protocol sees, action by action."""
    log, seen = [], []
    coroutine = make([Step(i) for i in range(3)], log)
    for action, value in actions:
        try:
            if action == "next":
                got = coroutine.send(None)
            elif action == "send":
                got = coroutine.send(value)
            elif action == "throw":
                got = coroutine.throw(value("thrown"))
            elif action == "throw class":
                got = coroutine.throw(value)
            else:
                got = coroutine.close()
            seen.append(("yielded", got))
        except StopIteration as stop:
            seen.append(("stopped", stop.value))
        except BaseException as error:
            seen.append((type(error).__name__, str(error)))
    coroutine.close()
    return seen, log


ACTIONS = st.lists(
    st.one_of(
        st.just(("next", None)),
        st.tuples(st.just("send"), st.sampled_from([1, "x", (1, 2), None])),
        st.tuples(st.sampled_from(["throw", "throw class"]), st.sampled_from([ValueError, KeyError, GeneratorExit])),
        st.just(("close", None)),
    ),
    max_size=7,
)


@given(ACTIONS)
@settings(deadline=None, max_examples=300)
def test_the_protocol_is_pythons(module, actions):
    assert drive(module.follow, actions) == drive(follow, actions)


def test_it_is_a_coroutine(module):
    coroutine = module.later(1)
    assert isinstance(coroutine, Coroutine)
    assert asyncio.iscoroutine(coroutine)
    assert inspect.isawaitable(coroutine)
    assert coroutine.__name__ == coroutine.__qualname__ == "later"
    assert repr(coroutine).startswith("<coroutine later of Aria at 0x")
    assert module.later.__doc__ == "Waits, and gives x back."
    coroutine.close()
    with pytest.raises(RuntimeError, match="cannot reuse already awaited coroutine"):
        coroutine.send(None)


def test_results(module):
    async def number():
        await asyncio.sleep(0)
        return 21.0

    async def fail():
        raise ValueError("oops")

    async def main():
        assert await module.later(3) == 3
        assert await module.both(1, b=2) == 3
        assert await module.at_once(1) == 2
        assert await module.value(number()) == 42.0
        assert await module.value(asyncio.ensure_future(number())) == 42.0
        assert await module.name(fail()) == "caught oops"
        assert await module.each([3, 1, 2]) == [3, 1, 2]
        assert await module.identity(1) == 1 and await module.identity(1.5) == 1.5
        assert await asyncio.create_task(module.later(7)) == 7
        assert await asyncio.gather(*[module.later(i, 0.01) for i in range(1000)]) == list(range(1000))

    asyncio.run(main())


def test_generator_based_coroutines(module):
    import types

    @types.coroutine
    def old():
        got = yield 1
        return got

    coroutine = module.value(old())
    assert coroutine.send(None) == 1
    with pytest.raises(StopIteration) as stop:
        coroutine.send(1.5)
    assert stop.value.value == 3.0

    def generator():
        yield 1

    with pytest.raises(TypeError, match="object generator can't be used in 'await' expression"):
        module.value(generator()).send(None)


def test_another_event_loop(module):
    """A loop of a few lines that knows nothing of asyncio."""

    def run(*coroutines):
        results, waiting = {}, list(enumerate(coroutines))
        while waiting:
            number, coroutine = waiting.pop(0)
            try:
                coroutine.send(None)
                waiting.append((number, coroutine))
            except StopIteration as stop:
                results[number] = stop.value
        return [results[i] for i in range(len(coroutines))]

    arrays = [np.arange(float(n)) for n in range(5)]
    step = [Step() for _ in arrays]
    assert run(*map(module.total, arrays, step)) == [xs.sum() for xs in arrays]


def test_arguments(module):
    with pytest.raises(TypeError, match=r"later\(\) missing 1 required positional argument: 'x'"):
        module.later()
    with pytest.raises(TypeError, match=r"later\(\) got an unexpected keyword argument 'y'"):
        module.later(1, y=2)
    # As values become those of the types, the body has begun.
    coroutine = module.later("x")
    with pytest.raises(TypeError, match=r"later\(\) argument 'x' must be int, not str"):
        coroutine.send(None)
    with pytest.raises(TypeError, match="object int can't be used in 'await' expression"):
        module.value(3).send(None)


def test_tracebacks_name_the_lines(module):
    async def fail():
        raise ValueError("oops")

    with pytest.raises(ValueError, match="oops") as caught:
        module.value(fail()).send(None)
    frames = []
    trace = caught.value.__traceback__
    while trace:
        frames.append((trace.tb_frame.f_code.co_name, trace.tb_lineno))
        trace = trace.tb_next
    line = SOURCE[: SOURCE.index("v: Float = await x")].count("\n") + 1
    assert ("value", line) in frames and frames[-1][0] == "fail"


def test_cancelling(module):
    async def main():
        log = []
        task = asyncio.create_task(module.follow([asyncio.sleep(10)], log))
        await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert log == ["left"]

    asyncio.run(main())


def test_memory_is_borrowed_while_it_waits(module):
    xs = np.arange(3.0)
    reads = module.total(xs, Step())
    module.double(xs)
    reads.send(None)
    with pytest.raises(module.BorrowError):
        module.double(xs)
    fills = module.fill(np.zeros(2), Step())
    fills.send(None)
    reads.close()
    module.double(xs)
    assert list(xs) == [0.0, 4.0, 8.0]
    del fills

    writes = module.fill(xs, Step())
    writes.send(None)
    with pytest.raises(module.BorrowError):
        module.total(xs, Step()).send(None)
    del writes
    module.double(xs)


def test_what_is_dropped_ends(module):
    log = []
    coroutine = module.follow([Step()], log)
    coroutine.send(None)
    del coroutine
    assert log == ["left"]


def test_never_awaited(module):
    with pytest.warns(RuntimeWarning, match="coroutine 'later' was never awaited"):
        module.later(1)
        gc.collect()


def test_what_does_not_end_at_once(module):
    coroutine = module.slow_to_end(Step(), log := [])
    coroutine.send(None)
    with pytest.raises(RuntimeError, match="coroutine ignored GeneratorExit"):
        coroutine.close()
    assert log == []
    coroutine.close()
    assert log == []

    coroutine = module.slow_to_end(Step(), log)
    coroutine.send(None)
    told = []
    hook, sys.unraisablehook = sys.unraisablehook, lambda u: told.append(str(u.exc_value))
    try:
        del coroutine
    finally:
        sys.unraisablehook = hook
    assert told == ["coroutine ignored GeneratorExit"]


def test_it_runs_once_at_a_time(module):
    class Again:
        def __await__(self):
            coroutine.send(None)
            yield

    coroutine = module.value(Again())
    with pytest.raises(ValueError, match="coroutine already executing"):
        coroutine.send(None)


def test_stop_iteration_is_no_result(module):
    with pytest.raises(RuntimeError, match="coroutine raised StopIteration") as caught:
        module.stops().send(None)
    assert isinstance(caught.value.__cause__, StopIteration)


def test_recursion(module):
    with pytest.raises(RecursionError):
        module.deep(10**8).send(None)

    async def through_python():
        return await module.value(through_python())

    with pytest.raises(RecursionError):
        through_python().send(None)
    # The stack is this thread's again.
    with pytest.raises(StopIteration) as stop:
        module.deep(1000).send(None)
    assert stop.value.value == 1000


def test_it_goes_on_in_another_thread(module):
    coroutine = module.follow([Step(), Step()], log := [])
    coroutine.send(None)
    got = []

    def go_on():
        coroutine.send(1)
        try:
            coroutine.send(2)
        except StopIteration as stop:
            got.append(stop.value)

    thread = threading.Thread(target=go_on)
    thread.start()
    thread.join()
    assert got == [2] and log == [("got", 1), "left", ("got", 2), "left"]


def test_many_wait_at_once(module):
    many = 20_000
    before = status("VmRSS")
    coroutines = [module.value(Step()) for _ in range(many)]
    for coroutine in coroutines:
        coroutine.send(None)
    assert (status("VmRSS") - before) / many < 12 * 1024
    for coroutine in coroutines:
        with pytest.raises(StopIteration):
            coroutine.send(1.0)


def test_nothing_leaks(module):
    array = np.arange(3.0)

    def ended():
        for _ in range(4):
            with contextlib.suppress(StopIteration):
                module.at_once(1).send(None)

    def dropped():
        coroutine = module.total(array, Step("x"))
        coroutine.send(None)

    def thrown():
        coroutine = module.follow([Step()], [])
        coroutine.send(None)
        with contextlib.suppress(KeyError):
            coroutine.throw(KeyError("x"))

    def never():
        module.later(1)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in (ended, dropped, thrown, never):
            references = sys.getrefcount(array)
            assert growth_of_many(call, 5_000) < MIB, call.__name__
            assert sys.getrefcount(array) == references


def test_programs_wait_too(toolchain, tmp_path):
    source = tmp_path / "p.aria"
    source.write_text(
        "extern Python from asyncio as asyncio\n"
        "async fn main -> Int\n  await asyncio.sleep(0)\n  print(\"waited\")\n  3\nend\n"
        "@test\nasync fn fine\n  await asyncio.sleep(0)\nend\n"
        "@test\nasync fn fails\n  await asyncio.sleep(0)\n  assert(1 == 2)\nend\n"
    )
    ran = toolchain.run("run", source)
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "waited\n", "")
    tested = toolchain.run("test", source)
    assert tested.returncode == 1 and "ok fine" in tested.stdout and "FAILED fails" in tested.stdout
    alone = tmp_path / "alone.aria"
    alone.write_text("async fn one -> Int = 1\nasync fn main\n  print(await one)\nend\n")
    ran = toolchain.run("run", alone)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "1\n", "")
