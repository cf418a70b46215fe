"""Pairs old items with the new items that they became: pairs in order, with the greatest total similarity."""

from __future__ import annotations

from collections.abc import Callable


def pairs_in_order(
    old_size: int, new_size: int, likeness: Callable[[int, int], float], *, least: float
) -> list[tuple[int, int]]:
    """The pairs (0-based, rising on both sides) with the greatest total likeness, none below `least`.

    Calls `likeness`, which returns 0 to 1, old_size × new_size times; the caller keeps that product small.
    """
    best = [[0.0] * (new_size + 1)]
    likes: list[list[float]] = []
    for old in range(old_size):
        row, above, like_row = [0.0], best[-1], []
        for new in range(new_size):
            like = likeness(old, new)
            like_row.append(like if like >= least else 0.0)
            row.append(max(above[new + 1], row[new], above[new] + like_row[new]))
        best.append(row)
        likes.append(like_row)
    pairs: list[tuple[int, int]] = []
    old, new = old_size, new_size
    while old and new:
        if likes[old - 1][new - 1] and best[old][new] == best[old - 1][new - 1] + likes[old - 1][new - 1]:
            old, new = old - 1, new - 1
            pairs.append((old, new))
        elif best[old][new] == best[old - 1][new]:
            old -= 1
        else:
            new -= 1
    return pairs[::-1]
