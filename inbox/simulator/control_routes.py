"""The table of the control side, and the addresses of what it is about."""

from inbox.simulator.routing import Routes

routes = Routes()
NUMBER = "/simulator/numbers/{number}"
CUSTOMER = NUMBER + "/customers/{key}"
