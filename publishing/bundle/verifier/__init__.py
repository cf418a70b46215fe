"""The verifier of bundles, in parts that import nothing but each other and the standard library.

`assembly` joins them into the one file `verify.py` that every bundle carries.
"""
