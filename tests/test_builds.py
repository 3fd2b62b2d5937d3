import re
import subprocess
from importlib.util import find_spec

from harness import builds


def test_flags_are_the_instruction_sets_for_numbers(tmp_path):
    info = tmp_path / "cpuinfo"
    info.write_text(
        "model name\t: X\nflags\t\t: fpu sse2 avx2 fma avx512f aes sse4_1 rdrand f16c\n"
    )
    assert builds.cpu_flags(info) == "avx2 avx512f f16c fma sse2 sse4_1"
    info.write_text("Features\t: fp asimd aes sve asimdhp\n")
    assert builds.cpu_flags(info) == "asimd asimdhp sve"
    assert builds.cpu_flags(tmp_path / "none") == ""


def test_the_driver_is_that_of_the_kernel_module(tmp_path):
    said = tmp_path / "version"
    said.write_text(
        "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5\nGCC 12\n"
    )
    assert builds.driver(said) == "550.54.15"
    assert builds.driver(tmp_path / "none") == ""


def test_the_build_of_torch_is_read_without_importing_it():
    found = builds.torch_build()
    assert (re.search(r"git [0-9a-f]{12}$", found) is not None) == (find_spec("torch") is not None)


def test_packages_are_a_digest_that_stays():
    assert re.fullmatch("[0-9a-f]{16}", builds.packages())
    assert builds.packages() == builds.packages()


def test_edits_are_a_digest_of_what_is_not_committed(tmp_path):
    def git(*words):
        own = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        subprocess.run(("git", *own, *words), cwd=tmp_path, check=True, capture_output=True)

    assert builds.edits(tmp_path) == ""
    git("init")
    (tmp_path / "x.py").write_bytes(b"a = 1\n")
    git("add", ".")
    git("commit", "-m", "x")
    assert builds.edits(tmp_path) == ""
    (tmp_path / "x.py").write_bytes(b"a = 2  # \xff\n")
    first = builds.edits(tmp_path)
    assert re.fullmatch("[0-9a-f]{16}", first)
    (tmp_path / "x.py").write_bytes(b"a = 3\n")
    assert builds.edits(tmp_path) not in ("", first)
