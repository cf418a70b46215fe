"""Everything that writes modules, rules and scripts."""
