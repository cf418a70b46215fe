"""Bundles in memory: made, taken apart, forged."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from audit.keys.private import private_key
from kernel.canonical import canonical
from publishing.bundle.scope import scope_of_project, scope_of_release
from publishing.bundle.verifier.main import verify
from publishing.bundle.verifier.reading import Bundle, WrongError
from publishing.bundle.writing import bundle
from publishing.models import Release
from tests.publishing.reviews import Review

Files = dict[str, bytes]
NOT_LISTED = ("verify.py", "manifest.jsonl", "seal.json")


def release_bundle(release: Release) -> bytes:
    return b"".join(bundle(scope_of_release(release.id)))


def project_bundle(review: Review) -> bytes:
    return b"".join(bundle(scope_of_project(review.project.id)))


def files_in(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def wrong_with(files: Mapping[str, bytes], *pins: str) -> str | None:
    """What the verifier finds first; None for a valid bundle."""
    try:
        verify(Bundle({name: partial(io.BytesIO, data) for name, data in files.items()}), pins)
    except WrongError as error:
        return str(error)
    return None


def said_of(files: Mapping[str, bytes], *pins: str) -> list[str]:
    """What the verifier says of a valid bundle."""
    return verify(Bundle({name: partial(io.BytesIO, data) for name, data in files.items()}), pins)


def lines_of(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def spelled(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(f"{canonical(dict(row))}\n".encode() for row in rows)


def resealed(files: Files, **scope: Any) -> Files:
    """The same files with a manifest and a seal that fit them: what only the owner of the site's key can make."""
    listed = sorted(name for name in files if name not in NOT_LISTED)
    rows = [
        {"path": name, "sha256": hashlib.sha256(files[name]).hexdigest(), "size": len(files[name])} for name in listed
    ]
    manifest = spelled(rows)
    statement = json.loads(json.loads(files["seal.json"])["statement"])
    statement |= {"manifest": f"sha256:{hashlib.sha256(manifest).hexdigest()}", **scope}
    text = canonical(statement)
    seal = {"statement": text, "signature": private_key().sign(text.encode()).hex()}
    return {**files, "manifest.jsonl": manifest, "seal.json": spelled([seal])}
