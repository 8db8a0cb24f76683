"""The contract of components, for `timer:`."""

from caravana.component.timer import TimerComponent
from caravana.testing import ComponentContract


class TestTimer(ComponentContract):
    """`timer:`."""

    component = TimerComponent
    addresses = ("timer:a", "timer:b?period=5s&repeatCount=2")
