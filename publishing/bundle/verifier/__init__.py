"""The verifier of bundles, in parts that import each other, the standard library, and what it shares with the server.

`assembly` joins them into the file `verify.py` of every bundle, with `audit.derivation` (deriving the files from the
events), `publishing.quorum` (when a policy is met), and the pattern of `kernel.invisible`.
"""
