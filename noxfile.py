"""The sessions a newcomer, a contributor and CI all use.

``nox -s reproduce`` is the main job, ``nox -s tests`` the tests, ``nox -s ci`` all that must pass
before a change lands. Every session installs what it needs at the versions of ``constraints.txt``;
those that need torch share one environment, so that its gigabytes are installed once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import nox

nox.options.sessions = ["ci"]
nox.options.stop_on_first_error = True
nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"

HERE = Path(__file__).parent
LOCK = ("-c", "constraints.txt")
LAZY = "--no-compile"
"""Compiling all of torch takes longer than unpacking it: what is imported is compiled then."""


STEALING = ("--dist", "worksteal")
"""Files stay whole on one worker, so that what their tests share is made once, and none idles."""
PLACES = (("results", "results/local"), ("suites", "suites"))
CI: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lint", ()),
    ("types", ()),
    ("bare", ()),
    ("reproduce", ()),
    ("page", ("--out", "reports/reference")),
    ("tests", ()),
)
"""What must pass before a change lands, in this order, and what each is told. The tests come last:
their closing line is the one that counts."""


def _project(session: nox.Session) -> None:
    _keep_compiled(session)
    session.install(LAZY, *LOCK, *_build_requirements())
    session.install(LAZY, *LOCK, "--no-build-isolation", "-e", ".")


def _keep_compiled(session: nox.Session) -> None:
    # Where no bytecode is kept, every process of a session compiles all that it imports, and every
    # pytest, of which the gate starts two a pair, rewrites its plugins.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""


def _build_requirements() -> list[str]:
    """Return what the build needs: with it at hand, a second one asks no registry for anything."""
    return list(nox.project.load_toml(HERE / "pyproject.toml")["build-system"]["requires"])


with_torch = nox.session(venv_backend="none")
"""A session in the environment that `_torch` makes."""


def _torch(session: nox.Session, *extras: str) -> Callable[..., object]:
    """Install the project with torch where all sessions have theirs; return what runs programs.

    What is installed is not asked for again until the project's own requirements change.
    """
    home = session.cache_dir.parent / "torch-{}.{}".format(*sys.version_info)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    _keep_compiled(session)
    session.env["VIRTUAL_ENV"] = str(home)
    session.env["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    wanted = f".[{','.join(('all', *extras))}]"
    read = [(HERE / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    made = home / hashlib.sha256(b"\0".join([wanted.encode(), *read])).hexdigest()[:16]
    if not made.exists():
        session.run_install(sys.executable, "-m", "venv", str(home), silent=True)
        pip = (str(programs / "python"), "-m", "pip", "install", LAZY)
        session.run_install(*pip, *_torch_pin(), *_build_requirements(), silent=True)
        session.run_install(*pip, *LOCK, "--no-build-isolation", "-e", wanted, silent=True)
        made.touch()
    return lambda program, *arguments, **options: session.run(
        str(programs / program), *arguments, **options
    )


def _torch_pin() -> list[str]:
    # Asked for by exact version, pip takes a CPU build where a local index or folder offers one.
    pins = (HERE / "constraints.txt").read_text().splitlines()
    return [pin for pin in pins if pin.split("==")[0] == "torch"]


@nox.session(venv_backend="none")
def ci(session: nox.Session) -> None:
    """Give every session that must pass before a change lands; options go to ``reproduce``."""
    for name, told in CI:
        session.notify(name, session.posargs if name == "reproduce" else told)


@nox.session(venv_backend="none")
def bare(session: nox.Session) -> None:
    """README's two commands in a clone without data and without network; one if it is named."""
    session.run(".ci/bare", *session.posargs, external=True)


@with_torch
def reproduce(session: nox.Session) -> None:
    """Run every suite, judge the claims, write reports/index.html; options go to the run.

    ``nox -s reproduce -- --profile full --data DIR`` does the sources' protocol.
    """
    run = _torch(session)
    arguments = session.posargs
    # A run that ends here has a failed cell; its page is written all the same.
    run("harness", "run", "--report", "reports", *arguments)
    # Fails where a verdict moved, and prints nothing: the run's last screen has told all.
    places = [f"--{name}={_option(arguments, f'--{name}', default)}" for name, default in PLACES]
    run("harness", "claims", *places, "--quiet", log=False)


def _option(arguments: list[str], name: str, default: str) -> str:
    if name in arguments[:-1]:
        return arguments[arguments.index(name) + 1]
    joined = [a.partition("=")[2] for a in arguments if a.startswith(f"{name}=")]
    return joined[0] if joined else default


@with_torch
def tests(session: nox.Session) -> None:
    """The ordinary tests; HARNESS_DATA names a folder of real data, if there is one."""
    run = _torch(session, "dev")
    # One more than there are processors: many a test waits for a process that it started.
    workers = min((os.cpu_count() or 1) + 1, 4)
    run("pytest", "-n", str(workers), *STEALING, *session.posargs)


WITHOUT_TORCH = ("pytest", "-n", "2", *STEALING, "--ignore", "tests/benchmarks")


@nox.session(python=["3.11"])
def lowest(session: nox.Session) -> None:
    """The tests that need no torch, at the lowest versions that pyproject.toml allows."""
    _keep_compiled(session)
    # Not in the session's own temporary folder: with it the tests' would lie inside this checkout.
    pins = Path(session.virtualenv.location) / "lowest.txt"
    pins.write_text("".join(f"{pin}\n" for pin in lower_bounds()), "utf-8")
    session.install("-c", str(pins), "-e", ".[test]")
    session.run(*WITHOUT_TORCH, *session.posargs)


@nox.session(python=["3.13"])
def newest(session: nox.Session) -> None:
    """The tests that need no torch, on the newest Python with the newest of everything."""
    _keep_compiled(session)
    session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".[test]")
    session.run(*WITHOUT_TORCH, *session.posargs)


def lower_bounds() -> list[str]:
    """Return ``name==version`` for every bound of what those tests install."""
    project = nox.project.load_toml(HERE / "pyproject.toml")["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return [requirement.replace(">=", "==") for requirement in asked]


@with_torch
def benchmarks(session: nox.Session) -> None:
    """The pytest-benchmark kernels under tests/benchmarks."""
    run = _torch(session, "dev")
    run("pytest", "tests/benchmarks", "--benchmark-enable", *session.posargs)


@with_torch
def gate(session: nox.Session) -> None:
    """Compare the kernels of the working tree with ``main``, or with the revision named first.

    ``nox -s gate -- v1 --budget 5m``; the other options are those of ``harness gate``.
    """
    run = _torch(session, "dev")
    arguments = list(session.posargs)
    if not arguments or arguments[0].startswith("-"):
        arguments.insert(0, _main(session))
    if not any(a == "--pytest" or a.startswith("--pytest=") for a in arguments):
        arguments += ["--pytest", "tests/benchmarks"]
    run("harness", "gate", *arguments)


@with_torch
def clock(session: nox.Session) -> None:
    """Hold timing cells to the same calls in fresh processes without the harness: a quiet hour.

    ``nox -s clock -- torch --pairs 5`` does a part of it.
    """
    run = _torch(session, "dev")
    run("python", "tests/benchmarks/clock.py", *session.posargs)


@with_torch
def soak(session: nox.Session) -> None:
    """Try the gate on itself: an hour and more of equal sides and planted slow-downs."""
    run = _torch(session, "dev")
    run("harness", "selftest", *session.posargs)


@nox.session
def rates(session: nox.Session) -> None:
    """How often verdicts are wrong: an hour of simulation, into reports/error-rates.md."""
    _project(session)
    out = ("--md", "reports/error-rates.md")
    session.run("python", "tests/claims/error_rates.py", *out, *session.posargs)


@with_torch
def faults(session: nox.Session) -> None:
    """The long property tests and kill tests, which the ordinary run leaves out."""
    run = _torch(session, "dev")
    run("pytest", "-m", "faults", "-n", "2", "--timeout", "3600", *session.posargs)


@nox.session
def files(session: nox.Session) -> None:
    """The files of docs/scaling against dask-jobqueue, the operator and Kubernetes' schemas."""
    _project(session)
    session.install(LAZY, *LOCK, ".[test,dask]")
    session.install(LAZY, "dask-jobqueue", "dask-kubernetes", "kubernetes-validate")
    session.run("pytest", "tests/execute/test_execute_cluster_files.py", *session.posargs)


def _main(session: nox.Session) -> str:
    """Return the local ``main``; a clone of another branch has only that of its origin."""
    verify = ("git", "rev-parse", "--verify", "--quiet", "refs/heads/main")
    found = session.run(*verify, external=True, silent=True, success_codes=[0, 1])
    return "main" if found and str(found).strip() else "origin/main"


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting."""
    session.install(*LOCK, "ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@with_torch
def types(session: nox.Session) -> None:
    """Static types, strict."""
    run = _torch(session, "dev")
    run("mypy")


@nox.session
def page(session: nox.Session) -> None:
    """Build the page of the committed reference results, without torch installed."""
    _project(session)
    session.run(
        "harness", "report", "--results", "results/reference", "--profile", "full",
        *session.posargs,
    )  # fmt: skip


@nox.session
def ledger(session: nox.Session) -> None:
    """Write reports/claims.md and the summaries in reports from the committed reference results."""
    _project(session)
    reference = ("--results", "results/reference")
    session.run("harness", "report", *reference, "--profile", "full", "--out", "reports/reference")
    shutil.copy(HERE / "reports/reference/summary.md", HERE / "reports/reference.md")
    session.run("harness", "claims", *reference, "--quiet", "--ledger", "reports/claims.md")
    session.run("harness", "selftest", "--stored", *reference, "--md", "reports/selftest.md")


@with_torch
def full(session: nox.Session) -> None:
    """The sources' protocol on the real data, as the committed reference was made."""
    run = _torch(session)
    run("harness", "run", "--profile", "full", *session.posargs)
