"""The bundle that a person's payloads become, with what hooks add to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from accounts.callers import Caller
from stages.registers import hooks
from stages.registers.checking import check_payloads
from stages.registers.fold.acts import Acts
from stages.registers.fold.bundles import Bundle, Sourced, compose_bundle
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.members import MAX_INTEGER
from stages.registers.fold.payloads import Payload, read_payload
from stages.registers.keys import ActorSigner
from stages.registers.schema import Schema
from stages.registers.schema.stored import concern_schema, stored_schema
from stages.registers.services.files import check_files
from stages.registers.services.refusals import refusals
from stages.registers.storing.increment import StoredIncrement
from stages.registers.verbs.limits import check_growth, touches_schema

# What somebody wants to write: payloads, each perhaps with the rule or script that it comes from, or a function that
# answers them from the state under the project's lock.
Wanted = Sequence[Payload | Sourced] | Callable[[Acts, Schema], Iterable[Payload | Sourced]]
_UNSIGNED: Final = bytes(64)


@dataclass(frozen=True)
class Composing:
    """Payloads on the way to a bundle, on the state before it. `afterwards` is what hooks want done after it."""

    caller: Caller
    project_id: UUID
    increment: StoredIncrement
    signer: ActorSigner
    afterwards: dict[str, Callable[[], object]] = field(default_factory=dict)

    @cached_property
    def schema(self) -> Schema:
        """The schema before the bundle."""
        return stored_schema(self.increment.storage)

    def wanted(self, payloads: Wanted) -> list[Sourced]:
        """The payloads, checked by their form. Raises `ValidationFailed`, and what the function raises."""
        with refusals():
            listed = payloads(Acts(self.increment), self.schema) if callable(payloads) else payloads
            found = list(map(hooks.sourced, listed))
            if len(found) > MAX_OPERATIONS:
                return found
            return [(_checked(payload, at), source) for at, (payload, source) in enumerate(found)]

    def with_hooks(self, payloads: Sequence[Sourced]) -> list[Sourced]:
        """The payloads, and those that hooks add, checked by their form. Raises what hooks raise."""
        if not hooks.HOOKS or len(payloads) > MAX_OPERATIONS:
            return list(payloads)
        with refusals():
            added = hooks.run(self.tried, payloads, self.increment)[len(payloads) :]
            checked = ((_checked(payload, at), source) for at, (payload, source) in enumerate(added, len(payloads)))
            return [*payloads, *checked]

    def tried(self, payloads: Sequence[Sourced]) -> hooks.Write:
        """The state with payloads applied, which is never written."""
        scratch = self.increment.fork()
        before = self.schema
        changes = scratch.add(self.compose(payloads, sign=lambda _text: _UNSIGNED))
        schema = stored_schema(scratch.storage) if concern_schema(scratch.storage, changes.records) else before
        project_id = str(self.project_id)
        return hooks.Write(
            self.caller, project_id, payloads, scratch, schema, changes, self.afterwards, before=self.increment
        )

    def check(self, payloads: Sequence[Sourced], system: Collection[str]) -> None:
        """Ask what payloads may do here. Raises the errors of `checking.check_payloads`."""
        listed = [payload for payload, _source in payloads]
        with refusals():
            if len(listed) <= MAX_OPERATIONS:
                self.increment.storage.prepare(listed)
            check_payloads(self.increment, self.schema, listed, system=system)
        check_files(self.caller.user, self.project_id, self.increment.storage, listed)
        if touches_schema(listed):
            check_growth(self.schema, self.tried(payloads).schema)

    def compose(
        self, payloads: Sequence[Sourced], *, undoes: str | None = None, sign: Callable[[str], bytes] | None = None
    ) -> Bundle:
        """The next bundle of this site. Raises `PayloadTooLarge` beyond 8 MiB."""
        storage, signer = self.increment.storage, self.signer
        with refusals():
            return compose_bundle(
                payloads,
                project=str(self.project_id),
                site_key=signer.site_key,
                head=storage.head(signer.site_key),
                seen=storage.clock(),
                actor_id=signer.public_key,
                sign=sign or signer.sign,
                new_id=lambda: str(uuid7()),
                now_ms=signer.now_ms,
                undoes=undoes,
            )


def _checked(payload: Payload, at: int) -> Payload:
    """A payload as it will be read from its text again: there, 1.0 is 1. Raises `Malformed`."""
    value = payload.to_json()
    for name, each in value.items():
        if isinstance(each, dict) and name == "properties":
            value[name] = {key: _plain(found) for key, found in each.items()}
        else:
            value[name] = _plain(each)
    return read_payload(value, f"payloads.{at}")


def _plain(value: Any) -> Any:
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) <= MAX_INTEGER
    return int(value) if is_whole else value


def request_of(payloads: Wanted, parameters: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """What the `client_ref` of a request stands for."""
    if parameters is not None or callable(payloads):
        return parameters or {}
    return {"payloads": [hooks.sourced(each)[0].to_json() for each in payloads]}
