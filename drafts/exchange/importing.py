"""Imports a verified file as a new project: makes every version again, and stores the file itself beside them.

The old chain is evidence of another site, so it is never inserted into a chain here. It is kept as the file, stored in
parts as blobs, named by `project.imported` on the new chain, and written out by `manage.py imported_file`
(docs/adr/0006).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final
from uuid import UUID

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target, request_hash
from audit.verification import Finding
from blobs.models import Blob
from blobs.services import store_texts
from drafts.exchange.lines import BlobLine, DraftLine, ExtensionLine, read
from drafts.exchange.registry import EXPORTED_TABLES, Row
from drafts.exchange.verification import Verified, read_lines, verify_file
from drafts.models import Draft, DraftKind, FieldContent
from drafts.versions import write_draft
from kernel.errors import Conflict, NotFound
from kernel.names import as_name, check_name
from kernel.transactions import write_transaction
from locking.leases import momentary_lease
from locking.models import Lease
from projects.creation import created_before, new_project
from projects.fields import FILES
from projects.models import MAX_NAME, Project
from projects.writing import ProjectWrite, project_write

# The size of the parts in which a file is kept, in bytes: each is a text like any other content.
PART_BYTES: Final = 1024 * 1024
BATCH_BYTES: Final = 4 * 1024 * 1024
# How many rows of a registered table are imported at once.
BATCH_ROWS: Final = 500

Progress = Callable[[int, int], None]


def import_project(
    *, caller: Caller, file: BinaryIO, name: str | None = None, progress: Progress | None = None
) -> Project:
    """Verify a project's file and make a new, private project of it, owned by the caller.

    Each version of the file becomes a version of kind `import` with the same content hash. The data of its event names
    the author, time and number of the original; actor and time of the event are the caller and the server's time.
    Members, locks and comments are people's acts at the other site: they are kept in the file only, as are rows of
    registered tables without an importer. `progress` is called with the number of imported versions and their total.
    Raises `ValidationFailed` with the line, `Conflict` if the file changes while it is read; nothing is imported then.
    """
    verified = verify_file(file)
    project_facts = verified.header.project
    facts = {
        "name": check_name(as_name(project_facts.name) if name is None else name, name="name", maximum=MAX_NAME),
        "description": project_facts.description,
        "is_private": True,
    }
    request = request_hash("project.import", {**facts, "file": verified.sha256})
    with write_transaction():
        repeat = created_before(caller=caller, request=request)
        if repeat is not None:
            return repeat
        with (
            new_project(caller=caller, facts=facts, request=request) as project,
            project_write(caller=caller, project_id=project.id, action="draft.import") as write,
        ):
            file.seek(0)
            _Import(write, verified, progress).fill(file)
        project.refresh_from_db()
        return project


class _Import:
    """The import of one file into one new project."""

    def __init__(self, write: ProjectWrite, verified: Verified, progress: Progress | None) -> None:
        self._write = write
        self._verified = verified
        self._progress = progress
        self._current: Draft | None = None
        self._leases: list[Lease] = []
        self._sizes: dict[str, int] = {}
        self._waiting: list[str] = []
        self._waiting_bytes = 0
        self._parts: list[str] = []
        self._part = bytearray()
        self._rows: list[Row] = []
        self._rows_type = ""

    def fill(self, file: BinaryIO) -> None:
        digest = hashlib.sha256()
        for data in read_lines(file):
            digest.update(data)
            self._keep(data)
            line = read(data[:-1])
            if isinstance(line, BlobLine) and line.sha256 in self._verified.contents:
                self._take_content(line)
            elif isinstance(line, DraftLine):
                self._take_version(line)
            elif isinstance(line, ExtensionLine):
                self._take_row(line)
        self._import_rows()
        if digest.hexdigest() != self._verified.sha256:
            raise Conflict("The file was changed while it was read. Nothing is imported.")
        self._store()
        self._store_part(len(self._part))
        Lease.objects.bulk_create(self._leases)
        self._record()

    def _take_content(self, line: BlobLine) -> None:
        self._sizes[line.sha256] = line.size
        self._waiting.append(line.text)
        self._waiting_bytes += line.size
        if self._waiting_bytes > BATCH_BYTES:
            self._store()

    def _store(self) -> None:
        store_texts(texts=self._waiting)
        self._waiting.clear()
        self._waiting_bytes = 0

    def _take_version(self, line: DraftLine) -> None:
        self._store()
        after = {
            name: FieldContent(
                facts.sha256,
                facts.media_type,
                facts.language,
                self._sizes[facts.sha256] if name.startswith(FILES) else 0,
            )
            for name, facts in line.fields.items()
        }
        draft = write_draft(
            self._write,
            current=self._current,
            after=after,
            kind=DraftKind.IMPORT,
            message=line.message,
            renamed=line.renamed,
            data={"base_version": line.version - 1, "import": self._facts_of(line)},
        )
        if draft.content_hash != line.content_hash:
            raise Conflict(f"v{line.version} came out with another content hash. Nothing is imported.")
        self._leases += [
            momentary_lease(self._write, field=name, event_seq=draft.event_seq, at=draft.created_at)
            for name in draft.changed_fields
        ]
        self._current = draft
        if self._progress is not None:
            self._progress(draft.version_number, self._verified.header.current_version)

    def _take_row(self, line: ExtensionLine) -> None:
        """Keep a row for its table's importer. In a file, rows of one type are together, and after all versions."""
        table = EXPORTED_TABLES.get(line.type)
        if table is None or table.import_rows is None:
            return
        if line.type != self._rows_type or len(self._rows) == BATCH_ROWS:
            self._import_rows()
            self._store()
            self._rows_type = line.type
        self._rows.append(table.read(line.row, is_former=self._verified.header.is_former))

    def _import_rows(self) -> None:
        importer = EXPORTED_TABLES[self._rows_type].import_rows if self._rows else None
        if importer is not None:
            importer(self._write, self._rows)
            self._rows = []

    def _facts_of(self, line: DraftLine) -> dict[str, Any]:
        """The facts about the original version, from its own chain."""
        header, source = self._verified.header, self._verified.sources[line.version]
        return {
            "source": "project_file",
            "format": header.format,
            "site": str(header.site),
            "project": str(header.project.id),
            "draft": str(line.id),
            "version": line.version,
            "kind": line.kind,
            "source_version": line.source_version,
            "author": source.author,
            "at": line.created_at.isoformat(),
            "event": {"seq": source.seq, "hash": source.hash},
            "file": self._verified.sha256,
            **({"contributors": _contributors(line.origin)} if line.origin else {}),
            **({"import": source.imported} if source.imported else {}),
        }

    def _keep(self, data: bytes) -> None:
        """Store the file in parts that are UTF-8 texts."""
        self._part += data
        while len(self._part) >= PART_BYTES:
            cut = PART_BYTES - 1
            while self._part[cut] & 0xC0 == 0x80:
                cut -= 1
            self._store_part(cut)

    def _store_part(self, size: int) -> None:
        if size:
            self._parts += store_texts(texts=[bytes(self._part[:size]).decode()])
            del self._part[:size]

    def _record(self) -> None:
        header = self._verified.header
        facts = {
            "format": header.format,
            "site": str(header.site),
            "project": str(header.project.id),
            "name": header.project.name,
            "exported_at": header.exported_at.isoformat(),
            "chain": {"seq": header.chain.seq, "hash": header.chain.hash},
            "versions": header.current_version,
            "file": {"sha256": self._verified.sha256, "size": self._verified.size, "parts": self._parts},
        }
        self._write.record("project.imported", Target.of("project", self._write.project.id), facts)


def _contributors(origin: Mapping[str, Any]) -> list[str]:
    """The ids of the people that an origin names. Anybody may have made the file, so its data may have any form."""
    named = origin.get("contributors")
    people = [each.get("id") for each in named if isinstance(each, dict)] if isinstance(named, list) else []
    return [person for person in people if isinstance(person, str)]


def imported_file(*, project_id: UUID) -> Iterator[bytes]:
    """The file that a project was imported from, byte for byte. Raises `NotFound` if it was not imported."""
    event = Event.objects.of_project(project_id).filter(action="project.imported").first()
    if event is None:
        raise NotFound("This project was not made of a file.")
    return _parts_of(event)


def check_imports() -> Iterator[Finding]:
    """Check that every imported file is still here, whole (for `manage.py verify_audit`)."""
    for event in Event.objects.filter(action="project.imported").order_by("id"):
        digest = hashlib.sha256()
        try:
            for part in _parts_of(event):
                digest.update(part)
        except Blob.DoesNotExist:
            yield Finding(f"{event.chain}#{event.seq}", "a part of the file it was imported from is gone")
            continue
        if digest.hexdigest() != event.data["file"]["sha256"]:
            yield Finding(f"{event.chain}#{event.seq}", "the file it was imported from was changed")


def _parts_of(event: Event) -> Iterator[bytes]:
    for part in event.data["file"]["parts"]:
        yield bytes(Blob.objects.get(pk=part).data or b"")
