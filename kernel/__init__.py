"""What every app may use: errors, strict and canonical JSON, transactions, text checks. No tables, no rules."""
