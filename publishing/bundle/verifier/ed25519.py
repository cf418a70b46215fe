"""Ed25519 in plain Python, for checking signatures only (RFC 8032, section 5.1.7)."""

from __future__ import annotations

import hashlib

Point = tuple[int, int, int, int]

# Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    low, high = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    cross, both = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = high - low, both - cross, both + cross, high + low
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def recover(data: bytes) -> Point | None:
    """The point that 32 bytes encode; None if they encode none, or not canonically."""
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    sign = data[31] >> 7
    squared = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(squared, (P + 3) // 8, P)
    if (x * x - squared) % P:
        x = x * ROOT % P
    if y >= P or (x * x - squared) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


BASE = recover((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether this is a signature of the message with this key."""
    if len(public) != 32 or len(signature) != 64 or BASE is None:
        return False
    key, nonce, scalar = recover(public), recover(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= Q:
        return False
    digest = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % Q
    left, right = multiply(scalar, BASE), add(nonce, multiply(digest, key))
    return all((left[axis] * right[2] - right[axis] * left[2]) % P == 0 for axis in (0, 1))
