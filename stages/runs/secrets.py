"""Keys of models and tokens of repositories: encrypted for row and server, shown by a mark, never given out again.

A ciphertext that is moved to another row, or whose holder names another server, does not decrypt (`kernel.ring`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from audit.findings import Finding
from audit.models import Event
from kernel.errors import ValidationFailed
from kernel.ijson import check_text
from kernel.ring import RingError, Rotate, decrypt, encrypt
from stages.runs.models import ModelProfile, Repository, Secret

MAX_KEY: Final = 2000
# A shorter one could not be hidden in messages without hiding ordinary words.
MIN_KEY: Final = 8
_SUBJECTS: Final[dict[type[ModelProfile | Repository], str]] = {
    ModelProfile: "key of a model",
    Repository: "token of a repository",
}
# The events that say which key somebody has from then on.
_MARKED: Final = (
    *("profile.created", "profile.key_replaced"),
    *("repository.connected", "repository.updated", "repository.removed"),
)


def check_key(value: str, *, name: str = "key") -> str:
    """A key or token as it is kept: trimmed printable ASCII. Raises `ValidationFailed` on `name`."""
    key = check_text(value, name=name).strip()
    if not MIN_KEY <= len(key) <= MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise ValidationFailed({name: [_("This is not a key: at least 8 letters, digits and signs without spaces.")]})
    return key


def mark_of(key: str) -> str:
    """What people see instead of a key: the same for the same key at this site, and telling nothing of it."""
    return salted_hmac("stages.runs.secrets", key, algorithm="sha256").hexdigest()[:8]


def store_key(key: str, *, origin: str) -> Secret:
    """Store a key that is sent to `origin` only, inside the caller's transaction."""
    secret = Secret(id=uuid7(), mark=mark_of(key), set_at=Now())
    secret.ciphertext = encrypt(key, owner=_owner(secret, origin))
    secret.save(force_insert=True)
    secret.refresh_from_db(fields=["set_at"])
    return secret


def key_of(holder: ModelProfile | Repository) -> str:
    """The key of a profile or the token of a repository, empty if it has none. Raises `RingError`."""
    if holder.secret is None:
        return ""
    return decrypt(bytes(holder.secret.ciphertext), owner=_owner(holder.secret, origin_of(holder)))


def origin_of(holder: ModelProfile | Repository) -> str:
    """Where a key is sent: the provider, at its own address or at another one; a repository's two servers."""
    if isinstance(holder, Repository):
        return f"git {holder.url} {holder.api_url}"
    return f"{holder.provider} {holder.base_url}".strip()


def rotate_secrets(rotate: Rotate) -> int:
    """Encrypt all keys with the newest key of the ring; returns their number."""
    rows = list(Secret.objects.select_for_update().order_by("id"))
    for row in rows:
        row.ciphertext = rotate(bytes(row.ciphertext))
        row.save(update_fields=["ciphertext"])
    return len(rows)


def check_secrets() -> Iterator[Finding]:
    """Check that every key can be decrypted for its holder, and has the mark that is shown and recorded."""
    for holder in _holders():
        try:
            key = key_of(holder)
        except RingError as error:
            yield Finding(_SUBJECTS[type(holder)], str(error), str(holder.id))
            continue
        if holder.secret is not None and mark_of(key) != holder.secret.mark:
            yield Finding(_SUBJECTS[type(holder)], "its mark is that of another key", str(holder.id))
    yield from _marks_that_no_event_recorded()


def _marks_that_no_event_recorded() -> Iterator[Finding]:
    """Compare the mark of each holder with that of the event that set its key last."""
    recorded: dict[str, str | None] = {}
    for event in Event.objects.filter(action__in=_MARKED).order_by("id"):
        data = event.data
        if event.action == "profile.key_replaced":
            recorded[event.target_id] = data["after"]
        elif event.action != "repository.updated":
            recorded[event.target_id] = data["mark"]
        elif "mark" in data["after"]:
            recorded[event.target_id] = data["after"]["mark"]
    for model in _SUBJECTS:
        for holder in model.objects.select_related("secret").order_by("id"):
            mark = holder.secret.mark if holder.secret else None
            if str(holder.id) in recorded and mark != recorded[str(holder.id)]:
                yield Finding(_SUBJECTS[model], "no event recorded that it was set", str(holder.id))


def lost_keys() -> list[str]:
    """The names of the profiles and repositories whose key no key of the site decrypts."""
    lost = []
    for holder in _holders():
        try:
            key_of(holder)
        except RingError:
            lost.append(holder.name)
    return lost


def _holders() -> Iterator[ModelProfile | Repository]:
    """All that have a key."""
    for model in _SUBJECTS:
        yield from model.objects.exclude(secret=None).select_related("secret").order_by("id")


def _owner(secret: Secret, origin: str) -> str:
    return f"{secret.id} {origin}"
