"""What other sites ask over a link: to take the record in, and for texts and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from kernel.errors import ValidationFailed
from stages.replication.home.answering import part_of_file, texts_for
from stages.replication.home.sending import record_of
from stages.replication.home.services import take_events
from stages.replication.home.wire import read_push
from stages.replication.link.methods import METHODS, Answer, BadContent, Method, Remote

PUSH: Final = "events.push"
TEXTS: Final = "texts.get"
FILE: Final = "blob.get"


def register() -> None:
    """Add everything here to its registry."""
    METHODS.register(PUSH, Method(answer=_refusing(_push)))
    METHODS.register(TEXTS, Method(answer=_refusing(_texts), only_reads=True))
    METHODS.register(FILE, Method(answer=_refusing(_file), only_reads=True))


def _refusing(answer: Callable[[Remote, Mapping[str, Any]], Answer]) -> Callable[[Remote, Mapping[str, Any]], Answer]:
    """Parameters that are wrong end the link: another Foundry does not send them."""

    def strict(remote: Remote, params: Mapping[str, Any]) -> Answer:
        try:
            return answer(remote, params)
        except ValidationFailed as refusal:
            raise BadContent(refusal.detail) from refusal

    return strict


def _push(remote: Remote, params: Mapping[str, Any]) -> Answer:
    """`events.push {site, events, checkpoint, head}` → `{seq, hash, verified}`: how far the copy goes."""
    take_events(project_id=remote.project_id, peer_key=remote.peer_key, push=read_push(params))
    return Answer(record_of(remote.project_id))


def _texts(remote: Remote, params: Mapping[str, Any]) -> Answer:
    return Answer(texts_for(remote.project_id, remote.peer_key, params))


def _file(remote: Remote, params: Mapping[str, Any]) -> Answer:
    return Answer(*part_of_file(remote.project_id, remote.peer_key, params))
