"""Finds Java and Timefold's jars in ``.cache/timefold``, and compiles our Java classes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "timefold"
JARS = CACHE / "timefold" / "solver" / "jars"
CLASSES = CACHE / "classes"
SOURCES = HERE / "java" / "posting"
LOGGING = HERE / "java" / "logback.xml"
OLDEST_JAVA = 17
WANTED = (
    f"a JDK of {OLDEST_JAVA} or newer (java and javac; on Debian or Ubuntu: apt install default-jdk-headless)"
)


def missing() -> str:
    """Return the software to install before Timefold can run; empty if there is none."""
    if not (shutil.which("java") and shutil.which("javac")):
        return f"install {WANTED}"
    version = _version()
    if version < OLDEST_JAVA:
        return f"Java {version} is too old: install {WANTED}"
    if not list(JARS.glob("timefold-solver-core-*.jar")):
        return "its jars are not there: make timefold"
    return ""


def _version() -> int:
    """Return the major version of the compiler; 0 if it is not known."""
    done = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r"javac (?:1\.)?(\d+)", done.stdout + done.stderr)
    return int(found[1]) if found else 0


def compiled() -> Path:
    """Return the folder of our classes; they are compiled anew if a source is newer."""
    sources = sorted(SOURCES.glob("*.java"))
    built = CLASSES / "posting" / "Solve.class"
    if not built.is_file() or built.stat().st_mtime < max(one.stat().st_mtime for one in sources):
        shutil.rmtree(CLASSES, ignore_errors=True)
        CLASSES.mkdir(parents=True)
        command = [
            "javac",
            "-nowarn",
            "-proc:none",
            "-cp",
            f"{JARS}/*",
            "-d",
            str(CLASSES),
            *map(str, sources),
        ]
        subprocess.run(command, check=True)
    return CLASSES


def command(objective: str, limit: float) -> list[str]:
    """Return the command that reads a posting from standard input and solves it."""
    logging = f"-Dlogback.configurationFile={LOGGING}"
    return ["java", logging, "-cp", f"{JARS}/*:{compiled()}", "posting.Solve", objective, str(limit)]


def prepared() -> str:
    """Compile our classes before any run is timed; return the missing software."""
    lacking = missing()
    if not lacking:
        compiled()
    return lacking
