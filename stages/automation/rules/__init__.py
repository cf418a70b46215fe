"""Rules: which records of a table are also in another one, and what is filled in there. Pure functions.

`parsing` reads a definition, `watching` says what a rule watches and writes, `graph` orders rules and finds cycles,
`matching` and `applying` evaluate them on whatever answers `reading.Reader`, and `sentences` says them in words.
"""
