"""The files of ``docs/cluster``: they can be read, and name commands, options and files that there are."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import entry_points
from pathlib import Path

import dask
import pytest
import yaml
from distributed import Security
from distributed.cli import dask_scheduler, dask_worker

from cli_world import call
from cluster_world import FOLDER, ROOT, command_of, compose

COMMANDS = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}
PAGES = ("studies.md", "studies.zh.md")


def checked(words: list[str]) -> str:
    """Assert that a command of Dask and all its options exist; return its name."""
    assert words[0] == "dask" and "dask" in {one.name for one in entry_points(group="console_scripts")}
    assert words[1] in {one.name for one in entry_points(group="dask_cli")}
    known = {name for one in COMMANDS[words[1]].params for name in one.opts}
    options = [word for word in words if word.startswith("--")]
    assert options and set(options) <= known
    assert words[words.index("--dashboard-address") + 1].startswith("127.0.0.1:")
    assert words[words.index("--protocol") + 1] == "tls"
    return words[1]


def shell_commands(page: str) -> list[list[str]]:
    """Return the commands of the blocks of shell in a page."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^( *)```sh\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL)
    lines = [line for _, block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [shlex.split(line, comments=True) for line in lines]


def test_the_services_run_commands_that_there_are() -> None:
    services = compose()["services"]
    assert set(services) == {"scheduler", "worker", "study"}
    assert [checked(command_of(name)) for name in ("scheduler", "worker")] == ["scheduler", "worker"]
    assert command_of("study")[0] == "study" and services["study"]["entrypoint"] == ["allocator"]
    known = call("study", "--help").out
    assert all(word in known for word in command_of("study") if word.startswith("--"))
    for service in services.values():
        build = service["build"]
        assert (FOLDER / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]) == FOLDER / "Dockerfile"
        assert service["cap_drop"] == ["ALL"] and service["read_only"] and "ports" not in service
        for volume in service["volumes"]:
            if (place := volume.split(":")[0]).startswith("./"):
                assert (FOLDER / place).exists() or place == "./tls"


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_name_commands_that_there_are(page: str) -> None:
    commands = shell_commands(page)
    dask_commands = [words for words in commands if words[0] == "dask"]
    assert [checked(words) for words in dask_commands] == ["scheduler", "worker"]
    assert ["docs/cluster/certificates.sh", "tls", "scheduler", "worker-6", "worker-7", "runner"] in commands
    help_text = call("study", "--help").out
    for words in (one for one in commands if one[0] == "allocator"):
        assert all(word in help_text for word in words if word.startswith("--"))
    variables = {
        match for text in map(str, compose()["services"].values()) for match in re.findall(r"\$\{(\w+)", text)
    }
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert all(re.search(rf"\b{name}\b", text) for name in variables)
    services = [words[-1] for words in commands if "compose" in words]
    assert services == ["scheduler", "worker", "study"]


def test_the_settings_are_those_of_dask() -> None:
    found = yaml.safe_load((FOLDER / "dask.yaml").read_text(encoding="utf-8"))
    defaults = yaml.safe_load(
        Path(dask_scheduler.__file__).parents[1].joinpath("distributed.yaml").read_text("utf-8")
    )

    def paths(tree: object, at: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        if not isinstance(tree, dict):
            return [at]
        return [one for key, value in tree.items() for one in paths(value, (*at, str(key)))]

    known = set(paths(defaults))
    assert [path for path in paths(found) if path not in known] == []
    with dask.config.set(dask.config.merge(defaults, found)):
        security = Security()
        assert security.require_encryption
        for role in ("client", "scheduler", "worker"):
            files = security.get_tls_config_for_role(role)
            assert all(
                str(files[name]).startswith("/etc/allocator/tls/") for name in ("ca_file", "cert", "key")
            )
        assert dask.config.get("distributed.scheduler.allowed-failures") == 3


def test_the_image_is_made_of_files_that_there_are() -> None:
    lines = (FOLDER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert all((ROOT / name).exists() for name in copied)
    allowed = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {line[1:] for line in allowed if line.startswith("!")} == set(copied)
    locked = (ROOT / "requirements-cluster.lock").read_text(encoding="utf-8")
    assert "\ndistributed==" in locked and "\nortools==" in locked and "\nhatchling==" in locked
