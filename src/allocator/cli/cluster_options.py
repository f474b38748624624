"""The options that name a cluster, and the runner that they ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allocator import api
from allocator.cli.options import FILE, flag, option
from allocator.model.text import Text

_OPTIONS = (
    option(
        "--cluster",
        metavar="ADDRESS",
        zh="在 Dask 集群上求解：tls://主机:8786，或 local:N（本机 N 个工作进程）",
        en="solve on a cluster of Dask: tls://HOST:8786, or local:N for N workers on this machine",
    ),
    option(
        "--tls-ca", type=FILE, metavar="FILE", zh="集群：CA 证书", en="cluster: certificate of the authority"
    ),
    option(
        "--tls-cert",
        type=FILE,
        metavar="FILE",
        zh="集群：本机证书",
        en="cluster: certificate of this machine",
    ),
    option("--tls-key", type=FILE, metavar="FILE", zh="集群：本机私钥", en="cluster: its private key"),
    flag(
        "--unencrypted",
        zh="集群：允许以 tcp:// 连接其他机器（不加密）",
        en="cluster: allow tcp:// to another machine, without encryption",
    ),
)


@dataclass(frozen=True)
class ClusterChoice:
    """What the options of a call say of a cluster."""

    address: str | None
    tls_ca: Path | None
    tls_cert: Path | None
    tls_key: Path | None
    unencrypted: bool

    def tls(self) -> api.TlsFiles | None:
        """Return the certificates; None for none.

        Raises:
            InputError: Only some of them are given.
        """
        files = {"--tls-ca": self.tls_ca, "--tls-cert": self.tls_cert, "--tls-key": self.tls_key}
        missing = [name for name, path in files.items() if path is None]
        if len(missing) == len(files):
            return None
        message = Text(zh="与其余证书选项同时给出", en="goes with the other options of certificates")
        if missing:
            raise api.InputError([api.Fault(message, column=name) for name in missing])
        assert self.tls_ca and self.tls_cert and self.tls_key
        return api.TlsFiles(self.tls_ca, self.tls_cert, self.tls_key)


def cluster_options(function: Callable[..., int]) -> Callable[..., int]:
    """Declare the options of a cluster; the function is called with ``cluster``, a ``ClusterChoice``."""

    def run(*given: Any, cluster: str | None, **more: Any) -> int:
        names = ("tls_ca", "tls_cert", "tls_key", "unencrypted")
        chosen = ClusterChoice(cluster, **{name: more.pop(name) for name in names})
        return function(*given, cluster=chosen, **more)

    run.__doc__ = function.__doc__
    run.__name__ = function.__name__
    for parameter in getattr(function, "__click_params__", ()):
        run.__dict__.setdefault("__click_params__", []).append(parameter)
    for declare in reversed(_OPTIONS):
        run = declare(run)
    return run


@contextmanager
def runner_of(choice: ClusterChoice, jobs: int, *, is_needed: bool) -> Iterator[api.Runner | None]:
    """Yield the runner of a cluster, which is closed at the end; None where none is asked for or needed.

    Raises:
        InputError: It cannot be used, or options of a cluster are given without one.
    """
    tls = choice.tls()
    if choice.address is None:
        given = [name for name, on in (("--tls-ca", tls), ("--unencrypted", choice.unencrypted)) if on]
        if given:
            message = Text(zh="须与 --cluster 同用", en="needs --cluster")
            raise api.InputError([api.Fault(message, column=name) for name in given])
    if choice.address is None or not is_needed:
        yield None
        return
    runner = api.cluster_runner(choice.address, tls=tls, unencrypted=choice.unencrypted, most=jobs)
    try:
        yield runner
    finally:
        runner.close()
