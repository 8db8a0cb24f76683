"""What may be done with a credit, why, in words, and how sure; and what was decided of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from caravana.commerce.matching.candidate import Item
from caravana.commerce.matching.payer import Knowing, Payer
from caravana.commerce.matching.reference import Mention, Strength


class Fit(StrEnum):
    """How the amount stands to the invoices."""

    EXACT = "exact"
    COMBINED = "combined"
    NET = "net_of_withholding"
    FEE = "fee"
    PART = "part"
    SURPLUS = "surplus"
    UNAPPLIED = "unapplied"
    """On the customer's account, for no invoice."""


class Rule(StrEnum):
    """Which rule proposes it."""

    STRUCTURED = "structured_reference"
    REFERENCE = "reference"
    PAYER = "payer_and_amount"
    COMBINATION = "payer_and_combination"
    WITHHOLDING = "net_of_withholding"
    AMOUNT = "amount_alone"


OF_REFERENCE: Mapping[Strength, int] = {
    Strength.STRUCTURED: 60, Strength.FULL: 50, Strength.REBUILT: 42, Strength.BARE: 28, Strength.CUT: 24,
}  # fmt: skip
OF_PAYER: Mapping[Knowing, int] = {
    Knowing.TAX_ID: 34, Knowing.ACCOUNT: 33, Knowing.LEARNED: 31, Knowing.NAME: 30, Knowing.LIKE: 12,
}  # fmt: skip
OF_FIT: Mapping[Fit, int] = {
    Fit.EXACT: 36, Fit.COMBINED: 28, Fit.NET: 24, Fit.FEE: 20, Fit.SURPLUS: 8, Fit.PART: 6, Fit.UNAPPLIED: 0,
}  # fmt: skip
_CONTRADICTED = 12
"""Points that go off when somebody else is sure to have paid."""
_AMOUNT_ALONE = 16
"""Points that go off when nothing but the amount speaks for it."""
_HIGHEST = 100
Words = tuple[str, str]
"""A reason in Spanish and in English."""


@dataclass(frozen=True)
class Share:
    """What of the credit goes to one invoice, in minor units."""

    item: Item
    amount: int


@dataclass(frozen=True)
class Proposal:
    """The credit pays `shares`; what is left of it stays the customer's credit.

    - `mention`, `payer`, `fit`: the evidence; `contradicted`: who else is sure to have paid
    - `details`: what more is to be said, in words (percentages withheld)
    - `doubtful`: so many sets of invoices were tried that one may fit by chance
    """

    rule: Rule
    shares: tuple[Share, ...]
    fit: Fit
    amount: int
    mention: Mention | None = None
    payer: Payer | None = None
    contradicted: str | None = None
    details: tuple[Words, ...] = ()
    doubtful: bool = False

    @property
    def customer(self) -> int:
        """Whose invoices they are; without any, who paid."""
        if self.shares:
            return self.shares[0].item.customer
        assert self.payer is not None
        return self.payer.customer

    @property
    def what(self) -> frozenset[tuple[int, int]]:
        """What would be done, whatever the reason: invoice and amount."""
        return frozenset((one.item.id, one.amount) for one in self.shares)

    @property
    def surplus(self) -> int:
        """What is left of the credit."""
        return self.amount - sum(one.amount for one in self.shares)

    @property
    def score(self) -> int:
        """How likely it is, 0 to 100."""
        points = OF_FIT[self.fit]
        points += OF_REFERENCE[self.mention.strength] if self.mention is not None else 0
        points += OF_PAYER[self.payer.knowing] if self.payer is not None else 0
        points -= _CONTRADICTED if self.contradicted else 0
        points -= _AMOUNT_ALONE if self.rule is Rule.AMOUNT else 0
        return max(0, min(_HIGHEST, points))

    def reasons(self, language: str = "es") -> list[str]:
        """Return the reasons in words, `es` or `en`."""
        return [one[0 if language == "es" else 1] for one in self._reasons()]

    def _reasons(self) -> list[Words]:
        said = [_MENTION[self.mention.strength](self.mention)] if self.mention is not None else []
        if self.payer is not None:
            said.append(_PAYER[self.payer.knowing](self.payer))
        if self.contradicted:
            said.append(
                (f"parece que pagó otro: {self.contradicted}", f"somebody else seems to have paid: {self.contradicted}")
            )
        return [*said, _FIT[self.fit], *self.details]

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able values; amounts in minor units."""
        return {
            "rule": self.rule.value,
            "score": self.score,
            "fit": self.fit.value,
            "customer": self.customer,
            "invoices": [
                {"id": one.item.id, "number": one.item.number, "amount": one.amount, "residual": one.item.residual}
                for one in self.shares
            ],
            "surplus": self.surplus,
            "evidence": {
                "reference": None if self.mention is None else self.mention.strength.name.lower(),
                "payer": None if self.payer is None else self.payer.knowing.name.lower(),
                "contradicted": self.contradicted,
            },
            "reasons": {"es": self.reasons("es"), "en": self.reasons("en")},
        }


@dataclass(frozen=True)
class Decision:
    """What is to be done with a credit: its best proposal by itself (`automatic`), or a person chooses.

    `why`: why a person is asked, in words; `margin`: points between the best proposal and the next.
    """

    key: str
    proposals: tuple[Proposal, ...] = ()
    automatic: bool = False
    why: Words = field(default=("", ""))

    @property
    def best(self) -> Proposal | None:
        """The best proposal."""
        return self.proposals[0] if self.proposals else None

    @property
    def margin(self) -> int | None:
        """Points between the best and the next; None without a next."""
        return self.proposals[0].score - self.proposals[1].score if len(self.proposals) > 1 else None

    def as_json(self) -> dict[str, Any]:
        """Return JSON-able values."""
        return {
            "key": self.key,
            "automatic": self.automatic,
            "why": {"es": self.why[0], "en": self.why[1]},
            "margin": self.margin,
            "proposals": [one.as_json() for one in self.proposals],
        }


_MENTION: Mapping[Strength, Any] = {
    Strength.STRUCTURED: lambda one: (
        f"trae la referencia de pago {one.text}",
        f"it carries the payment reference {one.text}",
    ),
    Strength.FULL: lambda one: (f"nombra la factura {one.item.number}", f"it names the invoice {one.item.number}"),
    Strength.REBUILT: lambda one: (
        f"nombra la factura {one.item.number}, escrita «{one.text}»",
        f"it names the invoice {one.item.number}, written “{one.text}”",
    ),
    Strength.BARE: lambda one: (
        f"trae el número «{one.text}», como la factura {one.item.number}",
        f"it carries the number “{one.text}”, as the invoice {one.item.number} does",
    ),
    Strength.CUT: lambda one: (
        f"trae el comienzo «{one.text}» de la factura {one.item.number}",
        f"it carries the beginning “{one.text}” of the invoice {one.item.number}",
    ),
}
_PAYER: Mapping[Knowing, Any] = {
    Knowing.TAX_ID: lambda one: (
        f"la cédula o el RUC {_masked(one.told)} es del cliente",
        f"the tax id {_masked(one.told)} is the customer's",
    ),
    Knowing.ACCOUNT: lambda one: (
        f"la cuenta {_masked(one.told)} es del cliente",
        f"the account {_masked(one.told)} is the customer's",
    ),
    Knowing.LEARNED: lambda one: (
        "este ordenante ya pagó por el cliente, según decidió una persona",
        "this payer has paid for the customer before, as a person decided",
    ),
    Knowing.NAME: lambda one: (f"el nombre coincide: {one.told}", f"the name agrees: {one.told}"),
    Knowing.LIKE: lambda one: (f"el nombre se parece: {one.told}", f"the name is alike: {one.told}"),
}
_FIT: Mapping[Fit, Words] = {
    Fit.EXACT: ("el valor es exactamente el saldo", "the amount is exactly what is open"),
    Fit.COMBINED: ("el valor es la suma exacta de los saldos", "the amount is the exact sum of what is open"),
    Fit.NET: (
        "pagado neto de retención; el resto queda abierto hasta que llegue el comprobante",
        "paid net of withholding; the rest stays open until its document arrives",
    ),
    Fit.FEE: (
        "falta poco, como una comisión del banco; el resto queda abierto",
        "a little is missing, as a bank's fee; the rest stays open",
    ),
    Fit.PART: ("es un abono: el resto queda abierto", "it is a part: the rest stays open"),
    Fit.SURPLUS: ("sobra dinero, que queda a favor del cliente", "it is more: the rest stays the customer's credit"),
    Fit.UNAPPLIED: ("a favor del cliente, sin factura", "the customer's credit, for no invoice"),
}


def _masked(number: str) -> str:
    """The last four signs: accounts and ids are personal."""
    return f"…{number[-4:]}"
