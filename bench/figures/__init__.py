"""The figures p1 to p19, n1 to n4 and d4 to d6 of docs/benchmarks.md, a module for what is measured together."""
