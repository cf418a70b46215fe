"""Whether the registers are what was signed: the log, its keys, and what follows from it (control c02)."""
