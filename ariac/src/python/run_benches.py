"""Measures benchmarks of the module that `ariac bench` has built, and removes the folder that it is in. The numbers are those of
the runtime's `program.rs`."""

import importlib.machinery
import importlib.util
import itertools
import os
import shutil
import signal
import sys
import traceback
from time import perf_counter_ns

SAMPLE, SAMPLES, FEW_SAMPLES, ENOUGH = 10_000_000, 31, 5, 1_000_000_000

folder, path, home, _, progress, *numbers = sys.argv[1:]
sys.path[0] = os.path.abspath(home)
signal.signal(signal.SIGINT, signal.SIG_DFL)
try:
    loader = importlib.machinery.ExtensionFileLoader("aria_program", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("aria_program", loader))
    loader.exec_module(module)
finally:
    shutil.rmtree(folder, ignore_errors=True)


def note(number, what):
    """Tells ariac that a benchmark has begun or failed, or its samples."""
    os.write(int(progress), f"{number} {what}\n".encode())


def sample(bench, calls):
    """Nanoseconds of so many calls."""
    turns = itertools.repeat(None, calls)
    start = perf_counter_ns()
    for _ in turns:
        bench()
    return perf_counter_ns() - start


def measure(bench):
    """How often it is called for a sample, and the nanoseconds of each sample."""
    calls = 1
    took = sample(bench, calls)
    while took < SAMPLE:
        calls = min(max(SAMPLE * calls // max(took, 1) + 1, calls + 1), calls * 10)
        took = sample(bench, calls)
    count = SAMPLES if took * SAMPLES <= ENOUGH else max(ENOUGH // took, FEW_SAMPLES)
    return calls, [sample(bench, calls) for _ in range(count)]


# The module's functions are the benchmarks, in order.
benches = [f for f in vars(module).values() if type(f) is type(len)]
failed = False
for number in map(int, numbers):
    bench = benches[number]
    note(number, "b")
    try:
        calls, samples = measure(bench)
        note(number, " ".join(map(str, ["m", calls, *samples])))
    except BaseException as error:
        failed = True
        below = error.__traceback__
        while below.tb_next is not None and below.tb_frame.f_code.co_filename == "<string>":
            below = below.tb_next
        text = "".join(traceback.format_exception(type(error), error, below))
        text = text.replace("\\", "\\\\").replace("\n", "\\n")
        note(number, f"f {text}")
sys.exit(failed)
