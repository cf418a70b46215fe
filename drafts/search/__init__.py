"""Search in a project: the texts of current and past versions, line by line, and the comments."""
