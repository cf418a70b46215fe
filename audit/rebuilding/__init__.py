"""Tables rebuilt from the events that tell of them, to be compared with what the database holds."""
