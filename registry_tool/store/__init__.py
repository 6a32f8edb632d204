"""The git repository that holds a registry."""
