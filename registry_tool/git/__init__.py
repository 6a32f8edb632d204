"""The one package that speaks git."""
