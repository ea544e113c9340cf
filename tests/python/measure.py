"""What a test looks at beside results: memory, and progress of other threads."""

from __future__ import annotations

import contextlib
import gc
import sys
import threading
import time

MIB = 1 << 20


def status(field: str) -> int:
    """A field of /proc/self/status in bytes: VmRSS, VmHWM."""
    with open("/proc/self/status", encoding="ascii") as lines:
        for line in lines:
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    raise AssertionError(f"no {field} in /proc/self/status")


class Peak:
    """How far the resident memory rose inside the block, at its highest."""

    growth = 0

    def __enter__(self):
        gc.collect()
        with open("/proc/self/clear_refs", "w", encoding="ascii") as file:
            file.write("5")  # sets the high-water mark back to what is resident now
        self.before = status("VmRSS")
        return self

    def __exit__(self, *_):
        self.growth = max(0, status("VmHWM") - self.before)


@contextlib.contextmanager
def ticking():
    """A second Python thread that counts while it gets the GIL. It gets it only when the first one gives it up: the
    interpreter's own switching is off. Yields a function: the ticks so far."""
    ticks = 0
    stop = False

    def tick():
        nonlocal ticks
        while not stop:
            ticks += 1
            time.sleep(0.0002)

    thread = threading.Thread(target=tick, daemon=True)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000.0)
    thread.start()
    while ticks < 3:
        time.sleep(0.001)
    try:
        yield lambda: ticks
    finally:
        stop = True
        sys.setswitchinterval(interval)
        thread.join()


def ticks_during(call) -> int:
    """How often another Python thread came to run while `call()` ran."""
    with ticking() as ticks:
        before = ticks()
        call()
        return ticks() - before


def growth_of_many(call, times: int = 20_000) -> int:
    """Bytes of resident memory that many calls leave behind. The least of three measurements: what leaks grows each
    time, what the allocators set aside does not."""

    def growth() -> int:
        before = status("VmRSS")
        for _ in range(times):
            call()
        gc.collect()
        return status("VmRSS") - before

    for _ in range(times // 4):
        call()
    gc.collect()
    return min(growth() for _ in range(3))
