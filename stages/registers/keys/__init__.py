"""The keys under which accounts sign, with the certificates by which a site says whose they are."""

from stages.registers.keys.signing import (
    ActorSigner,
    MissingKey,
    enrol,
    own_site_key,
    read_signer,
    record_enrolment,
    signer_query,
)

__all__ = [
    "ActorSigner",
    "MissingKey",
    "enrol",
    "own_site_key",
    "read_signer",
    "record_enrolment",
    "signer_query",
]
