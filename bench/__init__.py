"""How quick the commands are, as ratios to git and Python themselves, measured side by side in one run."""
