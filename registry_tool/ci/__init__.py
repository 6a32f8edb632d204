"""The CI table: which one is meant, what its items say, and how the registry is carried into it."""
