"""One transfer of each kind, and what is right to do with it. Knows nothing of the matcher."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from bench.matching import memo
from bench.matching.people import Customer, person_name
from bench.matching.world import TODAY, Books, Invoice

_SAYS_NOTHING = frozenset({"", "PAGO", "PAGO FACTURAS", "PAGO VARIAS FACT", "ABONO", *memo.WORDS})
INCOME_TAX = (1.0, 1.75, 2.0, 2.75, 8.0, 10.0)
IVA = (0, 10, 20, 30, 50, 70, 100)
FEES = (25, 27, 36, 41, 50, 54, 100, 179, 200, 350)


@dataclass(frozen=True)
class Right:
    """What is right: the invoices with the cents that go to each. Empty: nothing may be posted."""

    pays: frozenset[tuple[int, int]] = frozenset()
    unique: bool = True

    @property
    def wanted(self) -> bool:
        """Whether exactly one answer is right."""
        return bool(self.pays) and self.unique


@dataclass(frozen=True)
class Transfer:
    """Money in, as a bank tells it, in cents. `again`: number of the transfer that it tells again."""

    number: int
    kind: str
    amount: int
    day: date
    lines: tuple[str, ...]
    name: str | None
    account: str | None
    tax_id: str | None
    right: Right
    customer: int | None
    again: int | None = None


class Scenes:
    """Makes transfers, each about invoices that no other is about."""

    def __init__(self, random: Random, books: Books) -> None:
        """`books`: the company's."""
        self._random = random
        self._books = books
        self._used: set[int] = set()
        self._made = 0
        people = [one for one in books.world.customers if books.world.of[one.id]]
        self._turn = random.sample(people, len(people))

    def _invoice(self) -> tuple[Customer, Invoice]:
        """An invoice that no transfer is about yet."""
        while True:
            whose = self._random.choice(self._turn)
            left = [one for one in self._books.world.of[whose.id] if one.id not in self._used]
            if left:
                chosen = self._random.choice(left)
                self._used.add(chosen.id)
                return whose, chosen

    def _transfer(
        self,
        kind: str,
        whose: Customer | None,
        amount: int,
        parts: tuple[str, ...],
        right: Right,
        *,
        named: float = 0.7,
        width: int | None = None,
    ) -> Transfer:
        """A transfer; `named`: how often the payer's name is told, in the field for it or in the purpose."""
        random = self._random
        name: str | None = None
        if whose is not None and random.random() < named:
            name = memo.shown(random, whose)
            if random.random() < 0.4:
                parts, name = (name, *parts) if random.random() < 0.6 else (*parts, name), None
        known = whose is not None and random.random() < 0.45
        tax_id = whose.tax_id if whose is not None and random.random() < 0.12 else None
        if tax_id and random.random() < 0.4:
            parts, tax_id = (*parts, f"RUC {tax_id}"), None
        self._made += 1
        day = TODAY + timedelta(days=random.randint(0, 6))
        text = memo.lines(random, *parts, width=width)
        account = whose.account if whose is not None and known else None
        told = bool(name or tax_id or (account and whose is not None and whose.account_known))
        right = replace(right, unique=right.unique and _legible(parts, text, kind, told=told))
        return Transfer(self._made, kind, amount, day, text, name, account, tax_id, right, whose.id if whose else None)

    def _alone(self, invoice: Invoice) -> bool:
        """Whether the customer has no other open invoice of that amount."""
        others = self._books.world.of[invoice.customer]
        return sum(one.residual == invoice.residual for one in others) == 1

    def full(self) -> list[Transfer]:
        """The whole number."""
        whose, one = self._invoice()
        number = memo.numbered(self._random, memo.full(self._random, one))
        return [self._transfer("full", whose, one.residual, (number,), _pays(one))]

    def mangled(self) -> list[Transfer]:
        """The number, split or spoiled."""
        whose, one = self._invoice()
        number = memo.numbered(self._random, memo.mangled(self._random, one))
        return [self._transfer("mangled", whose, one.residual, (number,), _pays(one))]

    def bare(self) -> list[Transfer]:
        """Only the running number."""
        whose, one = self._invoice()
        number = memo.numbered(self._random, memo.bare(self._random, one))
        return [self._transfer("bare", whose, one.residual, (number,), _pays(one))]

    def truncated(self) -> list[Transfer]:
        """The number cut at its end or its beginning; the name before it or in its own field."""
        whose, one = self._invoice()
        random, number = self._random, one.number
        cut = number[: -random.randint(1, 4)] if random.random() < 0.65 else number[random.randint(2, 8) :]
        right = Right(_pays(one).pays, self._alone(one))
        name = memo.shown(random, whose)
        if random.random() < 0.75:
            made = self._transfer("truncated", whose, one.residual, (memo.numbered(random, cut),), right, named=0)
            return [replace(made, name=name if random.random() < 0.92 else None)]
        return [self._transfer("truncated", whose, one.residual, (name, memo.numbered(random, cut)), right, named=0)]

    def named(self) -> list[Transfer]:
        """No reference; the payer's name in his bank's order."""
        whose, one = self._invoice()
        right = Right(_pays(one).pays, self._alone(one))
        return [self._transfer("named", whose, one.residual, ("PAGO",), right, named=1)]

    def third_party(self) -> list[Transfer]:
        """Somebody else pays: a relative, a partner, at times another customer."""
        whose, one = self._invoice()
        random = self._random
        kind = random.random()
        number = (
            memo.full(random, one)
            if kind < 0.5
            else memo.mangled(random, one)
            if kind < 0.65
            else memo.bare(random, one)
        )
        parts = (memo.numbered(random, number), memo.shown(random, whose) if random.random() < 0.35 else "")
        made = self._transfer("third party", whose, one.residual, parts, _pays(one), named=0)
        if random.random() < 0.25:
            other = random.choice(self._turn)
            return [replace(made, name=memo.shown(random, other), account=other.account, tax_id=None)]
        given, surnames = person_name(random)
        return [replace(made, name=memo.plain(" ".join((*surnames, *given))).upper(), account=None, tax_id=None)]

    def net(self) -> list[Transfer]:
        """The customer withholds income tax of the base and a share of the IVA."""
        random = self._random
        while True:
            whose, one = self._invoice()
            rate, share = random.choice(INCOME_TAX), random.choice(IVA) if one.tax else 0
            kept = _share(one.base, rate) + _share(one.tax, share)
            if not whose.is_person and one.residual == one.total and kept:
                break
        number = random.random()
        parts = [
            memo.numbered(
                random, memo.full(random, one) if number < 0.3 else memo.bare(random, one) if number < 0.5 else ""
            )
        ]
        if random.random() < 0.3:
            parts.append(f"RET {random.choice(('', '001-001-'))}{random.randint(1, 9999):09d}")
        right = Right(frozenset({(one.id, one.total - kept)}), number < 0.5 or self._alone(one))
        return [
            self._transfer("net", whose, one.total - kept, tuple(parts), right, named=0.97 if number >= 0.5 else 0.75)
        ]

    def fee(self) -> list[Transfer]:
        """The bank kept its fee."""
        random = self._random
        while True:
            whose, one = self._invoice()
            fee = random.choice(FEES)
            if one.residual > 20 * fee:
                break
        number = random.random()
        text = (
            memo.full(random, one)
            if number < 0.45
            else memo.mangled(random, one)
            if number < 0.6
            else memo.bare(random, one)
        )
        parts = (memo.numbered(random, text if number < 0.8 else ""),)
        right = Right(frozenset({(one.id, one.residual - fee)}), number < 0.8 or self._alone(one))
        return [self._transfer("fee", whose, one.residual - fee, parts, right, named=0.85 if number < 0.8 else 1)]

    def combined(self) -> list[Transfer]:
        """Two to five invoices at once."""
        random = self._random
        while True:
            whose = random.choice(self._turn)
            left = sorted(
                (one for one in self._books.world.of[whose.id] if one.id not in self._used), key=lambda one: one.day
            )
            size = random.choices((2, 3, 4, 5), (50, 27, 15, 8))[0]
            if len(left) >= size:
                break
        chosen = left[:size] if random.random() < 0.5 else random.sample(left, size)
        self._used |= {one.id for one in chosen}
        listed = random.random() < 0.45
        form = memo.bare if random.random() < 0.7 else memo.full
        numbers = random.choice((" ", ", ", "/", " Y ")).join(form(random, one) for one in chosen)
        parts = (
            memo.numbered(random, numbers) if listed else random.choice(("PAGO FACTURAS", "PAGO VARIAS FACT", "ABONO")),
        )
        amount = sum(one.residual for one in chosen)
        pays = frozenset((one.id, one.residual) for one in chosen)
        unique = listed or all(map(self._alone, chosen))
        return [
            self._transfer("combined", whose, amount, parts, Right(pays, unique), named=0.97 if not listed else 0.8)
        ]

    def part(self) -> list[Transfer]:
        """Less than the invoice, which is named."""
        random = self._random
        whose, one = self._invoice()
        whole = one.residual
        amount = random.choice((whole // 2, whole * 3 // 10, whole // 1000 * 500, whole // 10_000 * 5_000)) or max(
            1, whole // 2
        )
        text = memo.full(random, one) if random.random() < 0.65 else memo.bare(random, one)
        parts = (f"ABONO {memo.numbered(random, text)}",)
        return [self._transfer("part", whose, amount, parts, Right(frozenset({(one.id, amount)})), named=0.85)]

    def surplus(self) -> list[Transfer]:
        """More than the invoice, which is named."""
        random = self._random
        whose, one = self._invoice()
        step = random.choice((500, 1000, 5000))
        amount = one.residual + (step - one.residual % step if random.random() < 0.6 else random.randint(1, 3000))
        text = memo.full(random, one) if random.random() < 0.7 else memo.bare(random, one)
        return [self._transfer("surplus", whose, amount, (memo.numbered(random, text),), _pays(one), named=0.85)]

    def twins(self) -> list[Transfer]:
        """Two equal transfers for equal invoices of two customers: nothing tells whose is which."""
        random, books = self._random, self._books
        base = random.choice((12_000, 35_000, 99_900)) + random.randint(0, 50) * 25
        first = books.add_customer()
        kind = random.random()
        if first.is_person and kind < 0.5:
            given = (first.given[0], random.choice(("Isabel", "Alejandro", "Belén", "Esteban")))
            brother = replace(first, id=len(books.world.customers) + 1, given=given, account_known=False)
            second = books.add_customer(
                replace(brother, name=" ".join((*given, *first.surnames)), account="", tax_id="")
            )
            shown = " ".join((*first.surnames, first.given[0]))
        else:
            second = books.add_customer()
            shown = ""
        invoices = [books.add_invoice(first, base), books.add_invoice(second, base)]
        self._used |= {one.id for one in invoices}
        made = []
        for _ in invoices:
            one = self._transfer("twins", None, invoices[0].total, (memo.plain(shown).upper() or "PAGO",), Right())
            made.append(replace(one, name=memo.plain(shown).upper() if shown and random.random() < 0.5 else None))
        return made

    def unrelated(self) -> list[Transfer]:
        """Interest, cards' settlements, own transfers; at times of just an open invoice's amount."""
        random = self._random
        text = random.choice(
            ("INTERESES GANADOS", "LIQUIDACION TARJETAS LOTE {}", "DEVOLUCION IMPUESTOS", "TRASPASO ENTRE CUENTAS {}",
             "REVERSO COMISION", "ACREDITACION DATAFAST {}", "DEVOLUCION PROVEEDOR NC {}", "APORTE SOCIO")
        ).format(random.randint(100, 999_999))  # fmt: skip
        amount = (
            random.choice(self._books.world.invoices).residual if random.random() < 0.5 else random.randint(5, 900_000)
        )
        return [self._transfer("unrelated", None, amount, (text,), Right())]

    def duplicate(self, before: Transfer) -> Transfer:
        """`before`, told again by another form: a download with the text shortened, or the statement with all of it."""
        self._made += 1
        return replace(before, number=self._made, kind="duplicate", right=Right(), again=before.number)


MIX: Mapping[str, int] = {
    "full": 15, "mangled": 15, "bare": 10, "truncated": 8, "named": 12, "third_party": 5, "net": 10, "fee": 5,
    "combined": 6, "part": 4, "surplus": 2, "twins": 3, "duplicate": 2, "unrelated": 3,
}  # fmt: skip
"""How many of a hundred transfers are of each kind."""


def transfers(seed: int, count: int, invoices: int) -> tuple[Books, list[Transfer]]:
    """Return the books and `count` transfers by `MIX`, shuffled; those told twice come after those told first."""
    random = Random(seed)
    books = Books(random, invoices)
    scenes = Scenes(random, books)
    made: list[Transfer] = []
    for kind, share in MIX.items():
        if kind != "duplicate":
            one_more: Callable[[], list[Transfer]] = getattr(scenes, kind)
            wanted = len(made) + count * share // 100
            while len(made) < wanted:
                made += one_more()
    money = [one for one in made if one.right.wanted]
    again = [scenes.duplicate(one) for one in random.sample(money, count * MIX["duplicate"] // 100)]
    random.shuffle(made)
    return books, [*made, *again]


def _legible(parts: tuple[str, ...], text: tuple[str, ...], kind: str, *, told: bool) -> bool:
    """Whether the form's width left enough to say whose it is; of a part or a surplus the number must stand."""
    joined = "".join(text).upper().replace(" ", "")
    telling = [one for one in parts if one not in _SAYS_NOTHING and not one.startswith("RET ")]
    left = [one for one in telling if one.upper().replace(" ", "") in joined]
    if kind in ("part", "surplus"):
        return any(any(sign.isdigit() for sign in one) for one in left)
    return told or bool(left)


def _pays(invoice: Invoice) -> Right:
    return Right(frozenset({(invoice.id, invoice.residual)}))


def _share(amount: int, percent: float) -> int:
    """A percentage in cents, rounded half up."""
    return (amount * round(percent * 100) + 5_000) // 10_000
