"""The figures p1 to p19 and n1 to n4 of docs/benchmarks.md, a module for what is measured together."""
