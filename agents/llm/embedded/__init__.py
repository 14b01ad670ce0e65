"""Understand customers without a model: examples, rules and similarity. No key, no network."""
