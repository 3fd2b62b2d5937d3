"""The files that docs/scaling.md hands out, as far as they can be tried here."""

import ast
import importlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from suite_texts import suite_text
from towns import environ

from harness.execute.machines import address
from harness.store.store import Store

DOCS = Path(__file__).parents[2] / "docs"
FILES = DOCS / "scaling"
TEXT = (DOCS / "scaling.md").read_text(encoding="utf-8")


def test_every_file_is_named_and_every_name_is_a_file():
    named = set(re.findall(r"\]\(scaling/([\w.]+)\)", TEXT))
    assert named == {path.name for path in FILES.iterdir()}


def test_the_python_file_names_what_its_libraries_have():
    tree = ast.parse((FILES / "slurm.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules == {"dask_jobqueue"}
    jobqueue = pytest.importorskip("dask_jobqueue")
    call = next(n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.keywords)
    words = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    with jobqueue.SLURMCluster(**words) as cluster:
        assert "dask_worker" in cluster.job_script()


def test_the_manifest_has_a_cluster_and_a_job_of_one_image_that_reaches_it():
    yaml = pytest.importorskip("yaml")
    cluster, job = yaml.safe_load_all((FILES / "kubernetes.yaml").read_text(encoding="utf-8"))
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    pods = [cluster["spec"]["worker"]["spec"], cluster["spec"]["scheduler"]["spec"]]
    pods.append(job["spec"]["template"]["spec"])
    containers = [pod["containers"][0] for pod in pods]
    assert len({one["image"] for one in containers}) == 1
    words = containers[2]["command"]
    told = address(words[words.index("--cluster") + 1])
    assert told == f"tcp://{cluster['metadata']['name']}-scheduler:8786"
    for pod in pods:
        mounted = {m["name"] for m in pod["containers"][0].get("volumeMounts", [])}
        assert mounted == {volume["name"] for volume in pod.get("volumes", [])}


def test_the_manifest_is_what_the_operator_and_kubernetes_take():
    """By the definition that the operator installs, and by the published schemas, strictly."""
    yaml, jsonschema = pytest.importorskip("yaml"), pytest.importorskip("jsonschema")
    operator = pytest.importorskip("dask_kubernetes")
    published = pytest.importorskip("kubernetes_validate")
    newest = published.latest_version()
    cluster, job = yaml.safe_load_all((FILES / "kubernetes.yaml").read_text(encoding="utf-8"))
    (crd,) = Path(operator.__file__).parent.rglob("crds/daskcluster.yaml")
    (version,) = yaml.safe_load(crd.read_text(encoding="utf-8"))["spec"]["versions"]
    jsonschema.validate(cluster, version["schema"]["openAPIV3Schema"])
    published.validate(job, newest, strict=True)
    meta, spec = {"name": "tried"}, cluster["spec"]
    for pod in (spec["worker"]["spec"], spec["scheduler"]["spec"]):
        made = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": pod}
        published.validate(made, newest, strict=True)
    service = spec["scheduler"]["service"]
    made = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": service}
    published.validate(made, newest, strict=True)
    with pytest.raises(published.ValidationError):
        published.validate({**made, "spec": {**service, "porst": []}}, newest, strict=True)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_the_script_is_one_of_bash():
    subprocess.run(["bash", "-n", str(FILES / "gpus.sh")], check=True)


@pytest.mark.faults
@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_the_script_runs_a_suite_and_leaves_nobody(tmp_path):
    """Without GPUs here: its workers are labelled all the same, and refused nothing."""
    importlib.import_module("distributed")
    (tmp_path / "suites").mkdir()
    text = suite_text(
        "tiny", '[[grid]]\nbackend = ["numpy"]\n', experiment="civic:fine", source=None
    )
    (tmp_path / "suites" / "tiny.toml").write_text(text)
    words = ["bash", str(FILES / "gpus.sh"), "harness", "run", "--results", "results"]
    done = subprocess.run(
        words, cwd=tmp_path, env=environ(GPUS="2", TMPDIR=str(tmp_path)), timeout=200,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [record.status for record in Store(tmp_path / "results").records] == ["ok"]
    assert not [name for name in os.listdir(tmp_path) if name.startswith("tmp.")]  # noqa: PTH208
