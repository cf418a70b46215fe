"""Every release and every signature is what its events say, and every event of one has its row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from accounts.models import User
from audit.keys.sealing import seal_fault
from audit.models import Event, project_chain
from audit.verification import Finding
from drafts.content import content_hash
from publishing.models import Policy, Release, ReleaseState, Signature
from publishing.statements import SIGNATURE, statement

_ENDS = {
    ReleaseState.RELEASED: "release.released",
    ReleaseState.REJECTED: "release.rejected",
    ReleaseState.WITHDRAWN: "release.withdrawn",
}


def check_releases() -> Iterator[Finding]:
    """Compare each release with the events that began and ended it."""
    for release in Release.objects.select_related("draft").order_by("id").iterator(chunk_size=200):
        events = Event.objects.of_project(release.project_id).filter(
            target_type="release", target_id=str(release.id), action__startswith="release."
        )
        what = _release_fault(release, {event.action: event for event in events})
        if what:
            yield Finding(f"release {release.name} of project {release.project_id}", what)
    known = Release.objects.annotate(text_id=Cast("id", TextField())).values("text_id")
    submitted = Event.objects.filter(action="release.submitted", target_type="release")
    for event in submitted.exclude(target_id__in=known).order_by("id"):
        yield Finding(f"{event.chain}#{event.seq}", f"the release {event.data.get('name')} it recorded is gone")


def check_signatures() -> Iterator[Finding]:
    """Check each seal, and compare each signature with its release, its statement and its event."""
    signed = Event.objects.filter(action="release.signed", target_type="signature")
    signatures = Signature.objects.select_related("release__draft", "signer").order_by("id")
    for signature in signatures.iterator(chunk_size=200):
        event = signed.filter(target_id=str(signature.id)).first()
        what = _signature_fault(signature, event)
        if what:
            where = f"signature {signature.meaning} under release {signature.release.name}"
            yield Finding(f"{where} of project {signature.release.project_id}", what)
    known = Signature.objects.annotate(text_id=Cast("id", TextField())).values("text_id")
    for event in signed.exclude(target_id__in=known).order_by("id"):
        yield Finding(f"{event.chain}#{event.seq}", "the signature it recorded is gone")


def fault_of(release: Release) -> str | None:
    """The first thing that is not as it was recorded: of the release, of its version's content, of its signatures.

    None where everything stands as it was signed. `release` comes with its people and signatures (`with_people`).
    """
    events = Event.objects.of_project(release.project_id)
    of_release = events.filter(target_type="release", target_id=str(release.id), action__startswith="release.")
    if content_hash(release.draft.fields) != release.draft.content_hash:
        return f"The fields of v{release.draft.version_number} were changed: the content hash does not fit."
    what = _release_fault(release, {event.action: event for event in of_release})
    if what:
        return f"Release {release.name}: {what}."
    signatures = list(release.signatures.all())
    wanted = [str(signature.id) for signature in signatures]
    signed = {event.target_id: event for event in events.filter(action="release.signed", target_id__in=wanted)}
    for signature in signatures:
        signature.release = release
        what = _signature_fault(signature, signed.get(str(signature.id)))
        if what:
            return f"The signature {signature.meaning} of {signature.signer.display_name}: {what}."
    return None


def check_policies() -> Iterator[Finding]:
    """Compare each policy with the newest event that set it."""
    for policy in Policy.objects.order_by("project_id").iterator(chunk_size=500):
        events = Event.objects.of_project(policy.project_id).filter(action="policy.updated")
        newest = events.order_by("-seq").first()
        if newest is None or newest.data.get("rules") != policy.rules:
            yield Finding(str(policy), "it is not what its newest event set")


def _release_fault(release: Release, events: dict[str, Event]) -> str | None:
    begun = events.get("release.submitted")
    if begun is None:
        return "no event recorded it"
    said = begun.data
    stands: dict[str, tuple[Any, Any]] = {
        "name": (release.name, said.get("name")),
        "version": (release.draft.version_number, said.get("version")),
        "content": (release.content_hash, said.get("content_hash")),
        "policy": (release.rules, said.get("rules")),
        "authors": (sorted(map(str, release.authors)), sorted(each["id"] for each in said.get("authors", []))),
        "rule for authors": (release.authors_sign, said.get("authors_sign")),
        "submitter": (release.submitted_by_id, begun.actor_id),
        "time": (release.submitted_at, begun.at),
    }
    changed = next((name for name, (stored, recorded) in stands.items() if stored != recorded), None)
    return f"its {changed} was changed" if changed else _end_fault(release, events)


def _end_fault(release: Release, events: dict[str, Event]) -> str | None:
    ends = [event for action, event in events.items() if action in _ENDS.values()]
    if release.state == ReleaseState.IN_REVIEW:
        return "it has ended, and stands as in review" if ends else None
    ended = events.get(_ENDS[ReleaseState(release.state)])
    if ended is None or len(ends) != 1:
        return "no event ended it as it stands"
    stands = (release.ended_at, release.ended_by_id, release.reason or None)
    return None if stands == (ended.at, ended.actor_id, ended.record["reason"]) else "its end was changed"


def _signature_fault(signature: Signature, event: Event | None) -> str | None:
    fault = seal_fault(signature.text, bytes(signature.seal), kind=SIGNATURE)
    if fault:
        return fault
    said = signature.statement
    stands = statement(
        signature.release,
        # The name as it was printed then; people may take another one.
        signer=User(id=signature.signer_id, display_name=said["signer"]["name"]),
        meaning=signature.meaning,
        comment=signature.comment,
        time=signature.signed_at,
    )
    if {name: said.get(name) for name in stands} != stands or said["key"] != signature.key_id:
        return "its statement speaks of something else: another release, content, person, meaning or time"
    if event is None:
        return "no event recorded it"
    recorded = (event.chain, event.actor_id, event.data.get("statement"), event.data.get("seal"))
    if recorded != (
        project_chain(signature.release.project_id),
        signature.signer_id,
        signature.sha256,
        bytes(signature.seal).hex(),
    ):
        return "its event recorded another one"
    return None
