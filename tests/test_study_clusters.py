"""The options that name a cluster, what is refused before anything is sent, and folders as archives."""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.api import TlsFiles, clusters
from allocator.errors import InputError
from allocator.study import folder_archive
from allocator.study.dask_cells import FolderStore
from allocator.study.folder_archive import digest_of, pack, unpack
from cli_world import call
from study_world import InlineRunner, write_study


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("host", "not the address of a cluster"),
        ("http://host:1", "not the address of a cluster"),
        ("tls://host", "not the address of a cluster"),
        ("tls://:8786", "not the address of a cluster"),
        ("tls://host:99999999", "not the address of a cluster"),
        ("tcp://host:8786/path", "not the address of a cluster"),
        ("tcp://[::1", "not the address of a cluster"),
        ("local:0", "not a number of workers"),
        ("local:two", "not a number of workers"),
        ("local:1000", "not a number of workers"),
        ("tcp://10.0.0.1:8786", "is not encrypted"),
        ("tcp://host:8786", "is not encrypted"),
    ],
)
def test_a_wrong_address_is_refused(address: str, said: str, tmp_path: Path) -> None:
    done = call("study", write_study(tmp_path), "--cluster", address)
    assert (
        done.status == 2 and said in done.err and f"found '{address}'" in done.err and "allowed" in done.err
    )
    assert "--cluster" in done.err and len(done.err.splitlines()) == 1
    assert not (tmp_path / "study.results").exists()


def test_without_the_extra_the_fault_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "find_spec", lambda name: None)
    file = write_study(tmp_path)
    for address in ("local:2", "tcp://127.0.0.1:1"):
        done = call("study", file, "--cluster", address)
        assert done.status == 2 and "pip install 'allocator[cluster]'" in done.err
    assert "附加组件 cluster" in call("study", file, "--cluster", "local:2", lang="zh").err


def test_the_core_runs_without_the_extra() -> None:
    code = (
        "import sys\n"
        "for name in ('dask', 'distributed', 'cryptography'): sys.modules[name] = None\n"
        "from allocator import api\nimport allocator.api.studying, allocator.api.clusters\n"
        "from allocator.cli.main import run\n"
        "assert run(['study', '--help', '--lang', 'en']) == 0\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"--cluster" in done.stdout
    assert importlib.util.find_spec("distributed")


def test_certificates_go_together_with_a_cluster_and_with_tls(tmp_path: Path) -> None:
    file, here = write_study(tmp_path), tmp_path / "a.pem"
    here.write_text("no certificate", encoding="utf-8")
    all_files = ("--tls-ca", here, "--tls-cert", here, "--tls-key", here)
    alone = call("study", file, *all_files, "--unencrypted")
    assert alone.status == 2 and alone.err.count("needs --cluster") == 2
    some = call("study", file, "--cluster", "tls://h:1", "--tls-ca", here)
    assert some.status == 2
    assert [line.split(":")[0] for line in some.err.splitlines()] == ["--tls-cert", "--tls-key"]
    plain = call("study", file, "--cluster", "tcp://h:1", *all_files)
    assert plain.status == 2 and "the address begins with tls://" in plain.err
    unreadable = call("study", file, "--cluster", "tls://127.0.0.1:9", *all_files, lang="zh")
    assert unreadable.status == 2 and "证书或私钥无法读取" in unreadable.err
    missing = TlsFiles(tmp_path / "x", here, tmp_path / "y")
    with pytest.raises(InputError) as caught:
        clusters.cluster_runner("tls://h:1", tls=missing)
    assert [fault.column for fault in caught.value.faults] == ["--tls-ca", "--tls-key"]


def test_a_runner_of_a_cluster_solves_all_and_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Mapping[str, Any]] = []
    closed: list[int] = []

    class Cluster(InlineRunner):
        def close(self) -> Any:
            closed.append(1)
            return ()

    def runner(address: str, **settings: Any) -> Cluster:
        asked.append({"address": address, **settings})
        return Cluster()

    monkeypatch.setattr("allocator.api.cluster_runner", runner)
    file = write_study(tmp_path)
    done = call("study", file, "--cluster", "tcp://h:1", "--unencrypted", "--jobs", "3")
    assert done.status == 0, done.err
    assert asked == [{"address": "tcp://h:1", "tls": None, "unencrypted": True, "most": 3}] and closed
    assert ", 1 side by side" in done.err.splitlines()[0]
    again = call("study", file, "--cluster", "tcp://h:1", "--unencrypted")
    assert (again.status, again.out) == (0, done.out) and len(asked) == 1, "nothing was open"


NAMES = st.lists(
    st.text("ab人.- ", min_size=1, max_size=4).map(lambda name: f"f{name}"), min_size=1, max_size=3
)


@given(st.dictionaries(NAMES.map("/".join), st.binary(max_size=50), max_size=5))
def test_an_archive_brings_back_every_file(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    here = tmp_path_factory.mktemp("here")
    kept = {}
    for name, content in files.items():
        place = here / name
        if any(one.is_file() for one in place.parents) or place.is_dir():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        kept[place.relative_to(here).as_posix()] = content
    archive = pack(here)
    for place in here.rglob("*"):
        os.utime(place, (1, 1))
    assert pack(here) == archive
    there = tmp_path_factory.mktemp("there")
    unpack(archive, digest_of(archive), there)
    found = {
        path.relative_to(there).as_posix(): path.read_bytes() for path in there.rglob("*") if path.is_file()
    }
    assert found == kept


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
    return stream.getvalue()


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "c:x", "a\\b", "folder/"])
def test_an_archive_that_leads_out_of_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    archive = zipped(name)
    with pytest.raises(ValueError, match="not allowed"):
        unpack(archive, digest_of(archive), tmp_path / "in")
    assert not list(tmp_path.rglob("x"))


def test_an_archive_that_is_another_or_damaged_or_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped("a", "b")
    with pytest.raises(ValueError, match="announced"):
        unpack(archive, "0" * 64, tmp_path)
    with pytest.raises(ValueError, match="cannot be read"):
        unpack(b"PK", digest_of(b"PK"), tmp_path)
    monkeypatch.setattr(folder_archive, "UNPACKED_BYTES", 13)
    with pytest.raises(ValueError, match="too much"):
        unpack(archive, digest_of(archive), tmp_path)
    monkeypatch.setattr(folder_archive, "MOST_FILES", 1)
    with pytest.raises(ValueError, match="too many files"):
        unpack(archive, digest_of(archive), tmp_path)


def test_links_do_not_travel(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    secret.write_text("secret", encoding="utf-8")
    folder.mkdir()
    (folder / "link").symlink_to(secret)
    assert zipfile.ZipFile(io.BytesIO(pack(folder))).namelist() == []


def test_a_worker_keeps_the_last_folders_and_those_that_are_read(tmp_path: Path) -> None:
    archives = {digest_of(one): one for one in (zipped("a"), zipped("b"), zipped("c"))}
    first, second, third = archives
    store = FolderStore(most=1)
    with ExitStack() as stack:
        store.hold(stack, [first], archives, tmp_path)
        with ExitStack() as inner:
            store.hold(inner, [second], archives, tmp_path)
            assert store.folder(first).is_dir() and store.folder(second).is_dir()
        assert (store.folder(first) / "a").read_bytes() == b"content"
        with pytest.raises(KeyError) as caught:
            store.hold(stack, [first, second, third], {}, tmp_path)
        assert caught.value.args == (second, third)
    with ExitStack() as stack:
        store.hold(stack, [third], archives, tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
