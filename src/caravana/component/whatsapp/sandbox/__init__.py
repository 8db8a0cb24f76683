"""Meta's imitation: Graph API of one business with WhatsApp, page, Instagram and catalogue, and a page to play the customer."""

import dataclasses
from collections.abc import Mapping

from caravana.component.whatsapp.sandbox.account import Account
from caravana.component.whatsapp.sandbox.customer import Customer
from caravana.component.whatsapp.sandbox.door import ErrorFault
from caravana.component.whatsapp.sandbox.messages import StatusPlan
from caravana.component.whatsapp.sandbox.sandbox import FIELDS, MetaSandbox
from caravana.component.whatsapp.sandbox.visitor import Visitor
from caravana.component.whatsapp.sandbox.webhook import DeliveryPlan
from caravana.kit.clock import Clock

__all__ = [
    "FIELDS",
    "NAME",
    "PORT",
    "SETTINGS",
    "Account",
    "Customer",
    "DeliveryPlan",
    "ErrorFault",
    "MetaSandbox",
    "StatusPlan",
    "Visitor",
    "build",
]

NAME = "meta"
PORT = 18076
SETTINGS = tuple(one.name for one in dataclasses.fields(Account))


def build(clock: Clock, settings: Mapping[str, str]) -> MetaSandbox:
    """Return the imitation. `settings`: texts for the fields of `Account` (`token`, `whatsapp_url`, `window`, …).

    Raises `ValueError` for a setting that `Account` does not have or cannot read.
    """
    return MetaSandbox(clock=clock, name=NAME, account=Account.read(settings))
