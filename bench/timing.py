"""Times of functions that are compared: taken in turns in one process, so that what disturbs one disturbs the other."""

from __future__ import annotations

import gc
import itertools
import statistics
from collections.abc import Callable
from time import perf_counter_ns


def once(function: Callable, args: tuple, calls: int) -> int:
    """Nanoseconds of this many calls."""
    turns = itertools.repeat(None, calls)
    start = perf_counter_ns()
    for _ in turns:
        function(*args)
    return perf_counter_ns() - start


def empty(calls: int) -> int:
    """Nanoseconds of the loop itself."""
    turns = itertools.repeat(None, calls)
    start = perf_counter_ns()
    for _ in turns:
        pass
    return perf_counter_ns() - start


def calls_for(function: Callable, args: tuple, nanoseconds: int) -> int:
    """How many calls take about this long; at least one."""
    calls = 1
    while calls < 1_000_000:
        spent = once(function, args, calls)
        if spent >= nanoseconds / 4:
            return max(1, int(calls * nanoseconds / max(spent, 1)))
        calls *= 4
    return calls


def compare(functions: dict[str, tuple[Callable, tuple]], rounds: int, round_ns: int = 400_000) -> dict[str, float]:
    """Median nanoseconds of a call of each, without the loop around it. Each round calls every function, in an order
    that changes from round to round. Rounds are shorter than a time slice, so that on a busy machine most of them are
    not interrupted."""
    names = list(functions)
    calls = {name: calls_for(*functions[name], round_ns) for name in names}
    # All make equally many calls, so that none has a longer rest.
    for name in names:
        calls[name] = min(calls.values())
    times: dict[str, list[float]] = {name: [] for name in names}
    collecting = gc.isenabled()
    gc.disable()
    try:
        for turn in range(rounds):
            order = names[turn % len(names) :] + names[: turn % len(names)]
            for name in order:
                functions[name][0](*functions[name][1])  # whoever came before has left other memory behind
                spent = once(*functions[name], calls[name]) - empty(calls[name])
                times[name].append(spent / calls[name])
    finally:
        if collecting:
            gc.enable()
    return {name: statistics.median(times[name]) for name in names}


def peak_growth(function: Callable, args: tuple) -> int:
    """Bytes by which resident memory rises above what is there, at its highest during one call; its result included."""

    def status(field: str) -> int:
        with open("/proc/self/status", encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

    gc.collect()
    with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    before = status("VmRSS:")
    result = function(*args)
    growth = status("VmHWM:") - before
    del result
    return max(0, growth)
