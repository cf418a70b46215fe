"""The files that values refer to: whoever writes one here sees it in the project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from accounts.models import User
from drafts.attachments.models import Attachment
from stages.registers.fold.effects import Field
from stages.registers.fold.payloads import CreateEdge, CreateOrderedEdge, Payload, SetField
from stages.registers.fold.storage import Derived
from stages.registers.schema.values import refuse


def check_files(user: User, project_id: UUID, storage: Derived, payloads: Iterable[Payload]) -> None:
    """Refuse a file that no attachment of the project has, unless it is in one of these fields already.

    So a decision can keep a file of another site that has not come here yet. Raises `ValidationFailed`.
    """
    listed = list(payloads)
    wanted = {digest: name for each in listed for name, digest in _files(each)}
    if not wanted:
        return
    for each in listed:
        if isinstance(each, SetField):
            for tip in storage.fields.get(Field(each.entity_id, each.facet_type, each.field_name)) or ():
                wanted.pop(_digest(tip.value) or "", None)
    seen = Attachment.objects.visible_to(user, removed=False).filter(project=project_id, blake3__in=wanted)
    for digest in set(wanted) - set(seen.values_list("blake3", flat=True)):
        raise refuse(wanted[digest], gettext("There is no such file in this project. Attach it first."))


def _files(payload: Payload) -> Iterator[tuple[str, str]]:
    """The files of a payload, each as the name of its field and the BLAKE3."""
    values: dict[str, Any] = {}
    if isinstance(payload, SetField):
        values = {payload.field_name: payload.value}
    elif isinstance(payload, CreateEdge | CreateOrderedEdge):
        values = dict(payload.properties)
    for name, value in values.items():
        if digest := _digest(value):
            yield name, digest


def _digest(value: object) -> str | None:
    digest = value.get("blake3") if isinstance(value, dict) else None
    return digest if isinstance(digest, str) else None
