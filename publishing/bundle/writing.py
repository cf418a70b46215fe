"""Writes a bundle: the verifier, the files, their manifest, and the seal over the manifest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from audit.keys.sealing import ADDED_MEMBERS, seal
from kernel.zipping import StreamedZip, gathered
from publishing.bundle.assembly import verifier_source
from publishing.bundle.contents import files_of, line
from publishing.bundle.scope import BUNDLE_VERSION, BundleScope
from rest.downloads import file_name

BUNDLE = "bundle"


def bundle(scope: BundleScope) -> Iterator[bytes]:
    """The bytes of the zip in pieces, which needs little memory even for a long history.

    Each piece may be made in another thread, because no connection is kept between two of them.
    """
    return gathered(_pieces(scope))


def bundle_name(scope: BundleScope) -> str:
    """A file name that every system accepts: the project, and the release or the number of the last event."""
    what = scope.release.name if scope.release else f"event-{scope.head.seq}"
    return file_name(f"{scope.project.name} {what}", "zip")


def _pieces(scope: BundleScope) -> Iterator[bytes]:
    archive = StreamedZip(scope.as_of)
    yield from archive.add("verify.py", [verifier_source()])
    archive.listed.clear()
    for name, pieces in files_of(scope):
        yield from archive.add(name, pieces)
    listed = sorted(archive.listed)
    manifest = b"".join(line({"path": name, "sha256": digest, "size": size}) for name, digest, size in listed)
    yield from archive.add("manifest.jsonl", [manifest])
    yield from archive.add("seal.json", [_seal(scope, manifest)])
    yield from archive.close()


def _seal(scope: BundleScope, manifest: bytes) -> bytes:
    facts = {name: value for name, value in scope.facts().items() if name not in ADDED_MEMBERS}
    digest = hashlib.sha256(manifest).hexdigest()
    sealed = seal(BUNDLE, {**facts, "manifest": f"sha256:{digest}"}, version=BUNDLE_VERSION)
    return line({"statement": sealed.text, "signature": sealed.signature.hex()})
