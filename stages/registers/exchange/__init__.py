"""Tables as files for spreadsheets: CSV and TSV, read with the problems of every row, and written."""
