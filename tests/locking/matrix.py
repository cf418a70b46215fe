"""Rows of the permission matrix: sessions, locks and kept texts."""

from __future__ import annotations

from tests.matrix import FIELD, OPEN, OTHER, OWNERS, SESSION, WRITERS, Row

LOCK = {"session_id": SESSION, "field": FIELD}
REST = (
    Row("api_sessions", "POST", "sessions/", 201),
    Row("api_locks", "GET", "locks/", 200),
    Row("api_locks", "POST", "locks/", 201, WRITERS, OPEN, LOCK),
    Row("api_renew", "POST", "locks/renew/", 200, body={"session_id": SESSION, "fields": [FIELD]}),
    Row("api_release", "POST", "locks/release/", "lock_not_held", body=LOCK),
    Row("api_request", "POST", "locks/request/", "conflict", WRITERS, OPEN, LOCK),
    Row("api_withdraw_request", "POST", "locks/withdraw-request/", 200, body=LOCK),
    Row("api_keep", "POST", "locks/keep/", "lock_not_held", body={**LOCK, "to": OTHER}),
    Row("api_hand_over", "POST", "locks/hand-over/", "lock_not_held", WRITERS, OPEN, {**LOCK, "to": OTHER}),
    Row("api_take_over", "POST", "locks/take-over/", 201, OWNERS, OPEN, {**LOCK, "reason": "Urgent"}),
    Row("api_leases", "GET", "leases/", 200),
    Row("api_working_copies", "GET", "working-copies/", 200),
    Row("api_working_copy", "GET", f"working-copies/{OTHER}/", "not_found"),
    Row("api_working_copy", "DELETE", f"working-copies/{OTHER}/", "not_found"),
)
