"""What differs between two versions: pure functions over texts and JSON, and one module that reads the database.

`versions.compare_drafts` compares two drafts; `text.compare_texts` and `documents.compare_documents` compare two
contents. `rows` arranges a text difference for display. `apply_hunks` and `apply_changes` turn the old content into the
new one.
"""
