"""How results look: each view is a function from data to text. Nothing here prints."""
