"""Tables rebuilt from the events about them, to be compared with what the database holds."""
