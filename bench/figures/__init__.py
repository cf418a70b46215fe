"""The figures p1 to p13 of design page 7, a module for what is measured together."""
