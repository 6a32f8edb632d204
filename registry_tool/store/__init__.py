"""The git repository that holds a registry: finding it, reading it, writing to it, keeping it sound."""
