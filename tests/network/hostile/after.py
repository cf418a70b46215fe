"""What an admitted site says that no honest site would, and by which code its link has to be closed, if at all."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from tests.network.hostile.attacker import BAD, STAYS_OPEN, TOO_LARGE, TOO_MANY, Attacker, Frames
from tests.network.hostile.peer import Peer, milliseconds, request
from tests.network.hostile.signing import Signer
from tests.network.hostile.writing import certificate, hlc, new_id, set_field

NOBODY: Final = "0" * 64
TIME: Final = "2026-12-01T11:36:57.719022Z"
Builder = Callable[[Attacker, Peer], Frames]


def ask(attacker: Attacker, method: str, **params: Any) -> str:
    return request(method, params, next(attacker.serials))


def push(attacker: Attacker, *bundles: Mapping[str, Any], **more: Any) -> str:
    params = {"bundles": list(bundles), "keys": attacker.chain.keys, "remaining": 0, **more}
    return ask(attacker, "bundles.push", **params)


def bundle(attacker: Attacker, *, size: int = 1, **header: Any) -> dict[str, Any]:
    """A next bundle of the attacker's chain, which was not sent before."""
    entity = new_id()
    payloads = [set_field(entity, attacker.target.table, "title", f"hostile {number}") for number in range(size)]
    return attacker.chain.make(*payloads, **header)


def asking(method: str, **params: Any) -> Builder:
    return lambda attacker, _: [ask(attacker, method, **params)]


def stating(**more: Any) -> Builder:
    return lambda attacker, peer: [ask(attacker, "state", **{**peer.state(), **more})]


def pushing(**header: Any) -> Builder:
    return lambda attacker, _: [push(attacker, bundle(attacker, **header))]


def raw(*frames: str | bytes) -> Builder:
    return lambda *_: frames


def clock_of(count: int) -> dict[str, Any]:
    return {f"{number:064x}": [hlc(milliseconds()), number + 1, NOBODY] for number in range(count)}


def introduced(**more: Any) -> dict[str, Any]:
    """A site that nobody has, as one would be introduced."""
    said = {"key": Signer().public, "site": str(uuid4()), "name": "Ghost", "address": "", "rights": "writes"}
    return {**said, "admitted_at": TIME, "revoked": None, "home": False, "succession": [], **more}


def wrongly_signed(attacker: Attacker, _: Peer) -> Frames:
    made = bundle(attacker)
    made["operations"][0]["signature"] = base64.b64encode(bytes(64)).decode()
    return [push(attacker, made)]


def flipped(attacker: Attacker, _: Peer) -> Frames:
    made = bundle(attacker)
    made["operations"][0]["text"] = made["operations"][0]["text"].replace("hostile", "hostilf")
    return [push(attacker, made)]


def re_signed(attacker: Attacker, peer: Peer) -> Frames:
    """A bundle of the home with another value, signed by somebody of the attacker's."""
    theirs = json.loads(peer.bundles[0]["header"]) if peer.bundles else {"site_key": attacker.target.key}
    header = {**json.loads(bundle(attacker)["header"]), **theirs, "bundle_id": new_id(), "count": 1, "undoes": None}
    made = attacker.chain.sign(header, [set_field(new_id(), attacker.target.table, "title", "forged")])
    return [push(attacker, made)]


def spelled_otherwise(attacker: Attacker, _: Peer) -> Frames:
    made = bundle(attacker)
    made["header"] = json.dumps(json.loads(made["header"]))
    return [push(attacker, made)]


def forged_certificate(attacker: Attacker, _: Peer) -> Frames:
    """A certificate in the name of the home, which the attacker has sealed."""
    made = certificate(attacker.site, attacker.signer, Signer().public, "Mara", site_key=attacker.target.key)
    return [push(attacker, keys=[made])]


def sealed_wrongly(attacker: Attacker, _: Peer) -> Frames:
    made = certificate(attacker.site, attacker.signer, Signer().public, "Mara")
    return [push(attacker, keys=[{**made, "seal": base64.b64encode(bytes(64)).decode()}])]


def many_certificates(attacker: Attacker, _: Peer) -> Frames:
    return [push(attacker, keys=[attacker.chain.keys[0]] * 5_000)]


def out_of_time(ahead: int) -> Builder:
    """A bundle whose clock is so many milliseconds ahead, which is as if nobody had sent it."""

    def build(attacker: Attacker, _: Peer) -> Frames:
        chain = copy.copy(attacker.chain)
        chain.last = milliseconds() + ahead
        return [
            push(
                attacker,
                chain.make(set_field(new_id(), attacker.target.table, "title", "late"), number=900, prev=NOBODY),
            )
        ]

    return build


def with_null(attacker: Attacker, _: Peer) -> Frames:
    """A value that no column of PostgreSQL takes."""
    return [push(attacker, attacker.chain.make(set_field(new_id(), attacker.target.table, "title", "a\0b")))]


def unread_answers(attacker: Attacker, _: Peer) -> Frames:
    """More requests than may wait, whose answers nobody reads."""
    return [ask(attacker, "digests.get")] * 400


AFTER: Final[dict[str, tuple[Builder, tuple[int, ...]]]] = {
    "an unknown method": (asking("x.y"), (STAYS_OPEN,)),
    "an unknown member": (asking("digests.get", a=1), (BAD,)),
    "hello again": (lambda attacker, peer: [request("hello", peer.hello(), 70_001)], (STAYS_OPEN,)),
    "a proof again": (lambda attacker, peer: [request("prove", {"proof": peer.proof()}, 70_002)], (STAYS_OPEN,)),
    "a binary frame": (raw(b"abc"), (BAD,)),
    "a member that is there twice": (
        raw('{"jsonrpc":"2.0","id":70003,"id":70004,"method":"digests.get","params":{}}'),
        (STAYS_OPEN,),
    ),
    "an answer that nobody asked for": (raw('{"jsonrpc": "2.0", "id": 77777, "result": {}}'), (BAD,)),
    "an error that nobody asked for": (raw('{"jsonrpc":"2.0","id":77777,"error":{"code":1,"message":"x"}}'), (BAD,)),
    "an answer and a request in one": (
        raw('{"jsonrpc":"2.0","id":1,"result":{},"method":"state","params":{}}'),
        (BAD,),
    ),
    "a frame far too large": (raw("x" * (19 * 1024 * 1024)), (TOO_LARGE,)),
    "a block that is none": (asking("digests.get", block="zz"), (BAD,)),
    "a block in capitals": (asking("digests.get", block="FF"), (BAD,)),
    "no file": (asking("blob.get"), (BAD,)),
    "a path as a file": (asking("blob.get", blake3="../../etc/passwd"), (BAD,)),
    "a file that nobody named": (asking("blob.get", blake3=NOBODY), (STAYS_OPEN,)),
    "a file by two hashes": (asking("blob.get", blake3=NOBODY, sha256=NOBODY), (BAD,)),
    "a text of the record, without copies": (asking("blob.get", sha256=NOBODY), (STAYS_OPEN,)),
    "a place before the file": (asking("blob.get", blake3=NOBODY, offset=-1), (BAD,)),
    "a place far behind the file": (asking("blob.get", blake3=NOBODY, offset=2**63), (STAYS_OPEN, BAD)),
    "texts without copies": (asking("texts.get", hashes=[NOBODY]), (STAYS_OPEN,)),
    "too many texts": (asking("texts.get", hashes=[NOBODY] * 51), (BAD,)),
    "events of somebody who is not home": (
        asking("events.push", site=str(uuid4()), events=[], checkpoint=None, head={"seq": 1, "hash": NOBODY}),
        (STAYS_OPEN,),
    ),
    "events without a site": (asking("events.push", events=[], checkpoint=None, head=None), (BAD,)),
    "a thousand unknown sites": (stating(clock=clock_of(1_000)), (STAYS_OPEN,)),
    "more sites than there can be": (stating(clock=clock_of(5_000)), (BAD,)),
    "a negative number in a clock": (stating(clock={NOBODY: [hlc(1), -1, NOBODY]}), (BAD,)),
    "a number too large in a clock": (stating(clock={NOBODY: [hlc(1), 2**63, NOBODY]}), (BAD,)),
    "the largest HLC": (stating(clock={NOBODY: ["f" * 24, 1, NOBODY]}), (STAYS_OPEN, BAD)),
    "bundles of home that it has not written": (
        lambda attacker, peer: [
            ask(
                attacker,
                "state",
                **{**peer.state(), "clock": {attacker.target.key: [hlc(milliseconds()), 10**6, NOBODY]}},
            )
        ],
        (STAYS_OPEN,),
    ),
    "a clock that is a list": (stating(clock=[]), (BAD,)),
    "a time that is negative": (stating(now=-5), (BAD,)),
    "a time far too large": (stating(now=10**30), (BAD,)),
    "a record that is none": (stating(record={"a": 1}), (BAD,)),
    "many held": (stating(held={f"{number:064x}": [1, NOBODY] for number in range(5_000)}), (BAD,)),
    "sites without a form": (stating(admitted=[{}]), (BAD,)),
    "fifty sites that nobody has": (stating(admitted=[introduced()] * 50), (STAYS_OPEN,)),
    "thousands of sites that nobody has": (stating(admitted=[introduced()] * 3_000), (BAD,)),
    "a site with half a character": (stating(admitted=[introduced(name="\ud800")]), (BAD,)),
    "a site with a null": (stating(admitted=[introduced(name="a\0")]), (BAD,)),
    "a wrong signature": (wrongly_signed, (BAD,)),
    "a flipped character": (flipped, (BAD,)),
    "a bundle of home, signed by another": (re_signed, (BAD, STAYS_OPEN)),
    "a value with a null": (with_null, (BAD,)),
    "a header spelled otherwise": (spelled_otherwise, (BAD,)),
    "a certificate in the name of home": (forged_certificate, (BAD, STAYS_OPEN)),
    "a certificate sealed by nobody": (sealed_wrongly, (BAD, STAYS_OPEN)),
    "more certificates than fit": (many_certificates, (BAD,)),
    "a hole in the chain": (pushing(number=70, prev=NOBODY), (STAYS_OPEN,)),
    "a negative number": (pushing(number=-1), (BAD,)),
    "number 2^53": (pushing(number=2**53), (BAD,)),
    "a count that is not so": (pushing(count=10**9), (BAD,)),
    "a bundle of another project": (pushing(project=new_id()), (BAD,)),
    "a clock that has seen the largest HLC": (pushing(saw={NOBODY: "f" * 24}), (BAD,)),
    "too many bundles at once": (lambda attacker, _: [push(attacker, *[bundle(attacker)] * 2_000)], (BAD,)),
    "an hour ahead, with a hole": (out_of_time(3_600_000), (STAYS_OPEN,)),
    "years ago, with a hole": (out_of_time(-(10**12)), (STAYS_OPEN,)),
    "a rest that is negative": (lambda attacker, _: [push(attacker, remaining=-1)], (BAD,)),
    "a rest far too large": (lambda attacker, _: [push(attacker, remaining=10**30)], (BAD,)),
    "requests by the hundred": (unread_answers, (TOO_MANY,)),
}
