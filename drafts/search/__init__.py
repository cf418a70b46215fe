"""Search in a project: the text of current and past versions, line by line, and what was said about them."""
