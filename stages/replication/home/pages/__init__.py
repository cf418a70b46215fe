"""*At home*: the pages of the copied record, which only show."""
