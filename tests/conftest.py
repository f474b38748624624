"""Settings that all tests share."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import coverage
import pytest
from hypothesis import settings
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parents[1]

# Under nohup, or in the background of a script, signals are ignored: programs that tests end must heed them.
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
set_hypothesis_home_dir(ROOT / ".cache" / "hypothesis")
# A shared machine is sometimes slow, so examples have no deadline; the gate draws the same ones every time.
settings.register_profile("explore", deadline=None)
settings.register_profile("gate", deadline=None, derandomize=True)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "gate")


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top folder of the project."""
    return ROOT


@contextmanager
def without_coverage(item: pytest.Item) -> Iterator[None]:
    """Leave a test marked ``unmeasured`` out of coverage.

    The mark of pytest-cov does not do so in a worker of xdist, where two measurements lie on each other.
    """
    stopped: list[coverage.Coverage] = []
    while item.get_closest_marker("unmeasured") and (current := coverage.Coverage.current()) is not None:
        current.stop()
        stopped.append(current)
    try:
        yield
    finally:
        for one in reversed(stopped):
            one.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Make what a test stands on, such as a plan that is solved once for a file."""
    with without_coverage(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Run a test."""
    with without_coverage(item):
        return (yield)
