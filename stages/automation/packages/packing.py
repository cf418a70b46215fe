"""Makes the archive of a module from its folder: views in TypeScript become one script each."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Final

from django.utils.translation import gettext

from stages.automation.packages.archive import MANIFEST, read_archive
from stages.automation.packages.manifest import Manifest, read_manifest
from stages.automation.packages.refusing import refuse

SECONDS: Final = 60
MISTAKES: Final = 5
# "✘ [ERROR] Unexpected "="", and below it "views/own.ts:2:9:"; a mistake of no place has none.
_MISTAKE: Final = re.compile(
    r"^.{0,3}\[ERROR\] (?P<message>.+)(?:\n\n? +(?P<file>\S.*?):(?P<line>\d+):\d+:)?", re.MULTILINE
)
TYPES: Final = Path(__file__).with_name("foundry-view.d.ts")
# Entries have the same time, so that the same files make the same archive.
_TIME: Final = (1980, 1, 1, 0, 0, 0)


def pack_folder(folder: Path, *, esbuild: Path) -> tuple[Manifest, bytes]:
    """The manifest and the archive of a module in a folder, with `views/x.ts` bundled to `views/x.js` by `esbuild`.

    Raises `ValidationFailed` by the path of what is wrong.
    """
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _listed(folder)}
    if MANIFEST not in files:
        raise refuse(MANIFEST, gettext("The package has no module.toml."))
    for name in sorted(files):
        if name.startswith("views/") and name.endswith(".ts") and name.count("/") == 1 and not name.endswith(".d.ts"):
            files[f"{name.removesuffix('.ts')}.js"] = _bundled(folder, name, esbuild)
    archive = _zipped(files)
    # Whatever it is, it is read as a site will read it.
    return read_manifest(read_archive(archive)), archive


def write_types(folder: Path) -> Path:
    """Write the types of what views find beside the views of a module; where they are now."""
    target = folder / "views" / TYPES.name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(TYPES.read_bytes())
    return target


def _listed(folder: Path) -> list[Path]:
    """The files of a folder, but those that are hidden or belong to its tools."""
    found = []
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(each.startswith(".") or each == "node_modules" for each in parts):
            found.append(path)
    return found


def _bundled(folder: Path, name: str, esbuild: Path) -> bytes:
    """A view as one script of the worker in which it runs."""
    options = ("--bundle", "--format=iife", "--target=es2022", "--charset=utf8", "--log-level=error")
    try:
        done = subprocess.run(
            [str(esbuild), name, *options], capture_output=True, timeout=SECONDS, check=False, cwd=folder
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise refuse(name, gettext("esbuild did not run: %(why)s") % {"why": error}) from error
    if done.returncode != 0:
        said = _mistakes(done.stderr.decode("utf-8", "replace"))
        raise refuse(name, gettext("It cannot be bundled: %(why)s") % {"why": "; ".join(said)})
    return done.stdout


def _mistakes(report: str) -> list[str]:
    """What esbuild reports, each as file, line and message, without its own stack and the lines that it draws."""
    found = []
    for mistake in list(_MISTAKE.finditer(report))[:MISTAKES]:
        message, file, line = (mistake[each] for each in ("message", "file", "line"))
        words = gettext("%(file)s, line %(line)s: %(message)s")
        found.append(words % {"file": file, "line": line, "message": message} if file else message)
    return found or [gettext("esbuild gave no reason.")]


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return buffer.getvalue()
