"""The pure core of the registers: operations in; state, conflicts and state hash out.

Nothing here knows a model, a request or a database. The modules, from what is signed to what is shown:

- `hlc`, `clocks`, `ids`, `members`, `values`, `texts`, `ordering`, `payloads`, `headers`, `operations`, `signatures`,
  `bundles`: the texts that sites exchange, and what makes one of them malformed.
"""
