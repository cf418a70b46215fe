"""What an operator may choose of runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from kernel.environment import EnvironmentVariableError, read_number, read_words

MODEL_HOSTS: Final = "FOUNDRY_MODEL_HOSTS"
GIT_HOSTS: Final = "FOUNDRY_GIT_HOSTS"
RUN_SLOTS: Final = "FOUNDRY_RUN_SLOTS"

_HOST_AND_PORT: Final = re.compile(r"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\]):[0-9]{1,5}\Z")


def read_settings(variables: Mapping[str, str]) -> dict[str, Any]:
    """Servers of models and of repositories that may be inside, and how many runs one process has under way.

    Raises `EnvironmentVariableError`.
    """
    return {
        **{name: _hosts(variables, name) for name in (MODEL_HOSTS, GIT_HOSTS)},
        RUN_SLOTS: read_number(variables, RUN_SLOTS, 8, minimum=1),
    }


def _hosts(variables: Mapping[str, str], name: str) -> frozenset[str]:
    words = [word.lower() for word in read_words(variables, name, "")]
    for word in words:
        if not _HOST_AND_PORT.match(word):
            raise EnvironmentVariableError(f"{name} takes host:port, with commas between them, not {word!r}.")
    return frozenset(words)
