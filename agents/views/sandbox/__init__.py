"""The sandbox: where people try agents, see why they answer, and go back to try it otherwise."""
