"""Reading a pad's log: its text and authors at a revision, and its Yjs document now."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kernel.crdt.documents import Document
from kernel.crdt.edits import Edits, fold_edits
from kernel.crdt.encoding import MAX_NUMBER
from kernel.errors import NotFound
from kernel.statements import Statement, run
from stages.pads.authors import Authors
from stages.pads.log import read_credits, read_edits
from stages.pads.models import MAX_WRITER, Pad, Revision, Snapshot
from stages.pads.sizes import MAX_BYTES

# After so many revisions a snapshot is kept, or so many bytes of updates.
SNAPSHOT_EVERY: Final = 500

_NEWER: Final = (
    'SELECT revision, epoch, edits, "update" FROM pads_revision WHERE pad_id = %s AND revision > %s ORDER BY revision'
)
_CHANGES: Final = (
    "SELECT revision, epoch, writer, edits, credits::text FROM pads_revision"
    " WHERE pad_id = %s AND revision > %s AND revision <= %s ORDER BY revision"
)


class LoggedUpdate(NamedTuple):
    """A revision as far as a document needs it."""

    revision: int
    epoch: int
    edits: str
    update: bytes


class LoggedChange(NamedTuple):
    """A revision as far as a text needs it; `credits` as their column has them."""

    revision: int
    epoch: int
    writer: int
    edits: str
    credits: str | None


@dataclass(frozen=True, slots=True)
class PadText:
    """A text at a revision. The runs of `authors` have the numbers of writers."""

    revision: int
    epoch: int
    text: str
    authors: Authors


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A Yjs document with the revision that it has.

    `snapshot` is the newest one that is known of, and `since` counts the bytes of the updates after it.
    """

    document: Document
    revision: int
    epoch: int
    snapshot: int = 0
    since: int = 0

    @property
    def is_snapshot_due(self) -> bool:
        return self.revision - self.snapshot >= SNAPSHOT_EVERY or self.since >= MAX_BYTES


def newer_than(pad_id: UUID, revision: int) -> Statement:
    """The query for what a document lacks, whose rows are `LoggedUpdate`s."""
    return _NEWER, [pad_id, revision]


def read_text(pad_id: UUID, revision: int | None = None) -> PadText:
    """The text at a revision that exists, by default the newest one; 0 is the empty text before the first."""
    if revision is None:
        revision = Pad.objects.values_list("head", flat=True).get(pk=pad_id)
    snapshot = Snapshot.objects.filter(pad=pad_id, revision__lte=revision).defer("state").order_by("-revision").first()
    if snapshot is None:
        before = PadText(0, 1, "", Authors())
    else:
        before = PadText(snapshot.revision, snapshot.epoch, snapshot.text, Authors.loads(bytes(snapshot.authors)))
    return fold(before, (LoggedChange(*row) for row in run((_CHANGES, [pad_id, before.revision, revision]))))


def fold(before: PadText, revisions: Iterable[Revision | LoggedChange]) -> PadText:
    """The text after some revisions more. The authors of `before` are changed."""
    changes: list[Edits] = []
    number, epoch, authors = before.revision, before.epoch, before.authors
    for each in revisions:
        edits = read_edits(each.edits)
        changes.append(edits)
        authors.apply(edits, each.writer, read_credits(each.credits))
        number, epoch = each.revision, each.epoch
    return PadText(number, epoch, fold_edits(before.text, changes) if changes else before.text, authors)


def revisions_after(pad_id: UUID, revision: int) -> QuerySet[Revision]:
    """The revisions after one, in their order, without their updates."""
    return Revision.objects.filter(pad=pad_id, revision__gt=revision).defer("update").order_by("revision")


def load_document(pad_id: UUID) -> LoadedDocument:
    """The newest document, from its newest snapshot and what was written since.

    Raises `NotFound`, and `DocumentBroken`.
    """
    epoch = Pad.objects.values_list("epoch", flat=True).filter(pk=pad_id).first()
    if epoch is None:
        raise NotFound(_("Pad not found."))
    snapshots = Snapshot.objects.filter(pad=pad_id, epoch=epoch).exclude(state=b"").order_by("-revision")
    found = snapshots.values_list("revision", "state").first()
    after = snapshot = found[0] if found else 0
    client_id = new_client_id()
    document = Document.load(bytes(found[1]), client_id=client_id) if found else Document.new(client_id)
    updates = Revision.objects.filter(pad=pad_id, epoch=epoch, revision__gt=after).order_by("revision")
    since = 0
    for number, update in updates.values_list("revision", "update"):
        document.replay(bytes(update))
        after = number
        since += len(update)
    return LoadedDocument(document, after, epoch, snapshot, since)


def new_client_id() -> int:
    """The client id of a document of a node; those of sessions are numbers of writers, which stay below."""
    return MAX_WRITER + 1 + secrets.randbelow(MAX_NUMBER - MAX_WRITER)


def catch_up(loaded: LoadedDocument, updates: Sequence[LoggedUpdate]) -> LoadedDocument:
    """The document after what was written since: a new one where it was renewed. Raises `DocumentBroken`."""
    document, revision, epoch, since = loaded.document, loaded.revision, loaded.epoch, loaded.since
    for each in updates:
        if each.epoch != epoch:
            document, epoch = Document.load(bytes(each.update), client_id=document.client_id), each.epoch
        else:
            document.replay(bytes(each.update))
        revision = each.revision
        since += len(each.update)
    return LoadedDocument(document, revision, epoch, loaded.snapshot, since)
