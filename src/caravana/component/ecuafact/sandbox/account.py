"""The account that the imitation plays, with every switch of its behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from caravana.kit.sandbox_settings import SandboxSettings

VERSIONS = ("b6", "1.0")


@dataclass
class Account(SandboxSettings):
    """One account with one taxpayer. Delays are in seconds of the sandbox's clock.

    - `api_key`: X-Api-Key; `contract`: `b6` or `1.0`; `ruc`: of the taxpayer; `business`, `address`: his profile
    - `webhook_url`, `webhook_secret`: where events go, and what signs them; `signature_age`: how old a signature is then
    - `queue_for`, `file_after`: until an operation leaves the queue, and is filed at the SRI
    - `unknown_for`: so long after that its result is unknown
    - `first`: the number that it gives first in each series; `renumber`: a number that the caller sends is not taken
    - `clave_at_once`: contract 1.0 names the clave in the 202 (1002 in place of 1001)
    - `quota`: documents left; `limited`: so many calls to come are one too many (429 with 104, Retry-After 2)
    - `public_url`: its own address when it stands behind another one
    """

    api_key: str = "sandbox-key-123"
    contract: str = "b6"
    ruc: str = "1790016919001"
    business: str = "EMPRESA XYZ S.A."
    address: str = "AV. INVENTADA 1, QUITO"
    webhook_url: str = ""
    webhook_secret: str = "whsec_c2FuZGJveC1zYW5kYm94LXNhbmRib3g="  # noqa: S105 -- of the imitation
    signature_age: float = 0.0
    queue_for: float = 1.0
    file_after: float = 2.0
    unknown_for: float = 0.0
    first: int = 1
    renumber: bool = False
    clave_at_once: bool = False
    quota: int = 1_000_000
    limited: int = 0
    public_url: str = ""

    def change(self, values: Mapping[str, Any]) -> None:
        """Set some fields. Raises `ValueError` also for a `contract` that there is not."""
        if values.get("contract", self.contract) not in VERSIONS:
            raise ValueError(f"`contract` is one of {', '.join(VERSIONS)}")
        super().change(values)

    @property
    def identification(self) -> str:
        """How addresses name the taxpayer."""
        return self.ruc[:10] if self.contract == "b6" else self.ruc
