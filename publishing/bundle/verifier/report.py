"""The report for people: one HTML page without external resources, made from the other files only.

The server writes it with this module, and the verifier makes it again and compares both.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from audit.derivation import Event
from publishing.bundle.verifier.hidden import HIDDEN, spelled_out
from publishing.bundle.verifier.reading import Json

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2430; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.2rem; margin-top: 2.5rem }
table { border-collapse: collapse; width: 100% }
td, th { border-bottom: 1px solid #d5dbe3; padding: .35rem .6rem .35rem 0 }
td, th { text-align: left; vertical-align: top } th { font-weight: 600 }
td, th, h1, h2 { unicode-bidi: isolate }
.unseen { border: 1px solid; border-radius: 3px; padding: 0 3px; font: 11px ui-monospace, monospace }
code, pre { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
@media print { body { margin: 0; max-width: none } tr { break-inside: avoid } }
"""


@dataclass
class FieldSummary:
    """The changes of one field since its first entry."""

    first: str
    last: str
    changes: int = 0


def report(
    scope: Json, read: Callable[[str], Iterable[Json]], events: Callable[[], Iterable[Event]]
) -> Iterator[bytes]:
    """The page, in pieces; `scope` is the sealed statement, `read` returns the lines of a file."""
    yield report_head(scope, next(iter(read("project.json"))), list(read("releases.jsonl")), list(read("keys.jsonl")))
    signatures = [(line, report_statement(line["statement"])) for line in read("signatures.jsonl")]
    for release in read("releases.jsonl"):
        mine = [each for each in signatures if each[0]["release_id"] == release["id"]]
        # Reports of older bundles stay as they were made.
        yield report_release(release, mine) + (report_statements(mine) if scope["v"] >= 4 else b"")
    # Older bundles counted a renamed file from its rename on.
    renames = report_renames(events()) if scope["v"] >= 5 else {}
    yield report_history(scope["version"], read("versions.jsonl"), renames)
    columns = ("version", "time (UTC)", "author", "kind", "changed", "message")
    yield from report_table("Versions", columns, map(report_version, read("versions.jsonl")))
    columns = ("no.", "time (UTC)", "who", "what", "reason", "details")
    yield from report_table("Audit trail", columns, map(report_event, events()))
    yield b"</body></html>\n"


def report_head(scope: Json, project: Json, releases: Iterable[Json], keys: Iterable[Json]) -> bytes:
    of_release = [each for each in releases if each["id"] == scope["release"]]
    title = " ".join(str(each["name"]) for each in [project, *of_release]).strip()
    facts = [
        ("Project", f"{project['name']} ({project['id']})"),
        ("Description", project["description"] or "–"),
        ("Covers", f"everything up to event {scope['head']['seq']}, hash {scope['head']['hash']}"),
        ("As of", report_time(scope["as_of"])),
        ("Version inside", f"v{scope['version']}" if scope["version"] else "none"),
        *((("Parts", ", ".join(scope["parts"])),) if scope.get("parts") else ()),
        ("Sealed by the key", scope["key"]),
        *((f"Key {number} of the site", each["fingerprint"]) for number, each in enumerate(keys, 1)),
        ("To verify", "python3 -I verify.py FINGERPRINT, with the fingerprint of a key as you know it from elsewhere"),
    ]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(spelled_out(title))}</title>'
        f"<style>{STYLE}</style></head><body><h1>{report_text(title)}</h1>{report_facts(facts)}"
    ).encode()


def report_release(release: Json, signatures: Iterable[tuple[Json, Json]]) -> bytes:
    """A release as 21 CFR 11.50 wants it shown: printed name, date and time, and meaning of each signature."""
    facts = [
        ("State", release["state"].replace("_", " ").capitalize()),
        ("Version", f"v{release['version']}, {release['content_hash']}"),
        ("Submitted", f"{report_time(release['submitted_at'])} by {release['submitted_by']['display_name']}"),
        ("Authors", ", ".join(each["display_name"] for each in release["authors"])),
        ("Policy", report_json(release["rules"])),
    ]
    if release["ended_at"]:
        ended = f"{report_time(release['ended_at'])} by {release['ended_by']['display_name']} {release['reason']}"
        facts.append(("Ended", ended.strip()))
    rows = "".join(
        report_row(
            (
                report_signer(statement["signer"]),
                statement["meaning"],
                report_time(statement["time"]),
                statement["comment"],
                line["key"],
            )
        )
        for line, statement in signatures
    )
    head = report_row(("printed name (user name)", "meaning", "time (UTC)", "comment", "sealed by the key"), cell="th")
    title = f"<h2>Release {report_text(release['name'])}</h2>"
    above = f"{title}{report_facts(facts)}{report_notes(release)}"
    return f"{above}<h3>Signatures</h3><table>{head}{rows}</table>".encode()


def report_notes(release: Json) -> str:
    """The release notes with their author, if there are some."""
    notes = release.get("notes")
    if not notes:
        return ""
    by = f"Written by {notes['written_by']['display_name']}, {report_time(notes['written_at'])}"
    text = f'<blockquote dir="auto" style="white-space: pre-wrap">{report_text(notes["text"])}</blockquote>'
    return f"<h3>Release notes</h3><p>{report_text(by)}; SHA-256 <code>{notes['sha256']}</code></p>{text}"


def report_statements(signatures: Iterable[tuple[Json, Json]]) -> bytes:
    """Exactly what each person signed, as it was sealed."""
    texts = "".join(f"<pre>{report_text(line['statement'])}</pre>" for line, _ in signatures)
    return f"<h3>Signed statements</h3>{texts}".encode() if texts else b""


def report_signer(signer: Json) -> str:
    """The display name, with the user name to distinguish people; older statements have no user name."""
    return f"{signer['name']} ({signer['username']})" if "username" in signer else str(signer["name"])


def report_statement(text: str) -> Json:
    """The members of a signature's sealed text; dashes for missing ones, which the verifier refuses."""
    nothing: Json = {"signer": {"name": "–"}, "meaning": "–", "time": "–", "comment": "–"}
    try:
        statement: Any = json.loads(text)
    except ValueError:
        return nothing
    return {**nothing, **statement} if isinstance(statement, dict) else nothing


def report_renames(events: Iterable[Event]) -> dict[int, dict[str, str]]:
    """The renames of each version that renamed files, new field → old field."""
    saved = (record["data"] for _, _, record in events if record["action"] == "draft.saved")
    return {data["version"]: data["renamed"] for data in saved if data.get("renamed")}


def report_history(newest: int, versions: Iterable[Json], renames: dict[int, dict[str, str]]) -> bytes:
    """Whether each field of the version inside changed since its first entry (Annex 11 §8, control c20).

    A file is followed under all names that it had; being renamed counts as one change.
    """
    histories: dict[str, FieldSummary] = {}
    kept: Json = {}
    for line in versions:
        if line["version"] > newest:
            break
        kept = line["fields"]
        renamed = renames.get(line["version"], {})
        moved = {new: histories.pop(old) for new, old in renamed.items() if old in histories}
        histories |= moved
        for name in set(line["changed_fields"]) - set(renamed.values()):
            entry = f"v{line['version']}, {report_time(line['created_at'])}, {line['author']['display_name']}"
            known = histories.setdefault(name, FieldSummary(entry, entry, -1))
            known.last, known.changes = entry, known.changes + 1
    head = report_row(("field", "changed since its first entry", "first entry", "last change"), cell="th")
    rows = "".join(
        report_row((name, report_times(history.changes), history.first, history.last))
        for name, history in sorted(histories.items())
        if name in kept
    )
    return f"<h2>Changes since first entry</h2><table>{head}{rows}</table>".encode()


def report_times(changes: int) -> str:
    return f"yes, {changes} times" if changes > 1 else "yes, once" if changes else "no"


def report_version(line: Json) -> tuple[Any, ...]:
    changed = ", ".join(line["changed_fields"])
    author, at = line["author"]["display_name"], report_time(line["created_at"])
    return f"v{line['version']}", at, author, line["kind"] + report_writers(line), changed, line["message"]


def report_writers(line: Json) -> str:
    """What a version was made from, and who wrote it; empty for any other version."""
    made_from = next((each for each in line.values() if isinstance(each, dict) and "writers" in each), None)
    if made_from is None:
        return ""
    source = f"P{made_from['number']}" if "number" in made_from else f"from {made_from['name']}"
    writers = [f"{each['display_name']} ({each['kind']})" for each in made_from["writers"]]
    return f" {source}, written by {', '.join(writers)}" if writers else f" {source}"


def report_event(event: Event) -> tuple[Any, ...]:
    number, at, record = event
    actor = f"{record['actor']['name']} ({record['actor']['kind']})"
    details = report_json(record["data"])
    return number, report_time(at), actor, record["action"], record["reason"] or "", details


def report_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    yield f"<h2>{escape(title)}</h2><table>{report_row(columns, cell='th')}".encode()
    for row in rows:
        yield report_row(row).encode()
    yield b"</table>"


def report_facts(facts: Iterable[tuple[str, str]]) -> str:
    return f"<table>{''.join(report_row(each) for each in facts)}</table>"


def report_row(cells: Iterable[Any], *, cell: str = "td") -> str:
    return f"<tr>{''.join(f'<{cell}>{report_text(str(each))}</{cell}>' for each in cells)}</tr>\n"


def report_text(text: str) -> str:
    """A text from the bundle, escaped, with its hidden characters marked."""
    if text.isascii() and text.isprintable():
        return escape(text)
    return HIDDEN.sub(lambda found: f'<span class="unseen">U+{ord(found.group()):04X}</span>', escape(text))


def report_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def report_time(at: str) -> str:
    return f"{at[:10]} {at[11:-1]} UTC"
