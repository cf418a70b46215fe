"""Updates that were changed by chance, or built by chance: none ends a process, or makes replicas differ."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from kernel.crdt.documents import Document
from kernel.crdt.edits import Edit, apply_edits, count_units
from tests.exploring import EXPLORES, examples
from tests.kernel.crdt.attack import Outcome, attack
from tests.kernel.crdt.building import item, number, string, text_item, writes
from tests.kernel.crdt.texts import ALPHABET
from tests.kernel.crdt.yjs import YjsProcess


@dataclass
class Log:
    """What a pad has: a document of its own, and every update in order."""

    document: Document
    updates: list[bytes]


def chance() -> random.Random:
    return random.Random(None if EXPLORES else 18)


def word(any_of: random.Random, most: int = 3) -> str:
    return "".join(any_of.choice(ALPHABET) for _ in range(any_of.randint(1, most)))


def edit_of(text: str, any_of: random.Random) -> Edit:
    """One edit between the characters of a text."""
    start = any_of.randint(0, len(text))
    end = min(len(text), start + any_of.choice([0, 0, 1, 3]))
    return Edit(count_units(text[:start]), count_units(text[start:end]), word(any_of))


def begin(yjs: YjsProcess, any_of: random.Random, first_id: int) -> tuple[Log, list[tuple[int, bytes]]]:
    """A pad in which two Yjs clients wrote, and what each of them sends next, with its id."""
    log = Log(Document.new(first_id), [])
    clients = [yjs.open(first_id + 1), yjs.open(first_id + 2)]
    log.updates.append(log.document.apply_edits([Edit(0, 0, "Who may take part: 😀é日\n")]).update)
    for turn in range(any_of.randint(1, 4)):
        client = clients[turn % 2]
        client.receive(log.updates)
        client.edit(edit_of(client.text, any_of))
        for sent in client.take():
            log.updates.append(log.document.apply_update(sent, {client.id}).update)
    waiting = []
    for client in clients:
        client.receive(log.updates)
        client.edit(edit_of(client.text, any_of))
        client.edit(edit_of(client.text, any_of))
        waiting += [(client.id, sent) for sent in client.take(merge=True)]
    return log, waiting


def mutated(data: bytes, any_of: random.Random) -> bytes:
    mutant = bytearray(data)
    for _change in range(any_of.randint(1, 3)):
        at = any_of.randrange(len(mutant)) if mutant else 0
        kind = any_of.random()
        if kind < 0.5 and mutant:
            mutant[at] = any_of.choice([0, 1, 2, 5, 127, 128, 255, any_of.randrange(256), mutant[at] ^ 1])
        elif kind < 0.7:
            del mutant[at : at + 1]
        elif kind < 0.9:
            mutant.insert(at, any_of.randrange(256))
        else:
            mutant += mutant[:at]
    return bytes(mutant)


def built(log: Log, client_id: int, any_of: random.Random) -> bytes:
    """A well-formed update in a client's name whose neighbours and ranges are any that are nearly known."""
    clocks = log.document.clocks
    clock = max(0, clocks.get(client_id, 0) - any_of.choice([0, 0, 0, 1, 3]))
    known = [*clocks, client_id]

    def any_id() -> tuple[int, int]:
        owner = any_of.choice(known)
        return owner, any_of.randint(0, clocks.get(owner, 0) + any_of.choice([0, 0, 2]))

    def any_item() -> bytes:
        left = any_id() if any_of.random() < 0.7 else None
        right = any_id() if any_of.random() < 0.7 else None
        if any_of.random() < 0.2:
            return item(number(any_of.randint(1, 4)), kind=1, left=left, right=right)
        if any_of.random() < 0.05:
            return item(number(1) + string("x"), kind=any_of.randrange(12), left=left, right=right)
        return text_item(word(any_of), left=left, right=right)

    deleted = [
        (owner, [(any_of.randint(0, clocks.get(owner, 0)), any_of.randint(1, 4))])
        for owner in dict.fromkeys(known)
        if any_of.random() < 0.3
    ]
    return writes(client_id, clock, *(any_item() for _ in range(any_of.randint(1, 3))), deleted=deleted)


def check_replicas(yjs: YjsProcess, log: Log, outcome: Outcome, reader_id: int) -> None:
    """What an update that was let through did, is what every other replica makes of it, in the order of the log.

    It is not always what the whole state gives, where the neighbours are none that an editor names: then a snapshot
    reads back as another text, and the document has to be renewed.
    """
    before = log.document.text
    change = tuple(Edit(*edit) for edit in outcome.edits)
    assert apply_edits(before, change) == outcome.text
    updates = [*log.updates, *([outcome.update] if outcome.update else [])]
    replayed = Document.new(reader_id)
    for each in updates:
        replayed.replay(each)
    reader = yjs.open(reader_id)
    reader.receive(updates)
    assert (replayed.text, reader.text, reader.is_waiting) == (outcome.text, outcome.text, False)


Make = Callable[[bytes, Log, int, random.Random], bytes]


def check(yjs: YjsProcess, make: Make, first_id: int) -> None:
    any_of = chance()
    passed = refused = 0
    for _round in range(examples(4)):
        log, waiting = begin(yjs, any_of, first_id)
        sent = [any_of.choice(waiting) for _attack in range(150)]
        state = log.document.state()
        outcomes = attack((state, [owner], make(data, log, owner, any_of)) for owner, data in sent)
        assert [outcome for outcome in outcomes if outcome.ended] == []
        refused += sum(bool(outcome.refused) for outcome in outcomes)
        for number_of, outcome in enumerate(outcomes):
            if not outcome.refused:
                passed += 1
                check_replicas(yjs, log, outcome, first_id + 10 + number_of)
        first_id += 1_000
    assert passed
    assert refused


def test_mutated_updates_are_refused_or_do_the_same_everywhere(yjs: YjsProcess) -> None:
    check(yjs, lambda data, _log, _owner, any_of: mutated(data, any_of), 1_000_000)


def test_built_updates_are_refused_or_do_the_same_everywhere(yjs: YjsProcess) -> None:
    check(yjs, lambda _data, log, owner, any_of: built(log, owner, any_of), 100_000_000)
