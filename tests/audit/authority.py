"""A small RFC 3161 time-stamping authority: its own certificates, DER by hand, HTTP on a free port."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from rfc3161_client._rust import parse_timestamp_request

SEQUENCE, SET, INTEGER, OCTETS, OID, TIME, ZERO = 0x30, 0x31, 0x02, 0x04, 0x06, 0x18, 0xA0
SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
SHA256, ECDSA_SHA256 = "2.16.840.1.101.3.4.2.1", "1.2.840.10045.4.3.2"
CONTENT_TYPE, DIGEST, CERTIFICATE_V2 = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.16.2.47"


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (size if len(body) < 128 else bytes([0x80 | len(size)]) + size) + body


def integer(number: int) -> bytes:
    return der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    body = bytes([40 * first + second])
    for number in rest:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.insert(0, number & 0x7F | 0x80)
        body += bytes(groups)
    return der(OID, body)


def set_of(*parts: bytes) -> bytes:
    return der(SET, *sorted(parts))


@dataclass
class Authority:
    """Stamps what it is asked to, or, where it lies, something else."""

    lies: bool = False
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._root_key, self._key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Test root", self._root_key, "Test root", is_root=True)
        self._leaf = self._certificate("Test authority", self._key, "Test root", is_root=False)

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(Encoding.PEM)

    def _certificate(
        self, name: str, key: ec.EllipticCurvePrivateKey, issuer: str, *, is_root: bool
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        named = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
        usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment"), False)
        usage |= dict.fromkeys(("key_agreement", "encipher_only", "decipher_only"), False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(named[0])
            .issuer_name(named[1])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage),
                critical=True,
            )
        )
        if not is_root:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        return builder.sign(self._root_key, hashes.SHA256())

    def answer(self, asked: bytes) -> bytes:
        """The DER answer to a DER request."""
        self.asked.append(asked)
        request = parse_timestamp_request(asked)
        digest = b"\0" * 32 if self.lies else request.message_imprint.message
        info = der(
            SEQUENCE,
            integer(1),
            oid("1.2.3.4.1"),
            der(SEQUENCE, der(SEQUENCE, oid(SHA256)), der(OCTETS, digest)),
            integer(len(self.asked)),
            der(TIME, datetime.now(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
            *([integer(request.nonce)] if request.nonce is not None else []),
        )
        return der(SEQUENCE, der(SEQUENCE, integer(0)), self._signed(info))

    def _signed(self, info: bytes) -> bytes:
        leaf = self._leaf.public_bytes(Encoding.DER)
        named = der(SEQUENCE, der(SEQUENCE, der(SEQUENCE, der(OCTETS, hashlib.sha256(leaf).digest()))))
        attributes = set_of(
            der(SEQUENCE, oid(CONTENT_TYPE), der(SET, oid(TST_INFO))),
            der(SEQUENCE, oid(DIGEST), der(SET, der(OCTETS, hashlib.sha256(info).digest()))),
            der(SEQUENCE, oid(CERTIFICATE_V2), der(SET, named)),
        )
        signature = self._key.sign(attributes, ec.ECDSA(hashes.SHA256()))
        signer = der(
            SEQUENCE,
            integer(1),
            der(SEQUENCE, self._leaf.issuer.public_bytes(), integer(self._leaf.serial_number)),
            der(SEQUENCE, oid(SHA256)),
            bytes([ZERO]) + attributes[1:],
            der(SEQUENCE, oid(ECDSA_SHA256)),
            der(OCTETS, signature),
        )
        data = der(
            SEQUENCE,
            integer(3),
            der(SET, der(SEQUENCE, oid(SHA256))),
            der(SEQUENCE, oid(TST_INFO), der(ZERO, der(OCTETS, info))),
            der(ZERO, leaf),
            der(SET, signer),
        )
        return der(SEQUENCE, oid(SIGNED_DATA), der(ZERO, data))

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Answer over HTTP; the address is given."""
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = self.rfile.read(int(self.headers["Content-Length"]))
                answer = authority.answer(asked)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
