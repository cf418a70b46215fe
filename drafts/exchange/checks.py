"""Checks of the lines of a project's file, by type; a check raises `ValidationFailed` at the wrong line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from msgspec import Struct

from audit.chain import first_prev_hash, link_hash
from audit.models import SITE_CHAIN
from audit.rebuilding.facts import Fact
from drafts.content import check_files, content_hash
from drafts.exchange.agreement import Agreement
from drafts.exchange.files import FileCheck
from drafts.exchange.lines import BlobLine, DraftLine, EventLine, ExportedPerson, Header
from drafts.exchange.refusals import refuse
from drafts.models import CONFIGURATION_MEDIA, MAX_MESSAGE, PROMPT_MEDIA, DraftKind, FieldContent
from drafts.renames import are_renames
from drafts.versions import changed_fields
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from projects.fields import CONFIGURATION, FILES, PROMPT, check_field_name, keeps_line_ends

_LANGUAGE = re.compile(r"[a-z0-9][a-z0-9+#.-]{0,31}\Z")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}\Z")


class BlobCheck:
    """Checks contents: each has the hash that is its name, is a text as Foundry stores it, and occurs once."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self._objects: set[str] = set()
        self._with_cr: set[str] = set()

    def take(self, line: BlobLine) -> None:
        data = line.text.encode("utf-8")
        if hashlib.sha256(data).hexdigest() != line.sha256 or len(data) != line.size:
            raise refuse("The content was changed: it does not have the hash and size that are its name.")
        if line.sha256 in self.sizes:
            raise refuse("This content is in the file already.")
        if line.size > settings.FOUNDRY_MAX_TEXT_BYTES:
            raise refuse(f"A text holds at most {settings.FOUNDRY_MAX_TEXT_BYTES} bytes.")
        self.sizes[line.sha256] = line.size
        if "\r" in line.text:
            self._with_cr.add(line.sha256)
        if line.text.lstrip()[:1] == "{" and _is_object(line.text):
            self._objects.add(line.sha256)

    def content(self, name: str, facts: Any) -> FieldContent:
        """The content of a draft's field. Raises `ValidationFailed` if the field may not hold it."""
        check_field_name(name, parameter="line")
        if facts.sha256 not in self.sizes:
            raise refuse(f"The content of {name} is not in the file.")
        is_file = name.startswith(FILES)
        wanted = {PROMPT: PROMPT_MEDIA, CONFIGURATION: CONFIGURATION_MEDIA}.get(name)
        fits = wanted == (facts.media_type, facts.language) if wanted else _fits(facts.media_type, facts.language)
        if not fits:
            raise refuse(f"{name} has a media type or language that it cannot have.")
        if facts.sha256 in self._with_cr and not keeps_line_ends(name):
            raise refuse(f"{name} has line ends other than LF.")
        if name == CONFIGURATION and facts.sha256 not in self._objects:
            raise refuse("The model configuration is not a JSON object.")
        size = self.sizes[facts.sha256] if is_file else 0
        return FieldContent(facts.sha256, facts.media_type, facts.language, size)


class DraftCheck:
    """Checks versions: 1, 2, 3 … without a gap, each with the content hash of its fields."""

    def __init__(self, blobs: BlobCheck) -> None:
        self._blobs = blobs
        self._fields: dict[str, FieldContent] = {}
        self.version = 0
        self.current: str | None = None
        self.authors: dict[str, ExportedPerson] = {}
        self.contents: set[str] = set()
        # The expected data of each version's event, until that event is found.
        self.expected: dict[int, dict[str, Any]] = {}

    @property
    def known_contents(self) -> Collection[str]:
        """The SHA-256 of every content in the file so far."""
        return self._blobs.sizes.keys()

    def take(self, line: DraftLine) -> None:
        if line.version != self.version + 1:
            raise refuse(f"Version {self.version + 1} is missing.")
        fields = {name: self._blobs.content(name, facts) for name, facts in line.fields.items()}
        check_files(fields)
        if content_hash(fields) != line.content_hash:
            raise refuse(f"The fields of v{line.version} were changed: the content hash does not fit.")
        changed = changed_fields(self._fields, fields)
        if changed != line.changed_fields:
            raise refuse(f"v{line.version} does not say which fields it changed.")
        if line.renamed is not None and not are_renames(line.renamed, self._fields, fields):
            raise refuse(f"v{line.version} renames files in a way that no version does.")
        if line.kind not in DraftKind.values or len(line.message) > MAX_MESSAGE:
            raise refuse(f"v{line.version} has a kind or message that no version has.")
        self.expected[line.version] = self._expected_data(line, fields)
        self.contents.update(content.sha256 for content in fields.values())
        self.version, self._fields = line.version, fields
        self.current, self.authors[str(line.id)] = str(line.id), line.author

    def _expected_data(self, line: DraftLine, fields: Mapping[str, FieldContent]) -> dict[str, Any]:
        before = self._fields
        return {
            "id": str(line.id),
            "author": line.author.id,
            "at": line.created_at,
            "version": line.version,
            "kind": line.kind,
            "source_version": line.source_version,
            "origin": line.origin,
            "message": line.message,
            "changed_fields": line.changed_fields,
            "content_hash": line.content_hash,
            "renamed": line.renamed,
            "fields": {
                name: {
                    "before": before[name].sha256 if name in before else None,
                    "after": fields[name].sha256 if name in fields else None,
                }
                for name in line.changed_fields
            },
        }


class _RecordedActor(Struct, frozen=True):
    id: UUID
    name: str
    kind: str


class _RecordedTarget(Struct, frozen=True):
    type: str
    id: str


class Record(Struct, frozen=True):
    """The members of an event's canonical text that are compared with something."""

    site: UUID
    chain: str
    action: str
    actor: _RecordedActor
    target: _RecordedTarget
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """The origin of a version: its event in the old chain."""

    seq: int
    hash: str
    author: dict[str, str]
    # The origin that the old chain itself recorded for an imported version; None for one that was written there.
    imported: dict[str, Any] | None = None


@dataclass(slots=True)
class ChainCheck:
    """Checks the project's chain: every link, and that versions, locks and members agree with its events."""

    header: Header
    drafts: DraftCheck
    files: FileCheck
    seq: int = 0
    site_seq: int = 0
    sources: dict[int, Source] = field(default_factory=dict)
    hash: bytes = b""
    agreement: Agreement = field(init=False)

    def __post_init__(self) -> None:
        self.agreement = Agreement(self.header, self.drafts.known_contents, self.files)

    def take(self, line: EventLine) -> None:
        own = str(self.header.project.id)
        record = _record(line)
        if record.chain != line.chain or record.site != self.header.site:
            raise refuse("The event's text names another chain or site.")
        if line.chain != own:
            self._take_of_site(line, record)
            return
        previous = self.hash or first_prev_hash(own)
        if line.seq != self.seq + 1:
            raise refuse(f"Event {self.seq + 1} is missing.")
        if bytes.fromhex(line.prev_hash) != previous:
            raise refuse("The event does not link to the event before it.")
        self.seq, self.hash = line.seq, _checked_hash(line)
        self.agreement.take_event(_fact(line))
        if record.action == "draft.saved":
            self._take_version(line, record)

    def finish(self) -> None:
        """Check that nothing is missing at the end."""
        if self.drafts.expected:
            raise refuse(f"No event recorded v{min(self.drafts.expected)}.")
        if self.drafts.version != self.header.current_version:
            raise refuse(f"The header says v{self.header.current_version} is the current version.")
        # A replica was made by an event of its own chain, which the agreement asks for.
        if not self.site_seq and not self.header.is_replica:
            raise refuse("No event of the site recorded that the project was created.")
        said = self.header.chain
        if (self.seq, (self.hash or first_prev_hash(str(self.header.project.id))).hex()) != (said.seq, said.hash):
            raise refuse(f"The chain ends at {self.seq}; the header says {said.seq}, or another hash.")
        self.agreement.check_header(self.drafts.current)
        self.agreement.check_draft_people(self.drafts.authors)

    def _take_of_site(self, line: EventLine, record: Record) -> None:
        if (
            line.chain != SITE_CHAIN
            or record.target != _RecordedTarget("project", str(self.header.project.id))
            or self.seq
        ):
            raise refuse("An event of something else than this project.")
        if line.seq <= self.site_seq or (record.action == "project.created") != (self.site_seq == 0):
            raise refuse("The project's events of the site do not begin with project.created, or are out of order.")
        self.site_seq = line.seq
        _checked_hash(line)
        self.agreement.take_event(_fact(line))

    def _take_version(self, line: EventLine, record: Record) -> None:
        said = {**record.data, "id": record.target.id, "author": record.actor.id, "at": line.at}
        version = said.get("version")
        expected = self.drafts.expected.pop(version, None) if isinstance(version, int) else None
        if expected is None:
            raise refuse(f"The version {version} that the event recorded is not in the file.")
        for name, value in expected.items():
            if said.get(name) != value:
                raise refuse(f"v{expected['version']} is not what its event says: {name.replace('_', ' ')}.")
        actor = record.actor
        earlier = said.get("import")
        self.sources[expected["version"]] = Source(
            line.seq,
            line.hash,
            {"id": str(actor.id), "display_name": actor.name, "kind": actor.kind},
            earlier if isinstance(earlier, dict) else None,
        )


def _fact(line: EventLine) -> Fact:
    """The event as the rebuilding of tables reads it."""
    record = parse(line.canonical, name="line", max_depth=200)
    assert isinstance(record, dict)
    return Fact(line.chain, line.seq, line.at, record)


def _record(line: EventLine) -> Record:
    try:
        return msgspec.convert(parse(line.canonical, name="line", max_depth=200), Record)
    except msgspec.ValidationError as error:
        raise refuse(f"Not an event: {error}.") from None


def _checked_hash(line: EventLine) -> bytes:
    computed = link_hash(prev_hash=bytes.fromhex(line.prev_hash), seq=line.seq, at=line.at, canonical=line.canonical)
    if computed.hex() != line.hash:
        raise refuse("The event's content or time was changed: the hash does not fit.")
    return computed


def _fits(media_type: str, language: str | None) -> bool:
    return bool(_MEDIA_TYPE.match(media_type)) and (language is None or bool(_LANGUAGE.match(language)))


def _is_object(text: str) -> bool:
    try:
        return isinstance(parse(text), dict)
    except ValidationFailed:
        return False
