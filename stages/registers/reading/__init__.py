"""What is read of registers: rows of tables, records with their history, conflicts, and traceability."""
