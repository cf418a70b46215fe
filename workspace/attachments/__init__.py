"""Files beside the record, on the pages: what is attached, and how more comes."""
