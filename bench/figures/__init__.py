"""The figures p1 to p19, n1 to n4, d4 to d6, s1 to s3 of docs/benchmarks.md: a module for what is measured at once."""
