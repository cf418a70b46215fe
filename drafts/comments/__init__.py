"""Comments on a version, a field and a range of lines: threads that are answered, resolved, reopened, withdrawn."""
