"""What the gates of a release say now, before it is submitted and while it is in review."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from drafts.models import Draft
from publishing.gates import ask_gates, gate_title
from publishing.models import Release
from publishing.policies import Rules


@dataclass(frozen=True, slots=True)
class GateLine:
    """One gate: whether the release passes it now, and what people should know."""

    title: str
    passes: bool
    words: str


def gate_lines(draft: Draft, rules: Rules, release: Release | None = None) -> list[GateLine]:
    """A line for each gate that is asked."""
    return [
        GateLine(
            title=gate_title(name),
            passes=not answer.refusal,
            words=answer.refusal or " ".join(answer.warnings) or _("Passed"),
        )
        for name, answer in ask_gates(rules.gates, draft=draft, release=release).items()
    ]
