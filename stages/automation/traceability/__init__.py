"""The traceability of a release: which requirements, risks, test cases and passages are linked, and what is missing."""
