"""What is read of the copied record, as REST writes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from stages.replication.home.projection.leases import CopiedLease
from stages.replication.home.projection.releases import CopiedRelease
from stages.replication.home.projection.versions import CopiedVersion
from stages.replication.home.signatures import SealedSignature

_OF_RELEASES: Final = (
    *("id", "seq", "name", "version", "content_hash", "state", "submitted_by", "submitted_at", "ended_at", "reason"),
    "is_readable",
)


def version_body(version: CopiedVersion) -> dict[str, Any]:
    return {
        "version_number": version.number,
        "seq": version.seq,
        "author": version.author,
        "created_at": version.at,
        "message": version.message,
        "kind": version.kind,
        "source_version": version.source_version,
        "content_hash": f"sha256:{version.content_hash}" if version.content_hash else "",
        "fields": {name: after for name, (_before, after) in version.changes.items()},
        "renamed": dict(version.renamed),
        "is_readable": version.is_readable,
    }


def lease_body(lease: CopiedLease) -> dict[str, Any]:
    return asdict(lease)


def release_body(release: CopiedRelease, signatures: list[SealedSignature]) -> dict[str, Any]:
    return {
        **{name: getattr(release, name) for name in _OF_RELEASES},
        "signatures": [_signature_body(each) for each in signatures],
    }


def _signature_body(sealed: SealedSignature) -> dict[str, Any]:
    signature = sealed.signature
    return {
        "id": signature.id,
        "signer": signature.signer,
        "signed_at": signature.at,
        "meaning": signature.meaning,
        "comment": sealed.comment,
        "statement": sealed.text,
        "statement_sha256": signature.statement,
        "key": signature.key,
        "seal": sealed.seal,
    }
