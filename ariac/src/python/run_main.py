"""Calls main of the module that `ariac run` has built, and removes the folder that it is in."""

import importlib.machinery
import importlib.util
import os
import shutil
import signal
import sys

folder, path, home, *sys.argv = sys.argv[1:]
sys.path[0] = os.path.abspath(home)
# As in any other program: Python would only notice while Python code runs.
signal.signal(signal.SIGINT, signal.SIG_DFL)


def show(kind, value, trace):
    """Leaves out this script's own frames."""
    while trace is not None and trace.tb_frame.f_code.co_filename == "<string>":
        trace = trace.tb_next
    sys.__excepthook__(kind, value.with_traceback(trace), trace)


sys.excepthook = show
try:
    loader = importlib.machinery.ExtensionFileLoader("aria_program", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("aria_program", loader))
    loader.exec_module(module)
finally:
    shutil.rmtree(folder, ignore_errors=True)
status = module.main()
if hasattr(status, "__await__"):
    import asyncio

    status = asyncio.run(status)
status = status or 0
if not 0 <= status <= 255:
    raise ValueError(f"the status of a program is 0 to 255, and main gave {status}")
sys.exit(status)
