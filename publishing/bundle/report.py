"""The report for people: one HTML page without anything from elsewhere, made piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

import msgspec

from audit.invisible import reveal, spell_out
from drafts.models import Draft
from publishing.bundle.rows import drafts_of, events_of
from publishing.bundle.scope import Scope
from publishing.models import Release

STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2430; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #d5dbe3; padding: .35rem .6rem .35rem 0 }
td, th { text-align: left; vertical-align: top } th { font-weight: 600 }
code, pre { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
td, th, h1, h2 { unicode-bidi: isolate }
.unseen { border: 1px solid; border-radius: 3px; padding: 0 3px; font: 11px ui-monospace, monospace }
@media print { body { margin: 0; max-width: none } tr { break-inside: avoid } }
"""


@dataclass(slots=True)
class _History:
    """What became of one field since its first entry."""

    first: str
    last: str
    changes: int = 0


def report(scope: Scope) -> Iterator[bytes]:
    """The page, in pieces; its two long tables are the versions and the events."""
    yield _head(scope).encode()
    for release in scope.releases:
        yield _release(release).encode()
    yield _history(scope, drafts_of(scope)).encode()
    yield from _table("Versions", ("version", "time (UTC)", "author", "kind", "changed", "message"), _versions(scope))
    columns = ("no.", "time (UTC)", "who", "what", "reason", "details")
    rows = ((e.seq, _time(e.at), *_said(e.record)) for e in events_of(scope))
    yield from _table("Audit trail", columns, rows)
    yield b"</body></html>\n"


def _head(scope: Scope) -> str:
    title = f"{scope.project.name} {scope.release.name if scope.release else ''}".strip()
    facts = [
        ("Project", f"{scope.project.name} ({scope.project.id})"),
        ("Description", scope.project.description or "–"),
        ("Covers", f"everything up to event {scope.head.seq}, hash {scope.head.hash}"),
        ("Made at", _time(scope.made_at)),
        ("Version inside", f"v{scope.draft.version_number}" if scope.draft else "none"),
        ("Content hash", f"sha256:{scope.draft.content_hash}" if scope.draft else "–"),
        ("Site's keys", ", ".join(key.fingerprint for key in scope.keys)),
        ("To verify", "python3 verify.py, with the fingerprint of the site's key as you know it from elsewhere"),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(spell_out(title))}</title>'
        f"<style>{STYLE}</style></head><body><h1>{_text(title)}</h1>{_facts(facts)}"
    )


def _release(release: Release) -> str:
    """A release as 21 CFR 11.50 wants it shown: printed name, date and time, and meaning of each signature."""
    facts = [
        ("State", release.get_state_display()),
        ("Version", f"v{release.draft.version_number}, {release.content_hash}"),
        ("Submitted", f"{_time(release.submitted_at)} by {release.submitted_by.display_name}"),
        ("Policy", msgspec.json.encode(release.rules).decode()),
    ]
    if release.ended_at and release.ended_by:
        facts.append(("Ended", f"{_time(release.ended_at)} by {release.ended_by.display_name} {release.reason}"))
    rows = "".join(
        _row((each.statement["signer"]["name"], each.meaning, _time(each.signed_at), each.comment, each.key_id))
        for each in release.signatures.all()
    )
    head = _row(("printed name", "meaning", "time (UTC)", "comment", "sealed by the key"), cell="th")
    return f"<h2>Release {_text(release.name)}</h2>{_facts(facts)}<h3>Signatures</h3><table>{head}{rows}</table>"


def _history(scope: Scope, drafts: Iterable[Draft]) -> str:
    """Whether each field of the version inside changed since its first entry (Annex 11 §8, control c20)."""
    kept = scope.draft.fields if scope.draft else {}
    newest = scope.draft.version_number if scope.draft else 0
    histories: dict[str, _History] = {}
    for draft in drafts:
        if draft.version_number > newest:
            break
        for name in draft.changed_fields:
            entry = f"v{draft.version_number}, {_time(draft.created_at)}, {draft.author.display_name}"
            known = histories.setdefault(name, _History(entry, entry, -1))
            known.last, known.changes = entry, known.changes + 1
    head = _row(("field", "changed since its first entry", "first entry", "last change"), cell="th")
    rows = "".join(
        _row((name, _times(histories[name].changes), histories[name].first, histories[name].last))
        for name in sorted(kept)
    )
    return f"<h2>Changes since first entry</h2><table>{head}{rows}</table>"


def _times(changes: int) -> str:
    return f"yes, {changes} times" if changes > 1 else "yes, once" if changes else "no"


def _versions(scope: Scope) -> Iterator[tuple[Any, ...]]:
    for draft in drafts_of(scope):
        changed = ", ".join(draft.changed_fields)
        author = draft.author.display_name
        yield f"v{draft.version_number}", _time(draft.created_at), author, draft.kind, changed, draft.message


def _said(record: dict[str, Any]) -> tuple[str, str, str, str]:
    actor = f"{record['actor']['name']} ({record['actor']['kind']})"
    return actor, record["action"], record["reason"] or "", msgspec.json.encode(record["data"]).decode()


def _table(title: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> Iterator[bytes]:
    yield f"<h2>{escape(title)}</h2><table>{_row(columns, cell='th')}".encode()
    for row in rows:
        yield _row(row).encode()
    yield b"</table>"


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return f"<table>{''.join(_row(each) for each in facts)}</table>"


def _row(cells: Iterable[Any], *, cell: str = "td") -> str:
    return f"<tr>{''.join(f'<{cell}>{_text(str(each))}</{cell}>' for each in cells)}</tr>\n"


def _text(text: str) -> str:
    """A text of others: as it is, with a mark for whatever it hides."""
    return reveal(escape(text))


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC"
