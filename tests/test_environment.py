import getpass
import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest

from harness import environment
from harness.environment import cores, from_json, snapshot, to_json
from harness.errors import StoreError

FACTS = {
    "processor": "AMD EPYC",
    "machine": "x86_64",
    "cores": "2",
    "accelerators": "",
    "system": "Linux",
    "commit": "a",
}


def test_two_snapshots_of_one_machine_are_equal():
    assert snapshot() == snapshot()


def test_the_snapshot_names_the_machine_and_the_libraries():
    facts = snapshot().facts
    assert facts["python"] == ".".join(map(str, sys.version_info[:3]))
    assert facts["numpy"] == version("numpy")
    assert int(facts["cores"]) == cores() >= 1
    assert float(facts["memory_gib"]) > 0
    assert math.log2(int(facts["memory_class_gib"])) % 1 == 0
    assert all(facts[name] for name in ("processor", "machine", "system", "blas"))
    assert facts["container"]
    assert facts["virtual_machine"]
    assert all(isinstance(value, str) for value in facts.values())


def test_the_snapshot_tells_neither_host_nor_user_nor_path():
    shown = json.dumps(to_json(snapshot()))
    secrets = [str(Path.home()), str(Path(environment.__file__).parents[1]), os.uname().nodename]
    # A short user name may stand in a word by chance.
    secrets += [getpass.getuser()] if len(getpass.getuser()) > 4 else []
    assert [secret for secret in secrets if len(secret) > 4 and secret in shown] == []


def test_a_snapshot_survives_json():
    taken = snapshot()
    assert from_json(json.loads(json.dumps(to_json(taken)))) == taken


def test_a_snapshot_of_before_kinds_of_containers_is_of_the_same_class():
    taken = snapshot()
    older = {name: fact for name, fact in taken.facts.items() if name != "virtual_machine"}
    old = environment._environment({**older, "container": "yes"})
    assert old.klass == taken.klass
    assert from_json(json.loads(json.dumps(to_json(old)))) == old


@pytest.mark.parametrize(
    "broken",
    [{"id": 3}, {"facts": None}, {"facts": {"cores": 2}}, {"hardware": None}],
)
def test_what_is_not_a_snapshot_is_refused(broken):
    with pytest.raises(StoreError, match="an environment must hold"):
        from_json({**to_json(snapshot()), **broken})


def test_a_commit_is_another_snapshot_of_the_same_class():
    one = environment._environment(FACTS)
    two = environment._environment({**FACTS, "commit": "b"})
    assert one.id != two.id
    assert one.klass == two.klass


@pytest.mark.parametrize("name", environment.CLASS_FACTS)
def test_everything_that_changes_numbers_changes_the_class(name):
    other = environment._environment({**FACTS, name: "another"})
    assert other.klass != environment._environment(FACTS).klass


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, "x86_64-cpu AMD EPYC, 2 cores"),
        ({"cores": "1"}, "x86_64-cpu AMD EPYC, 1 core"),
        (
            {"accelerators": "cuda:NVIDIA H200"},
            "x86_64-cpu AMD EPYC, 2 cores, cuda:NVIDIA H200",
        ),
        (
            {"system": "Darwin", "machine": "arm64", "processor": "Apple M2"},
            "apple-silicon Apple M2, 2 cores",
        ),
    ],
)
def test_the_hardware_holds_its_class_in_words(facts, words):
    assert environment._environment({**FACTS, **facts}).hardware == words


def test_the_snapshot_imports_no_torch():
    script = (
        "import sys; from harness.environment import snapshot; snapshot(); "
        "print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize(
    ("text", "count"), [("max 100000\n", 0), ("200000 100000\n", 2), ("150000 100000\n", 2)]
)
def test_the_quota_of_a_container_bounds_the_cores(tmp_path, text, count):
    file = tmp_path / "cpu.max"
    file.write_text(text)
    assert environment._quota(file) == count
    assert environment._quota(tmp_path / "none") == 0


def test_the_processor_is_named_by_its_maker():
    info = "processor\t: 0\nmodel name\t: AMD  EPYC 9B14\nflags\t: fpu\n"
    assert environment._model_name(info) == "AMD EPYC 9B14"
    assert environment._model_name("processor\t: 0\n") == ""


def git(folder, *arguments):
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_commit_is_that_of_the_checkout_and_says_when_it_is_dirty(tmp_path, monkeypatch):
    file = tmp_path / "environment.py"
    file.write_text("one")
    monkeypatch.setattr(environment, "__file__", str(file))
    git(tmp_path, "init")
    assert environment._revision()["commit"] == ""  # not a file of that checkout
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    clean = environment._revision()
    assert len(clean["commit"]) == 40
    assert clean["dirty"] == "no"
    file.write_text("two")
    edited = environment._revision()
    assert edited == {**clean, "dirty": "yes", "edits": edited["edits"]}
    assert len(edited["edits"]) == 16


def test_the_id_follows_every_fact():
    one = environment._environment(FACTS)
    assert one != environment._environment({**FACTS, "release": "7"})
    assert replace(one) == one
