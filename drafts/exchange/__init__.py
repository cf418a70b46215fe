"""Import and export: runnable payloads, whole projects as files, git histories."""
