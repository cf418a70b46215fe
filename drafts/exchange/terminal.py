"""What the commands of this package share: the caller, a line of progress, and errors in one line."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from uuid import UUID

from django.core.management.base import CommandError

from accounts.callers import Caller
from accounts.models import User
from kernel.errors import DomainError, ValidationFailed
from kernel.invisible import one_line
from kernel.names import as_name
from projects.models import Project


def caller_named(username: str) -> Caller:
    """The caller of a command that acts `--as` somebody. Raises `CommandError` for an unknown or closed account."""
    user = User.objects.get_queryset().active().named(username).first()
    if user is None:
        raise CommandError(f"There is no account {username}, or it is closed.")
    return Caller(user=user, via="command", credential="command")


def project_id(text: str) -> UUID:
    """A project by its id, or by its name where only one has it: the `type` of an argument."""
    try:
        return UUID(text)
    except ValueError:
        pass
    found = list(Project.objects.filter(name__in={text, as_name(text)}).values_list("id", flat=True)[:2])
    if len(found) != 1:
        raise ArgumentTypeError(f"there is {'no' if not found else 'more than one'} project {text!r}; give its id")
    return found[0]


@contextmanager
def refusals() -> Iterator[None]:
    """Turn the error of a service into the error message of the command."""
    try:
        yield
    except ValidationFailed as error:
        words = [one_line(f"{name}: {text}") for name, texts in error.errors.items() for text in texts]
        raise CommandError("\n".join(words)) from None
    except DomainError as error:
        raise CommandError(one_line(error.detail)) from None
    except OSError as error:
        raise CommandError(one_line(f"{error.filename or 'file'}: {error.strerror}")) from None


class ProgressLine:
    """Reports progress on standard error: in one line on a terminal, every tenth elsewhere."""

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._tenth = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = done * 10 // max(total, 1)
        if self._stream.isatty():
            self._stream.write(f"\r{self._what} {done} of {total}" + ("\n" if done == total else ""))
        elif tenth > self._tenth:
            self._stream.write(f"{self._what} {done} of {total}\n")
        self._tenth = max(tenth, self._tenth)
        self._stream.flush()
