"""Whether the versions that were made from pads have the texts, authors and hashes of their logs (control c02)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from blobs.models import Blob, sha256_of
from drafts.models import Draft
from kernel.crdt.edits import count_units
from kernel.errors import ValidationFailed
from proposals.models import Proposal
from stages.pads.authors import count_characters, cut_runs
from stages.pads.promoted import ORIGIN, Proposed
from stages.pads.ranges import Range, cut_text, put_text

if TYPE_CHECKING:
    from stages.pads.verification import FoldedLog

_AT_ONCE: Final = 500


class MadeVersion(NamedTuple):
    """A version that was made from a pad. `proposed` is the part of the pad from which its proposal was made."""

    draft: Draft
    proposed: Proposed | None = None


# The versions that were made from a pad, by its revision.
Promoted = Mapping[int, list[MadeVersion]]
NONE: Final[Promoted] = MappingProxyType({})


def promoted_versions() -> dict[str, dict[int, list[MadeVersion]]]:
    """All versions that were made from pads, by the id of the pad; their origins are compared with their events."""
    found: dict[str, dict[int, list[MadeVersion]]] = defaultdict(lambda: defaultdict(list))
    drafts = Draft.objects.filter(origin__type=ORIGIN).order_by("project_id", "version_number")
    for draft in drafts.iterator(chunk_size=_AT_ONCE):
        origin = draft.origin or {}
        found[origin["id"]][origin["revision"]].append(MadeVersion(draft))
    proposals = Proposal.objects.filter(origin_type=ORIGIN, draft__isnull=False).select_related("draft")
    for proposal in proposals.order_by("project_id", "number").iterator(chunk_size=_AT_ONCE):
        # What else its row may name is compared with its events, as the origin of the version is.
        if proposal.draft is not None and (proposed := Proposed.of(proposal.origin_id)) is not None:
            found[str(proposed.pad_id)][proposed.revision].append(MadeVersion(proposal.draft, proposed))
    return found


def faults_of(versions: list[MadeVersion], log: FoldedLog) -> Iterator[str]:
    """What is wrong with the versions that were made from a log's revision, which has just been read."""
    for draft, proposed in versions:
        if proposed is None:
            yield from _faults_of_promoted(draft, log, draft.origin or {})
        else:
            yield from _faults_of_proposed(draft, log, proposed.part)


def _faults_of_promoted(draft: Draft, log: FoldedLog, origin: Mapping[str, Any]) -> Iterator[str]:
    what = f"v{draft.version_number} was promoted from revision {log.revision}"
    if origin["digest"] != log.hash.hex():
        yield f"{what}, and names another hash of the log"
    if origin["contributors"] != _contributors(log, Range.of(origin["part"])):
        yield f"{what}, and names other contributors"
    if not _has_text(draft, log, origin):
        yield f"{what}, and has another text"


def _faults_of_proposed(draft: Draft, log: FoldedLog, part: Range | None) -> Iterator[str]:
    """A proposal may be edited before it is accepted, and get more contributors."""
    what = f"v{draft.version_number} was proposed from revision {log.revision}"
    if part is not None and not part.start <= part.end <= count_units(log.text):
        yield f"{what}, which has no such part"
        return
    named = (draft.origin or {}).get("contributors", ())
    if any(each not in named for each in _contributors(log, part) if each["id"] is not None):
        yield f"{what}, and leaves out a contributor"


def _contributors(log: FoldedLog, part: Range | None) -> list[dict[str, Any]]:
    part = part or Range(0, count_units(log.text))
    counts: dict[UUID | None, int] = dict.fromkeys(log.changed_by, 0)
    for number, count in count_characters(cut_runs(log.authors.runs, part.start, part.end)).items():
        user_id = log.users.get(number)
        counts[user_id] = counts.get(user_id, 0) + count
    people = sorted(user_id for user_id in counts if user_id is not None)
    nobody = [{"id": None, "characters": counts[None]}] if counts.get(None) else []
    return [*({"id": str(user_id), "characters": counts[user_id]} for user_id in people), *nobody]


def _has_text(draft: Draft, log: FoldedLog, origin: Mapping[str, Any]) -> bool:
    if len(draft.changed_fields) != 1:
        return False
    (field,) = draft.changed_fields
    earlier = Draft.objects.filter(project=draft.project_id, version_number=draft.version_number - 1).first()
    held = Blob.objects.filter(pk=earlier.sha256_of(field)).first() if earlier is not None else None
    try:
        part = cut_text(log.text, Range.of(origin["part"]), name="part")
        text = put_text(held.text if held else "", Range.of(origin["place"]), part, name="place")
    except ValidationFailed:
        return False
    return sha256_of(text.encode()) == draft.sha256_of(field)
