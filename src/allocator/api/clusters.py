"""Runners of studies on a cluster of Dask, which the extra ``cluster`` installs."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from allocator.api.studying import CELL_MODULE
from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text
from allocator.study.cell_runner import Runner

OPTION = "--cluster"
#: What an address looks like.
FORMS = "tcp://HOST:PORT, tls://HOST:PORT, local:N"
#: Most workers that are started on this machine.
MOST_LOCAL = 256


@dataclass(frozen=True)
class TlsFiles:
    """The certificates of this machine (PEM).

    Attributes:
        ca: The certificate of the authority that signed those of all machines.
        cert: The certificate of this machine.
        key: Its private key.
    """

    ca: Path
    cert: Path
    key: Path


def cluster_runner(
    address: str, *, tls: TlsFiles | None = None, unencrypted: bool = False, most: int = 0
) -> Runner:
    """Return a runner whose cells run on the workers of a cluster of Dask; it is to be closed.

    Args:
        address: The scheduler, ``tls://host:8786`` or ``tcp://127.0.0.1:8786``, or ``local:2``: so many
            workers on this machine, which are started and ended with the runner.
        tls: The certificates; None for those of Dask's own configuration.
        unencrypted: Whether ``tcp://`` to another machine is allowed.
        most: Most cells side by side; 0 for as many as the workers have threads.

    Raises:
        InputError: The extra is not installed, the address is wrong or not allowed, or the cluster cannot be
            reached, has no worker or other versions than this machine.
    """
    count = _local_count(address)
    if count is None:
        _check_address(address, tls, unencrypted)
    if any(find_spec(name) is None for name in ("distributed", "cryptography")):
        message = Text(
            zh="未安装 Dask，请装附加组件 cluster：pip install 'allocator[cluster]'",
            en="Dask is not installed; it comes with the extra cluster: pip install 'allocator[cluster]'",
        )
        raise InputError([Fault(message, column=OPTION)])
    if count is not None:
        return _on_this_machine(count, most)
    return _connected(address, _security(tls), most)


def _connected(address: str, security: Any, most: int, then: Callable[[], None] | None = None) -> Runner:
    from allocator.study.dask_link import DaskLink
    from allocator.study.dask_runner import DaskRunner

    return DaskRunner(DaskLink(address, security), ("-m", CELL_MODULE), most, then)


def _on_this_machine(count: int, most: int) -> Runner:
    from allocator.study.dask_local import LocalWorkers

    try:
        workers = LocalWorkers(count)
    except OSError as error:
        message = Text(zh="无法启动本机工作进程", en="no workers can be started on this machine")
        raise InputError([Fault(message, column=OPTION, detail=str(error))]) from None
    try:
        return _connected(workers.address, workers.security, most, workers.close)
    except BaseException:
        workers.close()
        raise


def _local_count(address: str) -> int | None:
    """Return how many workers an address asks for on this machine; None for another address.

    Raises:
        InputError: The number is not one.
    """
    if not address.startswith("local:"):
        return None
    number = address.removeprefix("local:")
    if not re.fullmatch(r"[0-9]{1,3}", number) or not 1 <= int(number) <= MOST_LOCAL:
        message = Text(zh="工作进程数不对", en="this is not a number of workers")
        raise _wrong(message, address, f"local:1 ... local:{MOST_LOCAL}")
    return int(number)


def _check_address(address: str, tls: TlsFiles | None, unencrypted: bool) -> None:
    """Refuse an address that is none, or that would send files openly to another machine.

    Raises:
        InputError: With the reason.
    """
    host, port = "", None
    parts = urlsplit("")
    with suppress(ValueError):
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    if parts.scheme not in ("tcp", "tls") or not host or port is None or parts.path.strip("/"):
        raise _wrong(Text(zh="集群地址不对", en="this is not the address of a cluster"), address, FORMS)
    if parts.scheme == "tls":
        _check_files(tls)
    elif tls is not None:
        message = Text(
            zh="给了证书，地址须以 tls:// 开头", en="with certificates the address begins with tls://"
        )
        raise _wrong(message, address, "tls://HOST:PORT")
    elif not unencrypted and not _is_loopback(host):
        zh = (
            "tcp:// 不加密，任何能连到该端口的人都能读取文件、运行程序；"
            "请用 tls://，确知网络可信时加 --unencrypted"
        )
        en = (
            "tcp:// is not encrypted, and whoever reaches the port can read the files and run programs: use tls://,"
            " or --unencrypted on a network that is known to be safe"
        )
        raise _wrong(Text(zh=zh, en=en), address, "tls://HOST:PORT")


def _check_files(tls: TlsFiles | None) -> None:
    faults = []
    for option, path in (
        (("--tls-ca", tls.ca), ("--tls-cert", tls.cert), ("--tls-key", tls.key)) if tls else ()
    ):
        if not path.is_file():
            message = Text(zh="没有此文件", en="there is no such file")
            faults.append(Fault(message, column=option, found=shorten(str(path))))
    if faults:
        raise InputError(faults)


def _security(tls: TlsFiles | None) -> Any:
    """Return the certificates as Dask takes them.

    Raises:
        InputError: They cannot be read.
    """
    if tls is None:
        return None
    from distributed import Security

    security = Security(
        tls_ca_file=str(tls.ca),
        tls_client_cert=str(tls.cert),
        tls_client_key=str(tls.key),
        require_encryption=True,
    )
    try:
        security.get_connection_args("client")
    except OSError as error:
        message = Text(zh="证书或私钥无法读取", en="a certificate or the key cannot be read")
        raise InputError([Fault(message, column="--tls-cert", detail=str(error))]) from None
    return security


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(message: Text, address: str, allowed: str) -> InputError:
    return InputError([Fault(message, column=OPTION, found=shorten(address), allowed=allowed)])
