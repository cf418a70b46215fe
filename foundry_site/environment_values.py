"""Values of environment variables that have a shape of their own: sizes, keys, schedules, the place of the files.

Like `environment.py`, it imports only the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kernel.environment import EnvironmentVariableError, read_number, read_words


def read_mebibytes(variables: Mapping[str, str], name: str, default: int, *, most: int | None = None) -> int:
    """A number of MiB, in bytes."""
    mebibytes = read_number(variables, name, default, minimum=1)
    if most is not None and mebibytes > most:
        raise EnvironmentVariableError(f"{name} takes at most {most} MiB.")
    return mebibytes * 1024 * 1024


def read_files_url(variables: Mapping[str, str]) -> str:
    """An absolute folder, or a bucket: what lies there is named by the database for ever."""
    text = variables.get("FOUNDRY_FILES_URL", "").strip()
    if text and re.fullmatch(r"file:///[^?#]+|s3://[^/?#]+(/[^?#]*)?(\?[^#]*)?", text) is None:
        raise EnvironmentVariableError(
            "FOUNDRY_FILES_URL takes file:///srv/foundry/files or s3://bucket/prefix?endpoint_url=https://…,"
            f" not {text!r}."
        )
    return text


def read_key(variables: Mapping[str, str], name: str) -> str | None:
    text = variables.get(name, "").strip()
    if text and re.fullmatch(r"[0-9a-fA-F]{64}", text) is None:
        raise EnvironmentVariableError(f"{name} takes an Ed25519 private key, 64 hexadecimal digits.")
    return text or None


def read_fingerprints(variables: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(word.lower() for word in read_words(variables, name, ""))
    if not all(re.fullmatch(r"[0-9a-f]{64}", word) for word in found):
        raise EnvironmentVariableError(f"{name} takes fingerprints of keys, 64 hexadecimal digits each, with commas.")
    return found


def read_encryption_keys(variables: Mapping[str, str]) -> tuple[str, ...]:
    keys = read_words(variables, "FOUNDRY_ENCRYPTION_KEYS", "")
    # 32 bytes in URL-safe Base64, as Fernet makes them. The error does not repeat a wrong key, because it is a secret.
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{43}=", key) for key in keys):
        raise EnvironmentVariableError(
            "FOUNDRY_ENCRYPTION_KEYS takes Fernet keys, 32 bytes in URL-safe Base64 each, with commas, newest first."
        )
    return keys


def read_schedule(variables: Mapping[str, str], name: str, default: str) -> str:
    text = variables.get(name, "").strip() or default
    if len(text.split()) != 5:
        raise EnvironmentVariableError(f"{name} takes a schedule of five words like {default!r}, not {text!r}.")
    return text
