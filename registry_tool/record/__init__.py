"""What a record is: its fields, its key, its place, its canonical bytes, and how two of them differ."""
