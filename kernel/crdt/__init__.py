"""Texts that many people write at once: changes by position, the strict reader of Yjs updates, and the document."""
