"""The SRI's imitation: reception and authorisation of one environment, and a certification authority for certificates to try."""

import dataclasses
from collections.abc import Mapping

from caravana.component.sri.sandbox.certificates import CertificationAuthority, Issued, to_p12
from caravana.component.sri.sandbox.sandbox import SriSandbox
from caravana.component.sri.sandbox.service import Service
from caravana.kit.clock import Clock

__all__ = ["NAME", "PORT", "SETTINGS", "CertificationAuthority", "Issued", "Service", "SriSandbox", "build", "to_p12"]

NAME = "sri"
PORT = 18078
SETTINGS = tuple(one.name for one in dataclasses.fields(Service))


def build(clock: Clock, settings: Mapping[str, str]) -> SriSandbox:
    """Return the imitation. `settings`: texts for the fields of `Service` (`ruc`, `folder`, `decided_after`, …).

    Raises `ValueError` for a setting that `Service` does not have or cannot read.
    """
    return SriSandbox(clock=clock, name=NAME, service=Service.read(settings))
