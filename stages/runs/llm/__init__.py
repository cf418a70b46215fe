"""The model clients: one request to a provider at a time, through its official SDK, without tables and retries."""
