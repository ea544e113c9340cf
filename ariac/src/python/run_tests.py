"""Runs tests of the module that `ariac test` has built, and removes the folder that it is in."""

import importlib.machinery
import importlib.util
import os
import shutil
import signal
import sys
import time
import traceback

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
    """Tells ariac that a test has begun, passed or failed."""
    os.write(int(progress), f"{number} {what}\n".encode())


# The module's functions are the tests, in order.
tests = [f for f in vars(module).values() if type(f) is type(len)]
failed = False
for number in map(int, numbers):
    test = tests[number]
    note(number, "b")
    start = time.perf_counter()
    error = None
    try:
        running = test()
        if hasattr(running, "__await__"):
            import asyncio

            asyncio.run(running)
    except BaseException as raised:
        error = raised.with_traceback(raised.__traceback__.tb_next)
    took = f"({(time.perf_counter() - start) * 1e3:.1f} ms)"
    if error is None:
        print(f"ok {test.__name__} {took}")
    else:
        failed = True
        print(f"FAILED {test.__name__} {took}")
        traceback.print_exception(type(error), error, error.__traceback__, file=sys.stdout)
    sys.stdout.flush()
    note(number, "p" if error is None else "f")
sys.exit(failed)
