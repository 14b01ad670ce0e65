"""The other side of a benchmark: small programs, each a process; `started` runs them."""
