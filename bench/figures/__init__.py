"""The figures p1 to p13 of docs/benchmarks.md, a module for what is measured together."""
