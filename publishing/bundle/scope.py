"""What a bundle covers, read as one moment: a release up to its end, or a project up to now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import foundry_caller
from audit.checkpoints.heads import Head
from audit.checkpoints.models import Checkpoint
from audit.keys.sealing import ensure_site_key
from audit.keys.succession import RecordedKey, site_keys
from audit.keys.text import rfc3339
from audit.models import Event, project_chain
from drafts.models import Draft
from kernel.errors import NotFound
from kernel.transactions import one_moment
from projects.models import Project
from publishing.bundle.parts import parts_of
from publishing.models import Release, ReleaseState

# Raised whenever a verifier of before could not read what is inside.
BUNDLE_VERSION: Final = 2
# Of a bundle with parts: a verifier from before parts refuses it, as it cannot check them.
BUNDLE_VERSION_WITH_PARTS: Final = 3
_ENDS = ("release.released", "release.rejected", "release.withdrawn")


@dataclass(frozen=True, slots=True)
class Scope:
    """`release` is None for a whole project. `head` is the last event inside; `draft` the version whose text is.

    `key` is the fingerprint of the site's key that seals it; `keys` are all of the site's that count. `as_of` is the
    time of the last event: made again, the bundle is the same, byte for byte, as long as the site has the same key.
    `parts` are the names of what stages add (`publishing.bundle.parts`).
    """

    project: Project
    release: Release | None
    draft: Draft | None
    head: Head
    key: str
    keys: tuple[RecordedKey, ...]
    checkpoint: Checkpoint | None
    as_of: datetime
    parts: tuple[str, ...] = ()

    @property
    def chain(self) -> str:
        return project_chain(self.project.id)

    @property
    def version(self) -> int:
        return BUNDLE_VERSION_WITH_PARTS if self.parts else BUNDLE_VERSION

    def facts(self) -> dict[str, Any]:
        """What the seal says of it, besides the manifest's hash, and what the report is made with."""
        return {
            "v": self.version,
            "key": self.key,
            "project": str(self.project.id),
            "release": str(self.release.id) if self.release else None,
            "version": self.draft.version_number if self.draft else 0,
            "head": {"seq": self.head.seq, "hash": self.head.hash},
            "as_of": rfc3339(self.as_of),
            **({"parts": list(self.parts)} if self.parts else {}),
        }


def scope_of_release(release_id: UUID) -> Scope:
    """A release up to the event that ended it, so that its bundle says the same whenever it is made.

    One in review goes up to now. Raises `NotFound`.
    """
    key = ensure_site_key(caller=foundry_caller())
    with one_moment():
        release = Release.objects.select_related("project", "draft").filter(pk=release_id).first()
        if release is None:
            raise NotFound(_("There is no such release."))
        events = Event.objects.of_project(release.project_id)
        if release.state != ReleaseState.IN_REVIEW:
            ended = events.get(action__in=_ENDS, target_type="release", target_id=str(release.id))
            events = events.filter(seq__lte=ended.seq)
        last = events.latest("seq")
        return _scope(release.project, last, key=key, release=release, draft=release.draft)


def scope_of_project(project_id: UUID) -> Scope:
    """A whole project, in whatever state, up to now. Raises `NotFound`."""
    key = ensure_site_key(caller=foundry_caller())
    with one_moment():
        project = Project.objects.filter(pk=project_id).first()
        if project is None:
            raise NotFound(_("There is no such project."))
        newest = Event.objects.of_project(project_id).latest("seq")
        draft = Draft.objects.of_project(project_id).first()
        return _scope(project, newest, key=key, release=None, draft=draft)


def _scope(
    project: Project,
    last: Event,
    *,
    key: str,
    release: Release | None,
    draft: Draft | None,
) -> Scope:
    keys = site_keys()
    return Scope(
        project=project,
        release=release,
        draft=draft,
        head=Head(last.chain, last.seq, bytes(last.hash).hex()),
        key=key,
        keys=tuple(keys.recorded[fingerprint] for fingerprint in keys.known()),
        checkpoint=_checkpoint_that_saw(last),
        as_of=last.at,
        parts=parts_of(last.chain, last.seq),
    )


def _checkpoint_that_saw(last: Event) -> Checkpoint | None:
    """The first checkpoint that saw the last event, or else the newest that saw an earlier one, if any is near."""
    made = Checkpoint.objects.all()
    after = made.filter(made_at__gte=last.at).order_by("number")[:5]
    before = made.filter(made_at__lt=last.at).order_by("-number")[:20]
    for checkpoint in (*after, *before):
        heads = set(checkpoint.statement["heads"])
        # Events of the moment of a checkpoint may be committed after it: a few of them are looked at.
        seen = Event.objects.chain(last.chain).filter(seq__lte=last.seq, at__lte=checkpoint.made_at)
        for event in seen.order_by("-seq")[:20]:
            if Head(event.chain, event.seq, bytes(event.hash).hex()).digest in heads:
                return checkpoint
    return None
