"""Reading an operator's settings from the environment: each function raises `EnvironmentVariableError`.

Only the standard library is imported here, so that the launcher can use it before anything is installed.
"""

from __future__ import annotations

from collections.abc import Mapping


class EnvironmentVariableError(Exception):
    """A variable has a value that cannot be used; the text is one line for the operator."""


def read_flag(variables: Mapping[str, str], name: str, default: str = "false") -> bool:
    """Read true or false."""
    value = variables.get(name, "").strip().lower() or default
    if value in {"0", "false", "no", "off"}:
        return False
    if value in {"1", "true", "yes", "on"}:
        return True
    raise EnvironmentVariableError(f"{name} takes true or false, not {value!r}.")


def read_one_of(variables: Mapping[str, str], name: str, *values: str) -> str:
    """Read one of some words; the first is the default."""
    text = variables.get(name, "").strip().lower() or values[0]
    if text not in values:
        raise EnvironmentVariableError(f"{name} takes {' or '.join(values)}, not {text!r}.")
    return text


def read_number(variables: Mapping[str, str], name: str, default: int, *, minimum: int) -> int:
    """Read a whole number."""
    text = variables.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < minimum:
        raise EnvironmentVariableError(f"{name} takes a whole number of at least {minimum}, not {text!r}.")
    return int(text)


def read_words(variables: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    """Read words with commas between them."""
    return tuple(word.strip() for word in variables.get(name, default).split(",") if word.strip())
