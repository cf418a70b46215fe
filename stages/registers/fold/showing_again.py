"""Fields of several raw fields that would show another of their values once a bundle is taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count

from stages.registers.fold.bundles import Bundle, compose_bundle
from stages.registers.fold.effects import Field
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.increment import Increment
from stages.registers.fold.past import Past
from stages.registers.fold.payloads import Payload, SetField
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record, Shown, class_of, shown_value, values_of

_UNSIGNED = bytes(64)


class ShowingAgain:
    """Which values have to be written again, so that what was shown is shown.

    Where the values of several raw fields stand side by side, the one that was written last is shown. Undo writes some
    of them again, and so makes another one the last.
    """

    def __init__(self, increment: Increment, past: Past, bundle: Bundle, is_free: Callable[[Field], bool]) -> None:
        self._increment = increment
        self._past = past
        self._bundle = bundle
        self._is_free = is_free

    def needed_after(self, payloads: Sequence[Payload]) -> list[SetField]:
        """The writes that have to follow payloads, of fields that nobody else has changed since (`is_free`)."""
        identity, classes = self._increment.identity, {**self._increment.classes, **self._past.classes}
        if not 0 < len(payloads) <= MAX_OPERATIONS or not (classes or identity.parent or identity.moved):
            return []
        after = self._increment.fork()
        changes = after.add(self._tried(payloads))
        found = []
        for root in sorted(changes.records):
            record = after.storage.records.get(root)
            if record is not None:
                found += self._of_record(after, record)
        return found

    def _of_record(self, after: Increment, record: Record) -> list[SetField]:
        found, done = [], set()
        for facet, fields in record.fields.items():
            for name, shown in fields.items():
                one = class_of((facet, name), after.classes)
                if one not in done and (write := self._of_field(record, shown, one)):
                    found.append(write)
                done.add(one)
        return found

    def _of_field(self, record: Record, shown: Shown, one: frozenset[tuple[str, str]]) -> SetField | None:
        raws = {
            field: values_of(tips)
            for field, tips in record.facts.tips.items()
            if (field.facet, field.name) in one and record.facts.facets[field[:2]].attached
        }
        raws = {field: tips for field, tips in raws.items() if tips}
        if len({spell(tip.value) for tip in shown.tips}) < 2 or not all(map(self._is_free, raws)):
            return None
        before = [raw for raw in self._past.raws_shown_with(min(raws)) if self._past.had_value(raw)]
        if set(before) != raws.keys():
            return None
        value = self._past.value(*before)
        if spell(value) == spell(shown.value):
            return None
        # One whose values do not stand side by side themselves loses nothing by it.
        those = [(len(tips), raw) for raw, tips in raws.items() if spell(shown_value(tips)) == spell(value)]
        if not those:
            return None
        resolving = tuple(dict.fromkeys(tip.op_id for tip in shown.tips if tip.resolves))
        return SetField(*min(those)[1], value, resolving)

    def _tried(self, payloads: Sequence[Payload]) -> Bundle:
        """A bundle of these payloads, which nobody signs."""
        header, storage, ids = self._bundle.header, self._increment.storage, count(1)
        return compose_bundle(
            [(payload, None) for payload in payloads],
            project=header.project,
            site_key=header.site_key,
            head=storage.head(header.site_key),
            seen=storage.clock(),
            actor_id=self._bundle.operations[0].actor_id,
            sign=lambda _text: _UNSIGNED,
            new_id=lambda: f"{next(ids):08x}-0000-7000-8000-000000000000",
            now_ms=0,
        )
