"""The agents' pages: how they work here, where one stands in a conversation, and why it spoke."""
