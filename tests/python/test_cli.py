"""The compiler as a program: what it prints, what it leaves behind, how it ends."""

from __future__ import annotations

import json
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # the Python does not matter

GOOD = "fn f(x: Float) -> Float = x * 2.0\n"
BAD = "fn f(x: Float) -> Float = y\n"
STAGES = ["cst", "hir", "types", "effects", "mir", "remarks", "llvm", "asm", "pyi"]


@pytest.fixture
def ariac(toolchain, tmp_path):
    """Runs the compiler in a folder with good.aria and bad.aria."""
    (tmp_path / "good.aria").write_text(GOOD)
    (tmp_path / "bad.aria").write_text(BAD)

    def run(*args, **kwargs):
        return toolchain.run(*args, cwd=tmp_path, **kwargs)

    run.folder = tmp_path
    run.python = toolchain.python
    run.path = toolchain.ariac
    return run


def contents(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


# ---- exit status ----


def test_build(ariac):
    done = ariac("build", "good.aria", "--python", ariac.python)
    assert (done.returncode, done.stderr) == (0, "")
    extension, stub = done.stdout.splitlines()
    extension, stub = Path(extension).name, Path(stub).name
    assert extension.startswith("good.") and extension.endswith(".so") and stub == "good.pyi"
    assert contents(ariac.folder) == {"good.aria", "bad.aria", extension, stub}
    assert "def f(x: float" in (ariac.folder / stub).read_text()


def test_build_into_another_folder(ariac):
    done = ariac("build", "good.aria", "-o", "out/deep", "--python", ariac.python)
    assert done.returncode == 0
    assert [Path(line).parent for line in done.stdout.splitlines()] == [Path("out/deep")] * 2


def test_module_name(ariac):
    done = ariac("build", "good.aria", "-o", "out", "--module", "pkg.sub._kernels", "--python", ariac.python)
    assert done.returncode == 0
    assert Path(done.stdout.splitlines()[0]).name.startswith("_kernels.")
    code = "import _kernels; assert _kernels.f(2.0) == 4.0; print(_kernels.__name__)"
    subprocess.run([ariac.python, "-c", code], cwd=ariac.folder / "out", check=True)


def test_check(ariac):
    assert ariac("check", "good.aria").returncode == 0
    assert contents(ariac.folder) == {"good.aria", "bad.aria"}


@pytest.mark.parametrize("command", ["build", "check", "report"])
def test_a_program_with_errors(ariac, command):
    done = ariac(command, "bad.aria")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "error[E0201]" in done.stderr and "bad.aria:1:27" in done.stderr
    assert contents(ariac.folder) == {"good.aria", "bad.aria"}


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("frobnicate",),
        ("build",),
        ("build", "good.aria", "--no-such-option"),
        ("build", "good.aria", "-O", "7"),
        ("build", "good.aria", "--cpu", "pentium"),
        ("build", "good.aria", "--emit=bytecode"),
        ("build", "good.aria", "--disable-pass", "nothing"),
        ("explain", "E9999"),
    ],
)
def test_wrong_usage(ariac, args):
    done = ariac(*args)
    assert done.returncode == 2
    assert done.stderr
    assert "panicked" not in done.stderr
    assert contents(ariac.folder) == {"good.aria", "bad.aria"}


def test_wrong_values_are_told_the_right_ones(ariac):
    assert "x86-64-v3" in ariac("build", "good.aria", "--cpu", "pentium").stderr
    assert "llvm" in ariac("build", "good.aria", "--emit=bytecode").stderr


# ---- E0002, E0003: files ----


@pytest.mark.parametrize("command", ["build", "check", "report"])
def test_no_such_file(ariac, command):
    done = ariac(command, "nothing.aria")
    assert done.returncode == 2
    assert "E0002" in done.stderr and "nothing.aria" in done.stderr


def test_a_folder_for_a_file(ariac):
    (ariac.folder / "folder.aria").mkdir()
    done = ariac("check", "folder.aria")
    assert done.returncode == 2 and "E0002" in done.stderr


def test_not_utf8(ariac):
    (ariac.folder / "latin.aria").write_bytes(GOOD.encode() + b"# gr\xf6\xdfe\n")
    done = ariac("build", "latin.aria", "--python", ariac.python)
    assert done.returncode == 2
    assert "E0003" in done.stderr and "latin.aria" in done.stderr and "2" in done.stderr


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# only a comment", "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), "## Documented.\n"]
)
def test_odd_files(ariac, text):
    (ariac.folder / "odd.aria").write_text(text, newline="")
    done = ariac("build", "odd.aria", "--python", ariac.python)
    assert done.returncode == 0, done.stderr
    subprocess.run([ariac.python, "-c", "import odd"], cwd=ariac.folder, check=True)


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "fn f -> Int = 1\0",
        "((((" * 5000,
        "fn f -> Int = " + "(" * 3000 + "1" + ")" * 3000,
        "\\",
        "@",
        "#{",
        "fn",
        "end " * 1000,
    ],
)
def test_no_text_crashes_the_compiler(ariac, text):
    (ariac.folder / "odd.aria").write_text(text)
    done = ariac("build", "odd.aria", "--python", ariac.python)
    assert done.returncode in (0, 1), (done.returncode, done.stderr[-500:])
    assert "panicked" not in done.stderr


# ---- E0601, E0602: Pythons ----


def test_missing_python(ariac):
    done = ariac("build", "good.aria", "--python", "/nowhere/python3")
    assert done.returncode == 2
    assert "E0601" in done.stderr and "/nowhere/python3" in done.stderr
    assert contents(ariac.folder) == {"good.aria", "bad.aria"}


def test_no_python_at_all(ariac):
    empty = ariac.folder / "empty"
    empty.mkdir()
    done = ariac("build", "good.aria", env={"PATH": str(empty), "VIRTUAL_ENV": "", "CONDA_PREFIX": ""})
    assert done.returncode == 2 and "E0601" in done.stderr


def test_what_is_no_python(ariac):
    done = ariac("build", "good.aria", "--python", "/bin/true")
    assert done.returncode == 2 and "E0601" in done.stderr


def fake_python(folder: Path, version: str) -> Path:
    """A program that answers as this version of CPython would."""
    file = folder / "python"
    suffix = f".cpython-{version.replace('.', '')}-x86_64-linux-gnu.so"
    major, minor = version.split(".")
    answer = {
        "executable": str(file),
        "version": [int(major), int(minor)],
        "implementation": "cpython",
        "ext_suffix": suffix,
        "free_threaded": False,
    }
    file.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.99"])
def test_unsupported_python(ariac, version):
    done = ariac("build", "good.aria", "--python", fake_python(ariac.folder, version))
    assert done.returncode == 2
    assert "E0601" in done.stderr and version in done.stderr and "3.10" in done.stderr


def test_missing_runtime(ariac, toolchain):
    """E0602: the compiler was installed without the runtime for this Python."""
    alone = ariac.folder / "bin"
    alone.mkdir()
    compiler = alone / "ariac"
    compiler.hardlink_to(ariac.path) if os.stat(ariac.path).st_dev == os.stat(alone).st_dev else compiler.write_bytes(
        ariac.path.read_bytes()
    )
    compiler.chmod(0o755)
    (ariac.folder / "none").mkdir()
    env = {k: v for k, v in os.environ.items() if k != "ARIA_RT_DIR"} | {
        "ARIA_RT_DIR": str(ariac.folder / "none"),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [compiler, "build", "good.aria", "--python", ariac.python],
        cwd=ariac.folder,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2, done.stderr
    assert "E0602" in done.stderr


# ---- E0603, E0604, E0605: output ----


def test_unwritable_output_folder(ariac):
    blocked = ariac.folder / "blocked"
    blocked.write_text("a file where the folder should be")
    done = ariac("build", "good.aria", "-o", "blocked/out", "--python", ariac.python)
    assert done.returncode == 2
    assert "E0604" in done.stderr and "blocked" in done.stderr


def test_read_only_output_folder(ariac):
    """Root may write everywhere, but not even root may into /proc."""
    done = ariac("build", "good.aria", "-o", "/proc/self", "--python", ariac.python)
    assert done.returncode == 2 and "E0604" in done.stderr


def test_failing_linker(ariac):
    """E0603: `cc` is there and fails; nothing half-written stays."""
    bin_ = ariac.folder / "bin"
    bin_.mkdir()
    cc = bin_ / "cc"
    cc.write_text("#!/bin/sh\necho 'no space on the moon' >&2\nexit 1\n")
    cc.chmod(0o755)
    env = {"PATH": f"{bin_}:{os.environ['PATH']}"}
    done = ariac("build", "good.aria", "-o", "out", "--linker", "system", "--python", ariac.python, env=env)
    assert done.returncode == 1
    assert "E0603" in done.stderr and "no space on the moon" in done.stderr
    assert contents(ariac.folder / "out") == set()


def test_a_failure_keeps_what_was_there(ariac):
    first = ariac("build", "good.aria", "--python", ariac.python)
    extension = ariac.folder / first.stdout.splitlines()[0]
    before = extension.read_bytes()
    (ariac.folder / "good.aria").write_text(BAD)
    assert ariac("build", "good.aria", "--python", ariac.python).returncode == 1
    assert extension.read_bytes() == before
    assert contents(ariac.folder) == {"good.aria", "bad.aria", extension.name, "good.pyi"}


def test_rebuilding_does_not_disturb_who_has_it_open(ariac):
    """The new file takes the old one's place: a process that has imported it keeps its own."""
    first = ariac("build", "good.aria", "--python", ariac.python)
    extension = ariac.folder / first.stdout.splitlines()[0]
    inode = extension.stat().st_ino
    with extension.open("rb") as held:
        assert ariac("build", "good.aria", "--python", ariac.python).returncode == 0
        assert os.fstat(held.fileno()).st_ino == inode != extension.stat().st_ino


def test_extensions_are_executable_by_umask(ariac):
    done = ariac("build", "good.aria", "--python", ariac.python)
    mode = (ariac.folder / done.stdout.splitlines()[0]).stat().st_mode
    assert stat.S_IMODE(mode) & 0o444 == 0o444


@pytest.mark.parametrize("name", ["1st.aria", "a-b.aria", "a b.aria", "größe.aria"])
def test_file_name_that_is_no_module_name(ariac, name):
    """E0605"""
    (ariac.folder / name).write_text(GOOD)
    done = ariac("build", name, "--python", ariac.python)
    assert done.returncode == 2 and "E0605" in done.stderr and "--module" in done.stderr
    done = ariac("build", name, "--module", "good_name", "--python", ariac.python)
    assert done.returncode == 0, done.stderr


# ---- diagnostics ----


def test_json(ariac):
    (ariac.folder / "bad.aria").write_text("fn f(x: Float) -> Float = y\nfn g(x: Flaot) -> Float = 1.0\n")
    done = ariac("check", "bad.aria", "--message-format=json")
    assert done.returncode == 1
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert [d["code"] for d in found] == ["E0201", "E0205"]
    first = found[0]
    assert first["severity"] == "error" and first["message"]
    place = first["primary"]
    assert (place["file"], place["line"], place["column"]) == ("bad.aria", 1, 27)
    assert (place["end_line"], place["end_column"]) == (1, 28)


def test_json_of_what_has_no_place(ariac):
    done = ariac("build", "nothing.aria", "--message-format=json")
    assert [json.loads(line)["code"] for line in done.stderr.splitlines()] == ["E0002"]


def on_a_terminal(command, cwd, env) -> str:
    """What a program writes to a terminal as its standard error."""
    master, slave = pty.openpty()
    child = subprocess.Popen(list(map(str, command)), cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    text = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    child.wait()
    os.close(master)
    return text.decode()


def test_colours(ariac):
    command = [ariac.path, "check", "bad.aria"]
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    assert "\x1b[" in on_a_terminal(command, ariac.folder, env)
    assert "\x1b[" not in on_a_terminal(command, ariac.folder, env | {"NO_COLOR": "1"})
    piped = subprocess.run(command, cwd=ariac.folder, env=env, capture_output=True, text=True)
    assert "\x1b[" not in piped.stderr


def test_explain(ariac):
    listed = ariac("explain").stdout
    pages = sorted((Path(__file__).parents[2] / "ariac/docs/errors").glob("E*.md"))
    assert len(pages) > 30
    for page in pages:
        assert page.stem in listed
        done = ariac("explain", page.stem.lower())
        assert done.returncode == 0 and done.stdout.startswith(f"# {page.stem}")
        # A page says what, why, and how it is mended; an example of each.
        assert len(done.stdout) > 200, f"{page.stem} explains nothing"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help(ariac, option):
    done = ariac(option)
    assert done.returncode == 0 and "aria" in done.stdout.lower()


def test_env(ariac):
    done = ariac("env", "--python", ariac.python)
    assert done.returncode == 0
    assert f"{sys.version_info[0]}.{sys.version_info[1]}" in done.stdout


# ---- stages ----


@pytest.mark.parametrize("stage", STAGES)
def test_emit(ariac, stage):
    done = ariac("build", "good.aria", f"--emit={stage}")
    assert done.returncode == 0, done.stderr
    assert contents(ariac.folder) == {"good.aria", "bad.aria"}
    if stage != "remarks":  # there may be nothing to remark
        assert "f" in done.stdout


def test_emit_many(ariac):
    both = ariac("build", "good.aria", "--emit=hir,mir").stdout
    for stage in ("hir", "mir"):
        alone = ariac("build", "good.aria", f"--emit={stage}").stdout
        assert all(line in both for line in alone.splitlines())


def test_emit_needs_no_python(ariac):
    done = ariac("build", "good.aria", "--emit=llvm", "--python", "/nowhere/python3")
    assert done.returncode == 0 and "define" in done.stdout


@pytest.mark.parametrize("stage", ["cst", "hir", "types"])
def test_emit_of_a_program_with_errors(ariac, stage):
    done = ariac("check", "bad.aria", f"--emit={stage}")
    assert done.returncode == 1 and done.stdout


def test_emit_after_a_pass(ariac):
    done = ariac("build", "good.aria", "--emit=mir:fuse")
    assert done.returncode == 0 and "f" in done.stdout


def test_report(ariac):
    (ariac.folder / "k.aria").write_text("fn k(x: PyArrayView[Float]) -> Float = (x * x).sum\n")
    text = ariac("report", "k.aria")
    assert text.returncode == 0 and "1:40" in text.stdout and "4 lanes (x86-64-v3)" in text.stdout
    rows = ariac("report", "k.aria", "--format=json")
    assert rows.returncode == 0
    json.loads(rows.stdout)


# ---- the artefact ----


def test_two_builds_are_the_same_bytes(ariac):
    for folder in ("one", "two"):
        assert ariac("build", "good.aria", "-o", folder, "--python", ariac.python).returncode == 0
    one, two = (sorted((ariac.folder / folder).iterdir()) for folder in ("one", "two"))
    assert [p.name for p in one] == [p.name for p in two]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


def test_forced_cpu_level(ariac):
    assert ariac("build", "good.aria", "--python", ariac.python).returncode == 0
    code = "import good; print(good.f(2.0))"

    def load(level):
        env = os.environ | {"ARIA_CPU_LEVEL": level}
        return subprocess.run([ariac.python, "-c", code], cwd=ariac.folder, env=env, capture_output=True, text=True)

    assert load("1").stdout == "4.0\n"
    assert load("nonsense").returncode != 0 or "ARIA_CPU_LEVEL" in load("nonsense").stderr


def test_no_compiler_is_needed(ariac):
    """An empty PATH: the linker is inside."""
    empty = ariac.folder / "empty"
    empty.mkdir()
    done = ariac("build", "good.aria", "--python", ariac.python, env={"PATH": str(empty)})
    assert done.returncode == 0, done.stderr
    subprocess.run([ariac.python, "-c", "import good; assert good.f(1.5) == 3.0"], cwd=ariac.folder, check=True)


def test_only_the_entry_is_visible(ariac):
    done = ariac("build", "good.aria", "--python", ariac.python)
    extension = ariac.folder / done.stdout.splitlines()[0]
    symbols = subprocess.run(["nm", "-D", "--defined-only", extension], capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in symbols.stdout.splitlines()] == ["PyInit_good"]
    assert extension.stat().st_size < 400_000


def test_imports_under_another_name(ariac):
    """Python looks for PyInit_ and the file's name, so a renamed file is an import error and no crash."""
    done = ariac("build", "good.aria", "--python", ariac.python)
    extension = ariac.folder / done.stdout.splitlines()[0]
    extension.rename(ariac.folder / extension.name.replace("good", "other"))
    run = subprocess.run([ariac.python, "-c", "import other"], cwd=ariac.folder, capture_output=True, text=True)
    assert run.returncode == 1 and "ImportError" in run.stderr


# ---- fmt ----

UGLY = "fn f( x:Float )->Float=x*2.0\n"


def test_fmt_replaces_what_changes(ariac):
    ugly, link, good = (ariac.folder / name for name in ("ugly.aria", "link.aria", "good.aria"))
    ugly.write_text(UGLY)
    ugly.chmod(0o640)
    link.symlink_to("ugly.aria")
    before = good.stat()
    done = ariac("fmt", "link.aria", "good.aria")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert ugly.read_text() == GOOD and link.is_symlink()
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o640
    assert (good.stat().st_ino, good.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert contents(ariac.folder) == {"good.aria", "bad.aria", "ugly.aria", "link.aria"}


def test_fmt_check_lists_what_would_change(ariac):
    (ariac.folder / "ugly.aria").write_text(UGLY)
    done = ariac("fmt", "--check", "good.aria", "ugly.aria", "bad.aria")
    assert (done.returncode, done.stdout, done.stderr) == (1, "ugly.aria\n", "")
    assert (ariac.folder / "ugly.aria").read_text() == UGLY
    assert ariac("fmt", "--check", "good.aria").returncode == 0


def test_fmt_of_standard_input(ariac):
    done = subprocess.run([ariac.path, "fmt", "-"], input=UGLY, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, GOOD, "")


def test_fmt_writes_nothing_when_a_file_cannot_be_read(ariac):
    (ariac.folder / "ugly.aria").write_text(UGLY)
    (ariac.folder / "latin.aria").write_bytes(b"# gr\xf6\xdfe\n")
    for file, code in (("latin.aria", "E0003"), ("absent.aria", "E0002")):
        done = ariac("fmt", "ugly.aria", file)
        assert done.returncode == 2 and code in done.stderr and file in done.stderr
    assert (ariac.folder / "ugly.aria").read_text() == UGLY


def test_fmt_of_a_file_with_errors(ariac):
    (ariac.folder / "ugly.aria").write_text("fn f\n  x=f(1))\n  y=2\nend\n")
    assert ariac("fmt", "ugly.aria").returncode == 0
    assert (ariac.folder / "ugly.aria").read_text() == "fn f\n  x=f(1))\n  y = 2\nend\n"
