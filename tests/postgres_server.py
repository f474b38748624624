"""A PostgreSQL server of a test's own, on a socket in its own folder, started and stopped by the test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

#: The user that runs the server where the tests run as root, which PostgreSQL refuses.
SERVER_USER = "postgres"


def programs() -> Path | None:
    """Return the folder of the programs of the server; None where it is not installed."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/initdb"), shutil.which("initdb")]
    return next((Path(one).resolve().parent for one in found if one), None)


class PostgresServer:
    """A server with databases that are made as they are asked for."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._user = SERVER_USER if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(dir="/tmp", prefix="pg"))  # the path of a socket must be short
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run("initdb", "-D", self._data, "-U", "planner", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._bin / program), *words]
        subprocess.run(
            command, user=self._user, cwd=self.folder, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        )  # fmt: skip

    def start(self) -> None:
        """Start it, also after it was killed."""
        options = f"-c listen_addresses='' -k {self.folder}"
        log = str(self.folder / "log")
        until = time.monotonic() + 60
        while True:
            try:
                self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", log, "-o", options)
                return
            except subprocess.CalledProcessError:  # what the killed one started has not ended yet
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        """End it by force, with no time to write anything."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        os.kill(pid, signal.SIGKILL)

    def database(self, name: str) -> str:
        """Make an empty database, and return its address."""
        self._run("createdb", "-h", str(self.folder), "-U", "planner", name)
        return f"postgresql://planner@/{name}?host={self.folder}"

    def close(self) -> None:
        """Stop it, and remove what it wrote."""
        self._run("pg_ctl", "stop", "-D", self._data, "-m", "immediate")
        shutil.rmtree(self.folder)
