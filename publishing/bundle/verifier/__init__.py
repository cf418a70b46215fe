"""The verifier of bundles, in parts that import each other, the standard library, and what it shares with the server.

`assembly` joins them into the one file `verify.py` that every bundle carries, with `audit.derivation` (what the files
say), `publishing.quorum` (when a policy is met), and the pattern of `kernel.invisible`.
"""
