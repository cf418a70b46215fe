"""Every review is what its event says and about events that are still what they were, and none is lost."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import TextField
from django.db.models.functions import Cast

from audit.models import Event
from audit.reviews.models import Review
from audit.reviews.services import AUDIT_REVIEWED, facts_of
from audit.verification import Finding


def check_reviews() -> Iterator[Finding]:
    """Compare each review with its event and with both ends of its range."""
    recorded = Event.objects.filter(action=AUDIT_REVIEWED, target_type="review")
    for review in Review.objects.order_by("id").iterator(chunk_size=200):
        what = _fault(review, recorded.filter(target_id=str(review.id)).first())
        if what:
            yield Finding(str(review), what)
    known = Review.objects.annotate(text_id=Cast("id", TextField())).values("text_id")
    for event in recorded.exclude(target_id__in=known).order_by("id"):
        yield Finding(f"{event.chain}#{event.seq}", "the review it recorded is gone")


def _fault(review: Review, event: Event | None) -> str | None:
    if event is None:
        return "no event recorded it"
    if (event.chain, event.actor_id, event.at) != (review.chain, review.reviewer_id, review.reviewed_at):
        return "its chain, reviewer or time was changed"
    if event.data != facts_of(review):
        return "it is not what its event says"
    ends = Event.objects.filter(chain=review.chain, seq__in=(review.from_seq, review.to_seq))
    hashes = {seq: bytes(digest) for seq, digest in ends.values_list("seq", "hash")}
    if (hashes.get(review.from_seq), hashes.get(review.to_seq)) != (bytes(review.from_hash), bytes(review.to_hash)):
        return "the events at its ends are not those that were reviewed"
    return None
