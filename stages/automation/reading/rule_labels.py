"""What people call a rule."""

from __future__ import annotations


def label_of(name: str, module: str) -> str:
    """What people call a rule: without its module, whose names are for programs."""
    if not module or not name.startswith(f"{module}/"):
        return name
    words = name.removeprefix(f"{module}/").replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]
