"""The machinery: knows nothing of marketing."""
