"""Targets of changes of records as people read them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.proposing.targets import RecordTarget, read_target


def label_of(spelled: str) -> str:
    """A target without its project: an entity is named by the end of its id, as it may be new."""
    target = read_target(spelled)
    if target is None:
        return spelled
    first, *rest = target.parts
    facts = {"id": first[-8:], "other": (rest or [""])[0][-8:], "table": (rest or [""])[0], "field": target.parts[-1]}
    if target.word == "mapping":
        facts = {"one": ".".join(target.parts[:2]), "other": ".".join(target.parts[2:])}
    return str(_words(target)).format(**facts)


def _words(target: RecordTarget) -> str:
    if target.word == "field" and target.parts[1].startswith(EDGE_PREFIX):
        return _("{field} of link {id}")
    return {
        "record": _("Record {id}"),
        "facet": _("Record {id} in {table}"),
        "field": _("{field} of record {id} in {table}"),
        "text": _("{field} of record {id} in {table}"),
        "edge": _("Link {id}"),
        "index": _("Place of link {id}"),
        "mapping": _("{one} and {other} as one field"),
        "merge": _("Records {id} and {other} as one"),
        "split": _("Record {id}, split off as {other}"),
    }[target.word]
