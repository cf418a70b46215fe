"""Changes of records in proposals: the kind `record`. What is accepted becomes one bundle of whoever accepts it."""
