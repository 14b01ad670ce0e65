"""The inbox's pages: the list, the open conversation and its pieces, and the simulated phone."""
