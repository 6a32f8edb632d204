"""What a user can do with a registry: one function for each, with nothing printed and nothing assumed.

A module for each group of commands, so that registering does not load what reading needs.
"""
