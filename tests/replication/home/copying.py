"""One database that was home, and is then the replica: pushes are recorded before, and taken in after.

What is pushed is what the product makes for a peer, and goes through the JSON of a link.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.callers import foundry_caller
from accounts.models import User
from audit.checkpoints.services import make_checkpoint
from audit.keys.private import private_key
from audit.keys.text import public_bytes
from audit.services import site_id
from projects.models import Project
from projects.services import reopen_project
from stages.replication.choices import ContentKind
from stages.replication.home.keeping import keep_texts, missing_texts
from stages.replication.home.named import own_texts
from stages.replication.home.sending import next_push
from stages.replication.home.services import take_events
from stages.replication.home.wanting import ask_for
from stages.replication.home.wire import Position, read_push
from stages.replication.models import Peer
from tests.publishing.reviews import Review, caller_of

OTHER_KEY = bytes(range(32))


@dataclass
class CopiedProject:
    """A project as its replica has it. `pushes` are the parameters of `events.push`, in their order."""

    project: Project
    people: dict[str, User]
    pushes: list[dict[str, Any]]
    texts: dict[str, str]
    home_key: str
    taken: list[Position] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.project.id

    @property
    def home(self) -> Peer:
        return Peer.objects.get(project=self.project, is_home=True)

    def take(self, push: dict[str, Any]) -> Position:
        """Take in one push, as a link does."""
        return take_events(project_id=self.id, peer_key=self.home_key, push=read_push(push))

    def take_all(self) -> Position:
        for push in self.pushes:
            self.taken.append(self.take(push))
        return self.taken[-1]

    def fetch_texts(self) -> list[str]:
        """Fetch the texts that are asked for, as a link does."""
        return keep_texts(self.id, {digest: self.texts[digest] for digest in missing_texts(self.id)})

    def take_with_texts(self) -> None:
        """Take all of the record, and every text that it names."""
        self.take_all()
        ask_for(self.id, ContentKind.SHA256, self.texts)
        self.fetch_texts()


def record_at_home(review: Review) -> CopiedProject:
    """Three versions, one of them released; then the newest one, whose prompt is held, and a checkpoint."""
    review.save("# Role\nBe exact and brief.\n", model_configuration='{"temperature": 0.2}')
    review.release("1.0.0", notes="Reviewed for the first study.")
    owner = caller_of(review.people["owner"])
    reopen_project(caller=owner, project_id=review.project.id, reason="An amendment")
    review.save("# Role\nBe exact, brief and kind.\n", **{"files/topology.yaml": {"content": "nodes: 3\n"}})
    review.writer.take("prompt_text")
    make_checkpoint(caller=foundry_caller())
    return become_replica(review.project, review.people)


def become_replica(project: Project, people: dict[str, User]) -> CopiedProject:
    """Push everything as to a peer with copies; from then on the project is a replica, whose home has our key."""
    peer = Peer.objects.create(
        project=project, key=OTHER_KEY, name="Basel", copies=True, admitted_at=timezone.now(), site_id=None
    )
    pushes = list(_pushes(project.id, peer.key_text))
    texts = own_texts(project.id, _hashes_in(pushes))
    peer.revoked_at = timezone.now()
    peer.save(update_fields=["revoked_at"])
    key = public_bytes(private_key())
    home = {"name": "Uppsala", "is_home": True, "copies": True, "site_id": UUID(site_id())}
    Peer.objects.create(project=project, key=key, admitted_at=timezone.now(), last_seen_at=timezone.now(), **home)
    Project.objects.filter(pk=project.id).update(status="replica", current_draft=None)
    project.refresh_from_db()
    return CopiedProject(project, people, pushes, texts, key.hex())


def _pushes(project_id: UUID, key: str) -> Any:
    has, verified = Position(0, ""), 0
    while (push := next_push(project_id, key, has, verified)) is not None:
        yield json.loads(json.dumps(push.as_json()))
        if push.events:
            has = Position(push.events[-1].seq, push.events[-1].hash.hex())
        verified = push.proof.seq if push.proof else verified


def _hashes_in(pushes: list[dict[str, Any]]) -> list[str]:
    from stages.replication.home.named import texts_named

    return list(set(texts_named(event["canonical"] for push in pushes for event in push["events"])))
