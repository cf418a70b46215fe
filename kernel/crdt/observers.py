"""What Yrs says about a document's transactions while they end."""

from __future__ import annotations

from typing import Any

from pycrdt import Doc, Subscription, Text, TransactionEvent

from kernel.crdt.encoding import EMPTY_UPDATE


class Observers:
    """The update of the last transaction, and what it did to the text where that was wanted.

    A subscription holds the document, and Python's garbage collector does not see into Yrs: `close` ends them.
    """

    def __init__(self, doc: Doc[Text], root: Text) -> None:
        self._doc = doc
        self._root = root
        self._delta: list[dict[str, Any]] = []
        self._update = b""
        self._of_text: Subscription | None = None
        self._of_transactions = doc.observe(self._on_transaction)

    def observe_text(self, *, wanted: bool) -> None:
        """Begin or end to observe the text: each transaction then costs time for all items that it has."""
        if wanted and self._of_text is None:
            self._of_text = self._root.observe(self._on_text)
        elif not wanted and self._of_text is not None:
            self._root.unobserve(self._of_text)
            self._of_text = None

    def take_delta(self) -> list[dict[str, Any]]:
        delta, self._delta = self._delta, []
        return delta

    def take_update(self) -> bytes:
        update, self._update = self._update, b""
        return update

    def close(self) -> None:
        self.observe_text(wanted=False)
        self._doc.unobserve(self._of_transactions)

    def _on_text(self, event: Any) -> None:
        # A `TextEvent`, whose stub does not name its attributes.
        self._delta = event.delta

    def _on_transaction(self, event: TransactionEvent) -> None:
        update = event.update
        self._update = b"" if update == EMPTY_UPDATE else update
