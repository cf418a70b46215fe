"""Replacing the site's key: both keys seal the succession, then the new one replaces the old one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db.models import DateTimeField, Func
from django.utils.translation import gettext as _

from audit.keys.private import NEXT_KEY_FILE, key_path, private_key, read_or_make_key
from audit.keys.sealing import ensure_site_key, lock_site_keys, put_on_record
from audit.keys.succession import Endorsement, site_keys, succession_statement
from audit.keys.text import fingerprint_of, public_bytes, rfc3339
from audit.models import Site
from audit.protocols import AuditCaller
from kernel.errors import Conflict
from kernel.transactions import write_transaction


@dataclass(frozen=True, slots=True)
class Rotation:
    """The fingerprints of the key before and after, and the file that holds the new private key."""

    before: str
    after: str
    file: Path


def rotate_site_key(*, caller: AuditCaller, reason: str, file: Path | None = None) -> Rotation:
    """Generate the site's next key, endorse it with the current one, and record it with its event.

    A key in the data folder is replaced. A key from the environment must be replaced by the operator: the new key is
    written to `file` (mode 600), and nothing can be sealed until every node has it. An interrupted run can be repeated:
    the new key is written before it is recorded, and replaces the old one after. Raises `Conflict` if a file is needed,
    or if the current key has a successor whose private key is missing; `Unavailable` for a key that is not the site's.
    """
    if settings.FOUNDRY_SIGNING_KEY and file is None:
        raise Conflict(_("FOUNDRY_SIGNING_KEY holds the key: name the file that the new one goes into (--file)."))
    target = file or key_path().with_name(NEXT_KEY_FILE)
    before, after = private_key(), read_or_make_key(target)
    old, new = (fingerprint_of(public_bytes(each)) for each in (before, after))
    if old == new:
        raise Conflict(_("{file} holds the current key.").format(file=target))
    if site_keys().successors(old) != [new]:
        ensure_site_key(caller=caller)
        _record(caller, before, after, reason)
    if file is None:
        target = target.replace(key_path())
    return Rotation(old, new, target)


def _record(caller: AuditCaller, before: Ed25519PrivateKey, after: Ed25519PrivateKey, reason: str) -> None:
    old, new = (fingerprint_of(public_bytes(each)) for each in (before, after))
    with write_transaction():
        lock_site_keys()
        keys = site_keys()
        if keys.successors(old) or new in keys.recorded:
            raise Conflict(_("The site's key was replaced meanwhile."))
        now = Site.objects.annotate(now=Func(function="clock_timestamp", output_field=DateTimeField())).get().now
        text = succession_statement(key=old, following=new, at=rfc3339(now), reason=reason)
        endorsement = Endorsement(text, before.sign(text.encode()), after.sign(text.encode()))
        put_on_record(caller=caller, public_key=public_bytes(after), endorsement=endorsement, reason=reason)
