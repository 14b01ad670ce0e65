"""A running simulator and a registered business, both over real HTTP."""

from collections.abc import Iterator

import pytest

from inbox import simulator
from inbox.simulator import SimulatorClient
from inbox.simulator.tests.business import Business, listening


@pytest.fixture
def sim() -> Iterator[SimulatorClient]:
    """A simulator with an empty world."""
    with simulator.running() as client:
        yield client


@pytest.fixture
def shop(sim: SimulatorClient) -> Iterator[Business]:
    """A business with a registered number and a listening webhook."""
    with listening(sim) as business:
        business.register()
        yield business


@pytest.fixture(autouse=True)
def _own_data_folder() -> None:
    """Stand in for the product's fixture of that name: the simulator has no Django settings."""
