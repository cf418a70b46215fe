"""Random sessions: real Yjs clients and clients by position write in one text, and all have one text in the end."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from kernel.crdt.documents import Change, Document
from kernel.crdt.edits import Edit, Edits, count_units, fold_edits, merge_edits
from stages.pads.ot import transform_over
from tests.exploring import EXPLORES, examples
from tests.kernel.crdt.texts import ALPHABET
from tests.kernel.crdt.yjs import YjsClient, YjsProcess

STEPS = 60


@dataclass
class Server:
    """One pad on two nodes: either one takes a change, after it has caught up with the log."""

    nodes: list[Document]
    log: list[Change] = field(default_factory=list)
    _seen: dict[int, int] = field(default_factory=dict)

    def node(self, number: int) -> Document:
        document = self.nodes[number]
        for change in self.log[self._seen.get(number, 0) :]:
            # With edits or without them, it is the same.
            assert document.replay(change.update, change.edits if number else None) == change
        self._seen[number] = len(self.log)
        return document

    def append(self, number: int, change: Change) -> None:
        if not change.is_empty:
            self.log.append(change)
            self._seen[number] = len(self.log)

    @property
    def text(self) -> str:
        return fold_edits("", (change.edits for change in self.log))


@dataclass
class PositionClient:
    """A client by position: its text, and the revision that it has."""

    text: str = ""
    revision: int = 0

    def follow(self, server: Server) -> None:
        self.text = fold_edits(self.text, (change.edits for change in server.log[self.revision :]))
        self.revision = len(server.log)

    def send(self, server: Server, number: int, edits: Edits) -> None:
        document = server.node(number)
        own, missed = transform_over(edits, [change.edits for change in server.log[self.revision :]])
        server.append(number, document.apply_edits(own))
        self.text = fold_edits(self.text, [edits, *missed])
        self.revision = len(server.log)
        assert self.text == document.text


def edits_of(text: str, any_of: random.Random) -> Edits:
    places = sorted(any_of.randint(0, len(text)) for _place in range(any_of.choice([2, 2, 4])))
    edits = []
    for start, far in zip(places[::2], places[1::2], strict=True):
        end = min(far, start + any_of.choice([0, 0, 1, 5]))
        word = "".join(any_of.choice(ALPHABET) for _character in range(any_of.choice([0, 1, 4])))
        edits.append(Edit(count_units(text[:start]), count_units(text[start:end]), word))
    return merge_edits(edits)


class Session:
    """Three Yjs clients and two by position; whatever one does is sent, received and merged when chance wants it."""

    def __init__(self, yjs: YjsProcess, any_of: random.Random, first_id: int) -> None:
        self.any_of = any_of
        self.server = Server([Document.new(first_id), Document.new(first_id + 1)])
        self.yjs_clients = [yjs.open(first_id + 2 + number) for number in range(3)]
        self.received = {client.id: 0 for client in self.yjs_clients}
        self.position_clients = [PositionClient(), PositionClient()]

    def step(self) -> None:
        client = self.any_of.choice(self.yjs_clients)
        other = self.any_of.choice(self.position_clients)
        number = self.any_of.randrange(2)
        match self.any_of.choices(range(6), [35, 5, 20, 15, 15, 10])[0]:
            case 0:
                client.edit(*edits_of(client.text, self.any_of))
            case 1:
                self.any_of.choice([client.undo, client.undo, client.redo])()
            case 2:
                self.send(client, number, merge=self.any_of.random() < 0.5)
            case 3:
                self.receive(client, self.any_of.randint(self.received[client.id], len(self.server.log)))
            case 4:
                other.send(self.server, number, edits_of(other.text, self.any_of))
            case _:
                other.follow(self.server)

    def send(self, client: YjsClient, number: int, *, merge: bool) -> None:
        for update in client.take(merge=merge):
            change = self.server.node(number).apply_update(update, {client.id})
            self.server.append(number, change)
            # The answer was lost, and it comes to the other node with the same again.
            if self.any_of.random() < 0.1:
                assert self.server.node(1 - number).apply_update(update, {client.id}).is_empty

    def receive(self, client: YjsClient, until: int) -> None:
        client.receive(change.update for change in self.server.log[self.received[client.id] : until])
        self.received[client.id] = until

    def settle(self) -> None:
        for client in self.yjs_clients:
            self.send(client, 0, merge=False)
        for client in self.yjs_clients:
            self.receive(client, len(self.server.log))
        for other in self.position_clients:
            other.follow(self.server)


@pytest.mark.parametrize("number", range(examples(12)))
def test_all_clients_have_one_text_in_the_end(yjs: YjsProcess, number: int) -> None:
    any_of = random.Random(None if EXPLORES else number)
    session = Session(yjs, any_of, 2_000_000 + 100 * number)
    for _step in range(STEPS):
        session.step()
    session.settle()
    server = session.server
    text = server.text
    assert [server.node(node).text for node in range(2)] == [text, text]
    assert [client.text for client in session.yjs_clients] == [text] * 3
    assert not any(client.is_waiting for client in session.yjs_clients)
    assert [client.text for client in session.position_clients] == [text] * 2
    assert_replays(yjs, server, text, 2_000_050 + 100 * number, any_of)


def assert_replays(yjs: YjsProcess, server: Server, text: str, first_id: int, any_of: random.Random) -> None:
    """The log, its updates in any order, and the whole state give the text too."""
    updates = [change.update for change in server.log]
    for number, order in enumerate((updates, any_of.sample(updates, len(updates)), [server.nodes[0].state()])):
        reader = yjs.open(first_id + number)
        reader.receive(order)
        assert (reader.text, reader.is_waiting) == (text, False)
    state = server.nodes[1].state()
    loaded = Document.load(state, client_id=first_id + 10)
    assert (loaded.text, loaded.length, loaded.text_bytes) == (text, count_units(text), len(text.encode()))
    assert_goes_on(yjs, loaded, updates, first_id + 11)


def assert_goes_on(yjs: YjsProcess, document: Document, updates: Iterable[bytes], client_id: int) -> None:
    """A loaded document knows enough of its past to take what a client writes next."""
    client = yjs.open(client_id)
    client.receive(updates)
    for place in range(len(client.text), -1, -3):
        client.edit(Edit(count_units(client.text[:place]), 0, "+"))
    for update in client.take():
        document.apply_update(update, {client_id})
    assert document.text == client.text
