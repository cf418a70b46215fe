"""Every review is about events that are still what they were when they were reviewed."""

from __future__ import annotations

from collections.abc import Iterator

from audit.findings import Finding
from audit.models import Event
from audit.reviews.models import Review


def check_reviews() -> Iterator[Finding]:
    """Compare both ends of each review's range with the chain, which is verified before."""
    for review in Review.objects.order_by("id").iterator(chunk_size=200):
        ends = Event.objects.filter(chain=review.chain, seq__in=(review.from_seq, review.to_seq))
        hashes = {seq: bytes(digest) for seq, digest in ends.values_list("seq", "hash")}
        if (hashes.get(review.from_seq), hashes.get(review.to_seq)) != (
            bytes(review.from_hash),
            bytes(review.to_hash),
        ):
            yield Finding(str(review), "the events at its ends are not those that were reviewed", review.chain)
