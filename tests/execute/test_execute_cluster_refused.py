"""Clusters that cannot be used say why: addresses, libraries, code, data, certificates."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from suite_texts import suite_text
from towns import Town, ended, hosts, run, wait_for

import harness
from harness.cli.app import run_main
from harness.errors import ClusterLost
from harness.execute.cluster.link import Link
from harness.store.store import Store

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="what workers leave is found on Linux"
)


@pytest.fixture
def project(tmp_path):
    def make(experiment="civic:fine", *parts):
        (tmp_path / "suites").mkdir(exist_ok=True)
        parts = parts or ('[[grid]]\nbackend = ["numpy"]\n',)
        text = suite_text("tiny", *parts, experiment=experiment, source=None)
        (tmp_path / "suites" / "tiny.toml").write_text(text)
        return tmp_path

    return make


@pytest.fixture
def town(tmp_path):
    made = []

    def build(*config, **more):
        made.append(Town(tmp_path / "town", *config, **more))
        return made[0]

    yield build
    for each in made:
        each.end()


def words(folder, address):
    return [
        *("run", "--cluster", address, "--suites", str(folder / "suites")),
        *("--results", str(folder / "results")),
    ]


def test_a_malformed_address_is_a_usage_error(project, capsys):
    assert run_main(words(project(), "tcp://no-port")) == 2
    assert "must be the address of a dask scheduler" in " ".join(capsys.readouterr().err.split())


def test_a_missing_library_names_its_extra(project, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert run_main(words(project(), "local:1")) == 2
    said = capsys.readouterr().err
    assert said == "harness: distributed is not installed; install claims-harness[dask]\n"


def test_where_nobody_listens_is_one_line(project):
    more = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "1s"}
    code, err = ended(run(project(), "tcp://127.0.0.1:9", **more))
    assert code == 8
    (line,) = [line for line in err.splitlines() if line]
    assert line.startswith("harness: cannot reach a dask scheduler at tcp://127.0.0.1:9: ")
    assert line.endswith("start one there (dask scheduler), or name another address")


def test_what_is_no_scheduler_is_told_from_one(town):
    with socket.socket() as mute, dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        with pytest.raises(ClusterLost, match="what answers there does not speak as dask does"):
            Link(f"127.0.0.1:{mute.getsockname()[1]}")
    made = town()
    made.worker()
    link = Link(made.address)
    (worker,) = wait_for(lambda: [a for e in link.events(1.0) for a in e.addresses])
    link.close()
    with pytest.raises(ClusterLost, match="a worker is there, and no scheduler"):
        Link(worker)


def test_workers_with_other_libraries_or_other_code_are_refused(town, project, tmp_path):
    """Both are asked; each says in its own words how it differs, and nothing is left of either."""
    other = tmp_path / "other" / "scipy-9.9.9.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: scipy\nVersion: 9.9.9\n")
    edited = tmp_path / "edited"
    shutil.copytree(Path(harness.__file__).parent, edited / "harness")
    with (edited / "harness" / "words.py").open("a") as file:
        file.write("\nEDITED = True\n")
    made = town()
    both = [made.worker(PYTHONPATH=str(place)) for place in (other.parent, edited)]
    code, err = ended(run(project(), made.address))
    assert code == 2
    told = " ".join(err.split())
    assert "is refused: scipy is 9.9.9, ours " in told
    assert "is refused: the harness's code is " in told
    wait_for(lambda: not [host for worker in both for host in hosts(worker)], 10)
    assert not list((tmp_path / "results").glob("*.jsonl"))


def test_data_of_a_worker_must_have_the_fingerprint_of_ours(town, project, tmp_path):
    """A folder of pictures is here, and one of the same name with others on the worker."""
    pictures = pytest.importorskip("PIL.Image")
    for number, root in enumerate(("here", "there")):
        for part in ("train", "test"):
            for label in range(2):
                folder = tmp_path / root / "shapes" / part / f"class{label}"
                folder.mkdir(parents=True)
                for n in range(4):
                    value = 40 * n + 5 * label + number
                    pictures.new("L", (8, 8), value).save(folder / f"{n}.png")
    parts = (
        '[data]\ndataset = "imagefolder"\npath = "shapes"\n[knn]\nn_neighbors = [1]\n',
        '[[grid]]\nbackend = ["numpy"]\n',
    )
    made = town()
    made.worker(HARNESS_DATA=str(tmp_path / "there"), HARNESS_CACHE=str(tmp_path / "cache"))
    folder = project("knn", *parts)
    code, err = ended(run(folder, made.address, HARNESS_DATA=str(tmp_path / "here")))
    assert code == 4, err
    (record,) = Store(folder / "results").records
    assert record.status == "failed"
    assert record.reason.startswith(
        "the worker cannot use the data set 'imagefolder': it is another one: its fingerprint is "
    )


def _certificate(folder, name, *signed):
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
    files = ("-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem")
    about = ("-nodes", "-days", "2", "-subj", f"/CN={name}")
    words = ["openssl", "req", "-x509", *curve, *about, *files, *signed]
    subprocess.run(words, check=True, capture_output=True)


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to make certificates")
def test_certificates_of_dasks_configuration_are_shown_and_asked_for(town, project, tmp_path):
    _certificate(tmp_path, "ca")
    own = ("-CA", f"{tmp_path}/ca.pem", "-CAkey", f"{tmp_path}/ca.key")
    _certificate(tmp_path, "own", *own)
    tls = [f"COMM__TLS__CA_FILE={tmp_path}/ca.pem", "COMM__REQUIRE_ENCRYPTION=True"]
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        tls += [
            f"COMM__TLS__{who}__{n}={tmp_path}/own.{e}"
            for n, e in (("CERT", "pem"), ("KEY", "key"))
        ]
    made = town(*tls, options=("--protocol", "tls"))
    assert made.address.startswith("tls://")
    made.worker()
    folder = project()
    code, err = ended(run(folder, made.address, **made.config))
    assert code == 0, err
    assert [r.status for r in Store(folder / "results").records] == ["ok"]
    code, err = ended(run(folder, made.address, "--force"))
    assert code == 2, err
    (line,) = err.splitlines()
    assert line.startswith(f"harness: {made.address} asks for certificates, and dask's ")
