"""The lines of a bundle's files, derived from the events by the verifier's own rules, one page of events at a time.

Only data that events do not contain but prove by a hash is read from tables: texts, fields and sealed statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db.models import Model

from audit import derivation
from audit.keys.text import rfc3339
from audit.models import SITE_CHAIN, Event
from blobs.models import Blob
from drafts.models import Comment, Draft
from publishing.bundle.scope import BundleScope
from publishing.models import ReleaseNotes, Signature

PAGE: Final = 500

Line = dict[str, Any]


def events_of(scope: BundleScope, *actions: str) -> Iterator[Event]:
    """The events up to the scope's head; with `actions`, only events of these actions."""
    last = 0
    wanted = Event.objects.chain(scope.chain).filter(seq__lte=scope.head.seq)
    wanted = wanted.filter(action__in=actions) if actions else wanted
    while page := list(wanted.filter(seq__gt=last)[:PAGE]):
        yield from page
        last = page[-1].seq


def facts_of(scope: BundleScope, *actions: str) -> Iterator[derivation.Event]:
    """The same events in the form that the verifier uses."""
    return (_fact(event) for event in events_of(scope, *actions))


def lines_of(scope: BundleScope, name: str) -> Iterator[Line]:
    """The lines of the file of this name."""
    return _FILES[name](scope)


def event_line(event: Event) -> Line:
    """One event with everything that its hash covers."""
    return {
        "seq": event.seq,
        "at": rfc3339(event.at),
        "prev_hash": bytes(event.prev_hash).hex(),
        "hash": bytes(event.hash).hex(),
        "canonical": event.canonical,
    }


def _fact(event: Event) -> derivation.Event:
    return event.seq, rfc3339(event.at), event.record


def _project(scope: BundleScope) -> Iterator[Line]:
    of_project = Event.objects.chain(SITE_CHAIN).filter(action="project.created", target_type="project")
    created = of_project.get(target_id=str(scope.project.id))
    facts = derivation.project_of(_fact(created), facts_of(scope, "project.updated"))
    yield {"created": event_line(created), **facts}


def _releases(scope: BundleScope) -> Iterator[Line]:
    only = str(scope.release.id) if scope.release else None
    notes = _Rows(ReleaseNotes, lambda notes: notes.text, "")
    made = derivation.releases_of(facts_of(scope, *derivation.RELEASES), notes)
    return (line for line in made if only in {None, line["id"]})


def _signatures(scope: BundleScope) -> Iterator[Line]:
    only = str(scope.release.id) if scope.release else None
    texts = _Rows(Signature, lambda signature: signature.text, "")
    made = derivation.signatures_of(texts.facts(scope, "release.signed"), texts)
    return (line for line in made if only in {None, line["release_id"]})


def _versions(scope: BundleScope) -> Iterator[Line]:
    fields = _Rows(Draft, lambda draft: {name: content.hashed() for name, content in draft.fields.items()}, {})
    return derivation.versions_of(fields.facts(scope, "draft.saved"), fields)


def _comments(scope: BundleScope) -> Iterator[Line]:
    words = _Rows(Comment, lambda row: {"text": row.text, "quote": row.quote}, {"text": "", "quote": ""})
    return derivation.comments_of(facts_of(scope, *derivation.COMMENTS), words)


def _texts(scope: BundleScope) -> Iterator[Line]:
    """The text of every changed field of every version."""
    for version in _versions(scope):
        for name in version["changed_fields"]:
            if name in version["fields"]:
                sha256 = version["fields"][name]["sha256"]
                found = Blob.objects.filter(pk=sha256).first()
                yield {"sha256": sha256, "text": found.text if found else ""}


def _policy(scope: BundleScope) -> Iterator[Line]:
    yield derivation.policy_of(facts_of(scope, "policy.updated"))


def _keys(scope: BundleScope) -> Iterator[Line]:
    for key in scope.keys:
        endorsement = key.endorsement.data() if key.endorsement else None
        yield {"fingerprint": key.fingerprint, "public_key": key.public_key.hex(), "endorsement": endorsement}


def _checkpoints(scope: BundleScope) -> Iterator[Line]:
    if scope.checkpoint is not None:
        seen = scope.checkpoint
        yield {"statement": seen.text, "key": seen.key_id, "signature": bytes(seen.signature).hex()}


class _Rows:
    """Values from a table, by id. For a missing row it returns `missing`, whose hash will not match the event."""

    def __init__(self, model: type[Model], value: Callable[[Any], Any], missing: Any) -> None:
        self._model, self._value, self._missing = model, value, missing
        self._page: dict[str, Any] = {}

    def facts(self, scope: BundleScope, action: str) -> Iterator[derivation.Event]:
        """The events of this action; the rows of each page of events are read together."""
        pending: list[derivation.Event] = []
        for fact in facts_of(scope, action):
            pending.append(fact)
            if len(pending) == PAGE:
                yield from self._known(pending)
                pending = []
        yield from self._known(pending)

    def _known(self, facts: list[derivation.Event]) -> list[derivation.Event]:
        self._page = self._read([record["target"]["id"] for _, _, record in facts])
        return facts

    def _read(self, ids: list[str]) -> dict[str, Any]:
        rows = self._model._default_manager.filter(pk__in=ids)  # noqa: SLF001 (Django's documented name)
        return {str(row.pk): self._value(row) for row in rows}

    def __call__(self, identity: str) -> Any:
        return (self._page if identity in self._page else self._read([identity])).get(identity, self._missing)


_FILES: Final[dict[str, Callable[[BundleScope], Iterator[Line]]]] = {
    "project.json": _project,
    "releases.jsonl": _releases,
    "signatures.jsonl": _signatures,
    "versions.jsonl": _versions,
    "members.jsonl": lambda scope: derivation.members_of(facts_of(scope, *derivation.MEMBERS)),
    "leases.jsonl": lambda scope: derivation.leases_of(facts_of(scope, *derivation.LOCKS)),
    "events.jsonl": lambda scope: map(event_line, events_of(scope)),
    "checkpoints.jsonl": _checkpoints,
    "keys.jsonl": _keys,
    "texts.jsonl": _texts,
    "comments.jsonl": _comments,
    "tasks.jsonl": lambda scope: derivation.tasks_of(facts_of(scope, *derivation.TASKS)),
    "policy.jsonl": _policy,
}
OF_EVERY_BUNDLE: Final = tuple(_FILES)[:9]
OF_A_PROJECT: Final = tuple(_FILES)[9:]
