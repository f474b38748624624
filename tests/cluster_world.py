"""A cluster of Dask as the documentation says: its certificates, settings and commands, on free ports."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "cluster"


def compose() -> dict[str, Any]:
    """Return the compose file."""
    found = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def command_of(service: str, **settings: str) -> list[str]:
    """Return the command of a service, its variables filled by these settings or their defaults."""
    text = str(compose()["services"][service]["command"])
    filled = re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: settings.get(found[1], found[2]), text)
    return shlex.split(filled)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class TlsCluster:
    """A scheduler and workers on this machine, as processes.

    Args:
        folder: Where certificates, settings and files of workers go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tls = folder / "tls"
        make_certificates(self.tls, "machine")
        settings = (FOLDER / "dask.yaml").read_text(encoding="utf-8")
        (folder / "dask").mkdir()
        (folder / "dask" / "dask.yaml").write_text(
            settings.replace("/etc/allocator/tls", str(self.tls)), encoding="utf-8"
        )
        self.port = free_port()
        self.address = f"tls://127.0.0.1:{self.port}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start_scheduler()

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        return self._start(
            command_of("scheduler"), {"--port": str(self.port), "--dashboard-address": "127.0.0.1:0"}
        )

    def start_worker(self) -> subprocess.Popen[bytes]:
        words = command_of("worker", CLUSTER=self.address, CELLS="1")
        changed = {"--worker-port": "0", "--nanny-port": "0", "--local-directory": str(self.folder)}
        return self._start(words, changed)

    def _start(self, words: list[str], changed: dict[str, str]) -> subprocess.Popen[bytes]:
        for option, value in changed.items():
            words[words.index(option) + 1] = value
        assert words[0] == "dask"
        environment = {
            **os.environ, "DASK_CONFIG": str(self.folder / "dask"), "PYTHONPATH": os.pathsep.join(sys.path),
        }  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def close(self) -> None:
        for process in self.processes:
            for pid in family(process.pid):
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


@contextmanager
def tls_cluster(folder: Path) -> Iterator[TlsCluster]:
    """Yield a cluster with two workers of one cell each."""
    folder.mkdir()
    made = TlsCluster(folder)
    try:
        made.start_worker()
        made.start_worker()
        yield made
    finally:
        made.close()


def make_certificates(folder: Path, *machines: str) -> None:
    """Make the certificates of machines as the documentation says."""
    subprocess.run([str(FOLDER / "certificates.sh"), str(folder), *machines], check=True, capture_output=True)


def family(pid: int) -> list[int]:
    """Return a process and all that it started, the last first."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{one}/task").iterdir():
                found += [int(word) for word in (thread / "children").read_text(encoding="ascii").split()]
    return found[::-1]


def words_of(pid: int) -> str:
    """Return the command of a process; nothing if it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def open_ports(pids: list[int]) -> set[int]:
    """Return the ports on which processes listen, on other addresses than the loopback one."""
    inodes = set()
    for pid in pids:
        with suppress(OSError):
            for one in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    inodes.add(os.readlink(one).removeprefix("socket:[").rstrip("]"))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            words = line.split()
            host, port = words[1].split(":")
            is_loopback = host in ("0100007F", "00000000000000000000000001000000")
            if words[3] == "0A" and words[9] in inodes and not is_loopback:
                found.add(int(port, 16))
    return found


def answers_browsers(port: int) -> bool:
    """Whether a port of this machine answers HTTP without encryption."""
    with socket.create_connection(("127.0.0.1", port), 2) as one:
        one.settimeout(2)
        with suppress(OSError):
            one.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return one.recv(64).startswith(b"HTTP")
    return False


def wait_until(is_so: Callable[[], Any], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never is"
        time.sleep(0.05)
