"""Reading the past: what was registered, by whom, what changed, and whether a secret was ever committed."""
