"""What a bundle covers, read in one database snapshot: a release up to its end, or a project up to now."""

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

# Increased whenever an older verifier could not read the bundle.
BUNDLE_VERSION: Final = 5
_ENDS = ("release.released", "release.rejected", "release.withdrawn")


@dataclass(frozen=True, slots=True)
class BundleScope:
    """What a bundle contains. `release` is None for a whole project.

    `head` is the last event in the bundle, and `draft` the version whose texts are in `content/`. `key` is the
    fingerprint of the site key that seals the bundle; `keys` are all trusted site keys. `as_of` is the time of the last
    event, so that making the bundle again gives the same bytes as long as the site key is the same. `parts` are the
    names of the parts added by stages (`publishing.bundle.parts`).
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

    def facts(self) -> dict[str, Any]:
        """The sealed statement without the manifest's hash; the report is generated from it too."""
        return {
            "v": BUNDLE_VERSION,
            "key": self.key,
            "project": str(self.project.id),
            "release": str(self.release.id) if self.release else None,
            "version": self.draft.version_number if self.draft else 0,
            "head": {"seq": self.head.seq, "hash": self.head.hash},
            "as_of": rfc3339(self.as_of),
            "parts": list(self.parts),
        }


def scope_of_release(release_id: UUID) -> BundleScope:
    """A release up to the event that ended it, so that its bundle is the same whenever it is made.

    For a release in review, up to now. Raises `NotFound`.
    """
    key = ensure_site_key(caller=foundry_caller())
    with one_moment():
        release = Release.objects.select_related("project", "draft").filter(pk=release_id).first()
        if release is None:
            raise NotFound(_("Release not found."))
        events = Event.objects.of_project(release.project_id)
        if release.state != ReleaseState.IN_REVIEW:
            ended = events.get(action__in=_ENDS, target_type="release", target_id=str(release.id))
            events = events.filter(seq__lte=ended.seq)
        last = events.latest("seq")
        return _scope(release.project, last, key=key, release=release, draft=release.draft)


def scope_of_project(project_id: UUID) -> BundleScope:
    """A whole project in any state, up to now. Raises `NotFound`."""
    key = ensure_site_key(caller=foundry_caller())
    with one_moment():
        project = Project.objects.filter(pk=project_id).first()
        if project is None:
            raise NotFound(_("Project not found."))
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
) -> BundleScope:
    keys = site_keys()
    return BundleScope(
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
    """The first checkpoint that covers the last event, or else a recent one that covers an earlier event."""
    made = Checkpoint.objects.all()
    after = made.filter(made_at__gte=last.at).order_by("number")[:5]
    before = made.filter(made_at__lt=last.at).order_by("-number")[:20]
    for checkpoint in (*after, *before):
        heads = set(checkpoint.statement["heads"])
        # Events with the checkpoint's time may have been committed after it, so a few earlier ones are tried too.
        seen = Event.objects.chain(last.chain).filter(seq__lte=last.seq, at__lte=checkpoint.made_at)
        for event in seen.order_by("-seq")[:20]:
            if Head(event.chain, event.seq, bytes(event.hash).hex()).digest in heads:
                return checkpoint
    return None
