"""What differs between two versions: pure functions over texts and JSON, and one module that reads the database.

`versions.compare_drafts` compares two drafts; `text.compare_texts` and `documents.compare_documents` two contents.
`rows` lays a text difference out for reading. `apply_hunks` and `apply_changes` lead from the old content to the new.
"""
