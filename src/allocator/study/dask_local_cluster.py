"""A cluster of Dask on this machine alone: ``python -m allocator.study.dask_local_cluster N``.

It tells its address and the key to it as a line of JSON, and ends with all its workers when its standard
input ends. The key is made anew each time and is in no file: nobody else on this machine reaches the workers.
"""

from __future__ import annotations

import json
import sys
import tempfile

import dask
from distributed import LocalCluster, Security

#: Neither scheduler nor workers answer browsers.
_WITHOUT_PAGES: dict[str, list[str]] = {
    f"distributed.{one}.http.routes": [] for one in ("scheduler", "worker")
}


def main() -> int:
    """Run a cluster of so many workers, each with one thread, on the loopback address."""
    security = Security.temporary()
    with (
        dask.config.set(_WITHOUT_PAGES),
        tempfile.TemporaryDirectory(prefix="allocator-cluster-") as place,
        LocalCluster(
            n_workers=int(sys.argv[1]),
            threads_per_worker=1,
            host="127.0.0.1",
            protocol="tls",
            security=security,
            dashboard_address=None,
            worker_dashboard_address=None,
            memory_limit=0,
            local_directory=place,
            silence_logs="CRITICAL",
        ) as cluster,
    ):
        told = {
            "address": cluster.scheduler_address,
            "cert": security.tls_client_cert,
            "key": security.tls_client_key,
        }
        print(json.dumps(told), flush=True)
        sys.stdin.buffer.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
