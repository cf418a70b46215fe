"""The base of all REST endpoints: strict bodies and queries, problem details, pages of results, OpenAPI."""
