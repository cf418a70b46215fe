"""Whatever a site has to send fits into the frames that the other one reads."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest

from stages.registers.fold.bundles import MAX_BYTES
from stages.registers.fold.payloads import CreateEntity, Payload, SetField
from stages.registers.fold.wire import WireBundle
from stages.replication.ingest.reading import MAX_BYTES as BYTES_OF_BATCH
from stages.replication.ingest.wire import write_wire
from stages.replication.link.frames import MAX_FRAME, FrameTooLargeError, request_frame, result_frame
from stages.replication.link.pushing import MAX_KEY_BYTES, MAX_KEYS_AT_ONCE, Batch, pushes_of
from tests.registers.fold.writing import Site, numbered_id

ENTITY, TABLE = numbered_id(1), numbered_id(2)


def written(payloads: Sequence[Payload]) -> WireBundle:
    return WireBundle.of(Site("Lyon", count(10)).write(payloads).signed)


def size_of(bundle: WireBundle) -> int:
    """As the limit of a bundle counts."""
    return len(bundle.header.encode()) + sum(len(text.encode()) + len(seal) for text, seal in bundle.operations)


def bundle_of_quotes(size: int) -> WireBundle:
    """A bundle of nearly so many bytes, all but its members quotation marks, which JSON escapes twice."""
    empty = size_of(written([SetField(ENTITY, TABLE, "title", "")]))
    bundle = written([SetField(ENTITY, TABLE, "title", '"' * ((size - empty) // 2))])
    assert size - 2 <= size_of(bundle) <= size
    return bundle


def frames_of(batch: Batch) -> list[str]:
    return [
        request_frame(
            2**53 - 1,
            "bundles.push",
            {"bundles": [write_wire(each) for each in push.bundles], "keys": push.keys, "remaining": push.left},
        )
        for push in pushes_of(batch)
    ]


def keys_of(number: int, size: int) -> list[dict[str, str]]:
    return [{"text": '"' * (size - 128), "seal": f"{each:0128x}"} for each in range(number)]


def test_the_largest_bundle_fits_whatever_is_in_it() -> None:
    for bundle in (bundle_of_quotes(MAX_BYTES), written([CreateEntity(numbered_id(each)) for each in range(10_000)])):
        # With the statements of a thousand people, which go ahead of it.
        frames = frames_of(Batch([bundle], keys_of(1_000, 16 * 1024), 0))
        assert len(frames) == 17
        assert all('"bundles":[]' in frame for frame in frames[:-1])
        assert '"keys":[]' in frames[-1]
    with pytest.raises(FrameTooLargeError):
        frames_of(Batch([bundle_of_quotes(MAX_BYTES), bundle_of_quotes(2_000)], [], 0))


def test_small_batches_take_their_statements_along() -> None:
    bundles = [bundle_of_quotes(BYTES_OF_BATCH // 2)] * 2
    (push,) = pushes_of(Batch(bundles, keys_of(3, 700), 5))
    assert (list(push.bundles), len(push.keys), push.left) == (bundles, 3, 5)
    first, second = pushes_of(Batch(bundles, keys_of(400, MAX_KEY_BYTES // 300), 5))
    assert (len(first.bundles), len(first.keys), first.left) == (0, 300, 7)
    assert (len(second.bundles), len(second.keys), second.left) == (2, 100, 5)
    assert [len(each.keys) for each in pushes_of(Batch([], keys_of(2 * MAX_KEYS_AT_ONCE + 1, 128), 0))] == [500, 500, 1]


def test_what_would_not_be_read_is_not_sent() -> None:
    assert len(result_frame(1, {"a": "x" * (MAX_FRAME - 100)})) <= MAX_FRAME
    with pytest.raises(FrameTooLargeError, match="16777216 are read"):
        result_frame(1, {"a": "x" * MAX_FRAME})
