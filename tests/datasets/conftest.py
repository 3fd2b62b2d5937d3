"""Tiny data sets on disk, and the real ones where the machine has them."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets_helpers import png, write_shard

from harness.datasets import Roots


@pytest.fixture
def roots(tmp_path: Path) -> Roots:
    return Roots(tmp_path / "data", tmp_path / "cache")


@pytest.fixture
def images() -> np.ndarray:
    """Eight small colour images, (8, 3, 4, 5) uint8."""
    return np.random.default_rng(1).integers(0, 256, (8, 3, 4, 5), dtype=np.uint8)


@pytest.fixture
def small_parquet(roots: Roots, images: np.ndarray) -> Path:
    """Five training and three test images in the folder ``tiny`` of the data root."""
    folder = roots.data / "tiny"
    encoded = [png(image) for image in images]
    write_shard(folder / "train-00000-of-00001.parquet", encoded[:5], [0, 1, 2, 0, 1])
    write_shard(folder / "test-00000-of-00001.parquet", encoded[5:], [2, 1, 0])
    return folder


@pytest.fixture
def small_folder(roots: Roots, images: np.ndarray) -> Path:
    """The same images as a folder of pictures, ``pictures`` in the data root."""
    folder = roots.data / "pictures"
    places = ["train/cat"] * 3 + ["train/dog"] * 2 + ["test/cat", "test/dog", "test/dog"]
    for index, (place, image) in enumerate(zip(places, images, strict=True)):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / f"{index}.png").write_bytes(png(image))
    return folder


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The data root with the real archives."""
    place = os.environ.get("HARNESS_DATA")
    if not place:
        pytest.skip("HARNESS_DATA is not set: the real data sets are not at hand")
    return Path(place)


@pytest.fixture(scope="session")
def real_roots(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Roots:
    """Real archives, and a cache that starts empty and is shared by the whole run."""
    return Roots(real_data, tmp_path_factory.mktemp("real-cache"))


@pytest.fixture(scope="session")
def torchvision_datasets() -> Any:
    """torchvision's data sets, through the shim."""
    pytest.importorskip("torch", reason="torch is not installed")
    from harness.datasets import vision

    return vision.datasets("mnist")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mapping[str, bytes]], str]]:
    """Serve files on a loopback port; return the base address."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    servers = []

    def start(files: Mapping[str, bytes]) -> str:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(files))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/mirror"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def _handler(files: Mapping[str, bytes]) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            data = files.get(self.path.removeprefix("/mirror/"))
            if data is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if body:
                self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
