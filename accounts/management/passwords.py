"""Reading a password for a command."""

from __future__ import annotations

import getpass
import sys

from django.core.management.base import CommandError


def read_password(*, from_stdin: bool) -> str:
    """Ask for a new password twice, or read one line of standard input.

    Never an argument, because those are in the process list and the shell's history. Raises `CommandError`.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Password (again): "):
        raise CommandError("The two passwords differ.")
    return password
