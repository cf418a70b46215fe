"""Answers another site that asks for contents: texts of the record, and files of records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from blobs.models import Blob
from blobs.reading import read_blob
from drafts.attachments.models import Attachment
from kernel.errors import NotFound, PermissionDenied, ValidationFailed
from projects.models import Project, Status
from stages.replication.choices import ContentKind
from stages.replication.home.named import copied_texts, file_named, own_texts
from stages.replication.home.wanting import check_hash
from stages.replication.models import Peer, WantedContent

MAX_TEXTS: Final = 50
# Of all texts of an answer, unless the first one is larger; of a frame of a file.
MAX_BYTES: Final = 1024 * 1024


def texts_for(project_id: UUID, peer_key: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """`texts.get {hashes}` → `{texts: {sha256: text}}`: those that events of the record name, and that are here.

    Only for peers with `copies`. What does not fit into one answer is asked for again.
    """
    _refuse_others(params, {"hashes"})
    hashes = params.get("hashes")
    if not isinstance(hashes, list) or len(hashes) > MAX_TEXTS:
        raise ValidationFailed({"hashes": [_("Give at most {most} hashes.").format(most=MAX_TEXTS)]})
    for each in hashes:
        check_hash("hashes", each)
    peer = _peer(project_id, peer_key)
    if not peer.copies and not peer.is_home:
        raise PermissionDenied(_("This site gets no copies of the record."))
    is_replica = Project.objects.filter(pk=project_id, status=Status.REPLICA).exists()
    found = copied_texts(project_id, hashes) if is_replica else own_texts(project_id, hashes)
    return {"texts": dict(_that_fit(found))}


def part_of_file(project_id: UUID, peer_key: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """`blob.get {blake3, offset}` or `{sha256, offset}` → `{size, offset, length}`, then that many bytes.

    Only what an accepted operation of the project names, or with `copies` a text of its record. Raises `NotFound` for
    what is not named or not here.
    """
    _refuse_others(params, {"blake3", "offset"} if "blake3" in params else {"sha256", "offset"})
    peer = _peer(project_id, peer_key)
    offset = params.get("offset", 0)
    if type(offset) is not int or offset < 0:
        raise ValidationFailed({"offset": [_("Give a number of bytes.")]})
    blob = _text_blob(project_id, peer, params["sha256"]) if "sha256" in params else _file_blob(project_id, params)
    if offset > blob.size:
        raise ValidationFailed({"offset": [_("It has {size} bytes.").format(size=blob.size)]})
    data = b"".join(read_blob(blob.sha256, offset, min(offset + MAX_BYTES, blob.size)))
    return {"size": blob.size, "offset": offset, "length": len(data)}, data


def _file_blob(project_id: UUID, params: Mapping[str, Any]) -> Blob:
    digest = check_hash("blake3", params.get("blake3"))
    # Before anything is looked up by it: what nobody named here is as if it were not here.
    if file_named(project_id, digest) is not None:
        attached = Attachment.objects.filter(project=project_id, blake3=digest).values_list("blob", flat=True).first()
        kept = WantedContent.objects.filter(project=project_id, kind=ContentKind.BLAKE3, hash=digest)
        sha256 = attached or kept.values_list("blob", flat=True).first()
        blob = Blob.objects.defer("data").filter(pk=sha256).first()
        if blob is not None:
            return blob
    raise NotFound(_("This file is not here."))


def _text_blob(project_id: UUID, peer: Peer, sha256: Any) -> Blob:
    digest = check_hash("sha256", sha256)
    texts = texts_for(project_id, peer.key_text, {"hashes": [digest]})["texts"]
    blob = Blob.objects.defer("data").filter(pk=digest).first() if digest in texts else None
    if blob is None:
        raise NotFound(_("This text is not here."))
    return blob


def _refuse_others(params: Mapping[str, Any], names: Collection[str]) -> None:
    for name in params:
        if name not in names:
            raise ValidationFailed({name: [_("There is no such parameter.")]})


def _peer(project_id: UUID, peer_key: str) -> Peer:
    peer = Peer.objects.filter(project=project_id, key=bytes.fromhex(peer_key)).first()
    if peer is None or not peer.is_admitted:
        raise PermissionDenied(_("This site is not admitted."))
    return peer


def _that_fit(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    size = 0
    for digest, text in texts.items():
        own = len(text.encode())
        if size and size + own > MAX_BYTES:
            return
        size += own
        yield digest, text
