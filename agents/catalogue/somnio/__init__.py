"""Somnio: the agent that sells the sleep elixir."""
