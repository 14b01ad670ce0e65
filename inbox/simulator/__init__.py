"""A local WhatsApp: Graph API for the business, phones for the customers, and bad weather.

It knows nothing of Django or of the product; both talk to it over HTTP, as to Meta. Run it with
`python -m inbox.simulator --database FILE`, or in a test with `simulator.running()`.
"""

from inbox.simulator.client import SimulatorClient, SimulatorRefused
from inbox.simulator.server import running

__all__ = ["SimulatorClient", "SimulatorRefused", "running"]
