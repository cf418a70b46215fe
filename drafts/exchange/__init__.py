"""Text that comes in from elsewhere and goes out again: payloads, whole projects as files, git histories."""
