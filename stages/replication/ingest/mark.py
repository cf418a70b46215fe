"""The mark beside the database: up to which number this site has written bundles of a project.

A database that was restored from a backup does not know what it wrote after it. Would it write on, other sites would
have two bundles under one number. The mark is in the data folder, so a restored database is behind it, and writes
nothing until other sites have sent back what it lacks, or the site has a new key.

It is written after the commit, by a thread of its own, so that nobody waits for the disk: it may be behind, which is
harmless, and is never ahead.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Condition, Thread
from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kernel.errors import Unavailable
from kernel.statements import run, select
from stages.registers.guards import Afterwards, NextBundle
from stages.replication.link.live import has_peers

logger = logging.getLogger(__name__)

FOLDER: Final = "marks"
_RETRY_AFTER: Final = 10


class CatchingUp(Unavailable):
    """This site has written bundles that its database does not have: it was restored from a backup."""

    code, title = "catching_up", _("This site is catching up")


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest bundle that a site has written with a key: its number."""

    site_key: str
    number: int


def check_mark(bundle: NextBundle) -> Afterwards | None:
    """Let a bundle through that is the next one after the mark, and have it marked once it is committed.

    Of a project that no other site knows, nobody has what a restored database lacks. Raises `CatchingUp`.
    """
    row = run(select([has_peers(bundle.project_id)]))[0] if bundle.row is None else bundle.row
    if row == (False,):
        return None
    project_id, header = bundle.project_id, bundle.header
    mark = read_mark(project_id)
    if mark is not None and mark.site_key == header.site_key and header.number <= mark.number:
        words = gettext(
            "This site was restored from a backup: it has written {written} bundles, and {here} are here. It writes "
            "again once another site has sent back the others, or it has a new key (manage.py new_site_key)."
        )
        words = words.format(written=f"{mark.number:,}", here=f"{header.number - 1:,}")
        raise CatchingUp(words, retry_after=_RETRY_AFTER)
    return partial(_writer.note, _path(project_id), Mark(header.site_key, header.number))


def read_mark(project_id: UUID) -> Mark | None:
    """The mark of a project; None where there is none yet, or nobody can read it."""
    path = _path(project_id)
    try:
        found = json.loads(path.read_text())
        return Mark(str(found["site_key"]), int(found["number"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        logger.exception("The mark %s cannot be read, so a restored database would not be noticed", path)
        return None


def marks_are_written(timeout: float) -> bool:
    """Wait until everything that was committed here is marked; whether it is."""
    return _writer.is_done(timeout)


def _path(project_id: UUID) -> Path:
    return Path(settings.FOUNDRY_DATA_DIR) / FOLDER / f"{project_id}.json"


def _write(path: Path, mark: Mark) -> None:
    """Replace a mark, on the disk when this returns."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w") as file:
        json.dump(asdict(mark), file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Writer:
    """Writes marks one after the other; of one project's the newest that waits."""

    _name: ClassVar = "marks of bundles"

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: dict[Path, Mark] = {}
        self._is_writing = False
        self._thread: Thread | None = None

    def note(self, path: Path, mark: Mark) -> None:
        with self._changed:
            before = self._waiting.get(path)
            if before is None or before.site_key != mark.site_key or before.number < mark.number:
                self._waiting[path] = mark
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def is_done(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._is_writing, timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._is_writing = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: bool(self._waiting))
                path, mark = self._waiting.popitem()
                self._is_writing = True
            try:
                _write(path, mark)
            except OSError:
                logger.exception("The mark %s was not written, so a restored database may not be noticed", path)


_writer: Final = _Writer()
