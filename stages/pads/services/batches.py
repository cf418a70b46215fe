"""One batch of changes of a pad, inside its transaction: the locked pad, its document, and the new rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Person
from kernel.crdt.documents import Change, Document
from kernel.crdt.edits import Edits, merge_edits
from kernel.errors import ClientRefReused, Conflict, ValidationFailed
from kernel.statements import Statement, run_together
from stages.pads.access import LOCK, PadAccess, access_of, access_statements
from stages.pads.authors import Run
from stages.pads.documents import CachedDocument
from stages.pads.errors import PadRenewed
from stages.pads.loading import LoadedDocument, LoggedUpdate, newer_than
from stages.pads.log import read_edits, store_edits
from stages.pads.ot import transform_over
from stages.pads.services.storing import NewRevision, store_revisions
from stages.pads.sizes import next_revisions
from stages.pads.submissions import Accepted, EditsSubmission, Submission, UpdateSubmission

# How many revisions behind an OT client may be.
MAX_BEHIND: Final = 5_000

_REPEATS: Final = """
SELECT repeated.user_id, repeated.client_ref, repeated.revision, repeated.edits FROM pads_revision AS repeated
JOIN unnest(%s::uuid[], %s::uuid[]) AS asked (user_id, client_ref)
    ON asked.user_id = repeated.user_id AND asked.client_ref = repeated.client_ref
WHERE repeated.pad_id = %s
"""


@dataclass(slots=True)
class Batch:
    """The changes of one transaction. The document is ahead of the database until it is committed."""

    pad_id: UUID
    cached: CachedDocument
    access: PadAccess
    repeats: dict[tuple[UUID, UUID], tuple[int, str]] = field(default_factory=dict)
    rows: list[NewRevision] = field(default_factory=list)
    people: dict[UUID, Person] = field(default_factory=dict)

    @property
    def loaded(self) -> LoadedDocument:
        assert self.cached.loaded is not None
        return self.cached.loaded

    @property
    def document(self) -> Document:
        return self.loaded.document

    @property
    def head(self) -> int:
        """The newest revision, with those of this batch."""
        return self.loaded.revision

    @property
    def epoch(self) -> int:
        return self.loaded.epoch

    def append(self, submission: Submission) -> Accepted:
        """Apply one submission to the document. Raises its refusal, which leaves the document as it was."""
        self.access.require_sight(submission.caller)
        self.people[submission.caller.user.id] = submission.caller.user.person()
        if isinstance(submission, UpdateSubmission):
            return self._append_update(submission)
        repeated = self._first_answer(submission)
        return self._append_edits(submission) if repeated is None else self._repeated(submission, *repeated)

    def apply_edits(self, edits: Edits) -> Change:
        """Change the document by position. Raises `ValidationFailed`, `PayloadTooLarge`."""
        return self.document.apply_edits(edits, max_bytes=settings.FOUNDRY_MAX_TEXT_BYTES)

    def add(
        self,
        change: Change,
        *,
        writer: int,
        user_id: UUID | None,
        credited: tuple[Run, ...] | None = None,
        client_ref: UUID | None = None,
        renewed: Document | None = None,
    ) -> NewRevision:
        """Note a change that the document has as the next revision; with `renewed` another document begins."""
        epoch = self.epoch + (renewed is not None)
        document = self.document if renewed is None else renewed
        row = NewRevision(
            revision=self.head + 1,
            epoch=epoch,
            writer=writer,
            user_id=user_id,
            edits=change.edits,
            update=change.update,
            length=document.length,
            credited=credited,
            client_ref=client_ref,
        )
        self.rows.append(row)
        since = self.loaded.since + len(row.update)
        self.cached.loaded = replace(self.loaded, document=document, revision=row.revision, epoch=epoch, since=since)
        self.cached.recent.add(row.revision, row.edits)
        if client_ref is not None and user_id is not None:
            self.repeats[user_id, client_ref] = (row.revision, store_edits(row.edits))
        return row

    def store(self) -> None:
        """Write the new rows and the new head; they are shown once they are committed."""
        if not self.rows:
            return
        pad = self.access.pad
        size = self.document.text_bytes
        self.cached.log_hash = store_revisions(
            self.pad_id, self.rows, at=pad.now, log_hash=pad.log_hash, size=size, people=self.people
        )

    def _first_answer(self, submission: EditsSubmission) -> tuple[int, str] | None:
        """The revision, with its stored edits, that the same `client_ref` became before."""
        if submission.client_ref is None:
            return None
        return self.repeats.get((submission.caller.user.id, submission.client_ref))

    def _append_edits(self, submission: EditsSubmission) -> Accepted:
        self.access.require_writing(submission.caller)
        writer = self.access.writer_of(submission.caller)
        edits, missed = self._transformed(submission, self.head)
        change = self.apply_edits(edits)
        if change.is_empty:
            return Accepted(self.head, missed)
        row = self.add(change, writer=writer.number, user_id=writer.user_id, client_ref=submission.client_ref)
        return Accepted(row.revision, missed)

    def _append_update(self, submission: UpdateSubmission) -> Accepted:
        self.access.require_writing(submission.caller)
        writer = self.access.writer_of(submission.caller, submission.writer)
        if submission.epoch != self.epoch:
            words = _("The pad's document was renewed. Open it again, and type your changes into it.")
            raise PadRenewed(words, epoch=self.epoch)
        change = self.document.apply_update(
            submission.update, {writer.number}, max_bytes=settings.FOUNDRY_MAX_TEXT_BYTES
        )
        if change.is_empty:
            return Accepted(self.head)
        return Accepted(self.add(change, writer=writer.number, user_id=writer.user_id).revision)

    def _repeated(self, submission: EditsSubmission, revision: int, stored: str) -> Accepted:
        """The first answer again. Raises `ClientRefReused` where the change was another one."""
        is_same = submission.revision < revision
        edits, missed = self._transformed(submission, revision - 1) if is_same else ((), ())
        if not is_same or merge_edits(edits) != read_edits(stored):
            raise ClientRefReused(_("This client_ref was already used for another change. Make a new one."))
        return Accepted(revision, missed)

    def _transformed(self, submission: EditsSubmission, until: int) -> tuple[Edits, tuple[Edits, ...]]:
        """A client's change as one of the text at `until`, and what the client missed before it."""
        base, head = submission.revision, self.head
        if base < 0 or base > head:
            words = _("There is no revision {revision}. The newest one is {head}.")
            raise ValidationFailed({"revision": [words.format(revision=base, head=head)]})
        if until - base > MAX_BEHIND:
            words = _("This is more than {most} revisions behind. Read the text again.").format(most=MAX_BEHIND)
            raise Conflict(words, revision=head)
        if base == until:
            return submission.edits, ()
        edits, missed = transform_over(submission.edits, self._edits_after(base, until))
        return edits, tuple(missed)

    def _edits_after(self, base: int, until: int) -> Sequence[Edits]:
        """The edits of the revisions after `base`, up to `until`. Raises `Conflict` where they are too large."""
        recent = self.cached.recent.after(base)
        if recent is not None:
            return recent[: until - base]
        rows = next_revisions(self.pad_id, base, until - base).values_list("edits", flat=True)
        stored = [read_edits(edits) for edits in rows]
        if base + len(stored) < min(until, self.head - len(self.rows)):
            words = _("Too much was changed since revision {revision}. Read the text again.").format(revision=base)
            raise Conflict(words, revision=self.head)
        # Those of this batch are not stored yet.
        return [*stored, *(row.edits for row in self.rows if base + len(stored) < row.revision <= until)]


def open_batch(pad_id: UUID, cached: CachedDocument, submissions: Sequence[Submission]) -> Batch:
    """Lock the pad, and read all that its batch needs, in one round trip. Raises `NotFound`, `DocumentBroken`."""
    callers = [each.caller for each in submissions]
    refs = [(each.caller.user.id, each.client_ref) for each in submissions if each.client_ref is not None]
    numbers = [each.writer for each in submissions if isinstance(each, UpdateSubmission) and each.writer is not None]
    loaded = cached.load(pad_id)
    statements: list[Statement] = [
        (LOCK, [pad_id]),
        *access_statements(
            pad_id,
            users={caller.user.id for caller in callers},
            numbers=numbers,
            sessions=[caller.session_id for caller in callers if caller.session_id is not None],
        ),
        newer_than(pad_id, loaded.revision),
    ]
    if refs:
        statements.append((_REPEATS, [[user for user, _ref in refs], [ref for _user, ref in refs], pad_id]))
    _locked, pad, people, writers, newer, *repeated = run_together(statements)
    batch = Batch(pad_id, cached, access_of([pad, people, writers]))
    batch.repeats = {(user_id, ref): (revision, edits) for rows in repeated for user_id, ref, revision, edits in rows}
    if cached.is_of(batch.access.pad, has_newer=bool(newer)):
        cached.catch_up([LoggedUpdate(*row) for row in newer])
    else:
        # What is here was never committed, or the database is an older one now.
        cached.drop()
        cached.load(pad_id)
    return batch
