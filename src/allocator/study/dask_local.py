"""Workers of Dask on this machine, for a run on one machine: a process that ends with its runner."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any

from distributed import Security

#: The module that runs scheduler and workers.
MODULE = "allocator.study.dask_local_cluster"
#: Seconds that scheduler and workers have to end by themselves.
ENDING_SECONDS = 2.0


class LocalWorkers:
    """Workers on this machine, in processes of their own that end with this object.

    Args:
        count: How many.

    Attributes:
        address: The address of their scheduler.
        security: The certificate to reach it.

    Raises:
        OSError: They cannot be started.
    """

    def __init__(self, count: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self.address, self.security = self._told()

    def _told(self) -> tuple[str, Security]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            told: dict[str, Any] = json.loads(line)
            address, cert, key = (str(told[name]) for name in ("address", "cert", "key"))
        except (ValueError, KeyError):
            self.close()
            raise OSError("the workers did not start") from None
        security = Security(
            tls_ca_file=cert, tls_client_cert=cert, tls_client_key=key, require_encryption=True
        )
        return address, security

    def close(self) -> None:
        """End the workers with all that they started."""
        process = self._process
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDING_SECONDS)
        if hasattr(os, "killpg"):
            with suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
