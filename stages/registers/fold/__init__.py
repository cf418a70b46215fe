"""The pure core of the registers: operations in; state, conflicts and state hash out.

Nothing here knows a model, a request or a database. The modules, from what is signed to what is shown:

- `hlc`, `clocks`, `ids`, `members`, `values`, `texts`, `ordering`, `payloads`, `headers`, `operations`, `signatures`,
  `bundles`: the texts that sites exchange, and what makes one of them malformed;
- `effects`, `facts`, `identity`, `documents`, `lives`, `views`, `digests`: what operations mean, and what of it is
  shown and hashed;
- `definition`: the state as it is defined, from all operations at once;
- `storage`, `refreshing`, `increment`: the same state after each bundle, on tables;
- `deltas`, `acts`, `stacks`, `past`, `since`, `undo`: what people do and take back, as payloads.

What is hashed is listed in docs/adr/0036-what-registers-hash.md.
"""
