"""Invented customers: names as Ecuador writes them, cédula and RUC with right check digits. Knows nothing of the matcher."""

from dataclasses import dataclass
from random import Random

_GIVEN_TEXT = """
María Ana Rosa Carmen Luz Gabriela Daniela Verónica Patricia Paola Mónica Silvia Fernanda Lorena Andrea Cecilia Elena Teresa
Martha Gloria Karla Estefanía Viviana Johanna Mercedes José Juan Luis Carlos Jorge Manuel Ángel Víctor Segundo Miguel Diego
Fernando Eduardo Marco Édison Wilson Byron Freddy Galo Hernán Iván Javier Klever Leonardo Mauricio Nelson Óscar Pablo Ramiro
Santiago Vicente Xavier Washington Stalin Darwin Fausto Germán Hugo Rodrigo Tatiana Ximena Yolanda Zoila Blanca Nancy
"""
_SURNAME_TEXT = """
Pérez López García Rodríguez Sánchez González Vera Zambrano Cedeño Mendoza Moreira Castro Torres Flores Morales Ortiz Romero
Herrera Jiménez Guerrero Castillo Rivera Vargas Ramírez Reyes Aguirre Andrade Espinoza Cevallos Alvarado Quispe Guamán Chango
Tipán Caiza Pilco Lema Yánez Naranjo Paredes Salazar Villacís Ponce Macías Delgado Intriago Loor Bravo Alcívar Pincay Holguín
Carrión Ochoa Cueva Jaramillo Ordóñez Armijos Palacios Benítez Calle Vintimilla Cordero Malo Crespo Peña Arias Bermeo
Chuquimarca Toapanta Llumiquinga Quishpe Simbaña Pillajo Tituaña Anrango Cachimuel Farinango Morocho Sarango Ureña Valarezo
Barragán Dávila Escobar Freire Gavilanes Hidalgo Iturralde Játiva Larrea Montalvo Noboa Oviedo Proaño Rosero Subía Terán
"""
_TRADE_TEXT = """
Comercial Distribuidora Importadora Ferretería Agrícola Constructora Farmacia Textiles Servicios Transportes Almacenes
Industrias Laboratorio Clínica Hostería Restaurante Panadería Imprenta Librería Avícola Camaronera Florícola Metalmecánica
"""
_SYLLABLES = (
    "ba be bo ca co da de di fa fi ga ge la le lo lu ma mi mo na ne no pa pe ra re ri ro sa se si so ta te ti to va ve"
)
_ENDINGS = ("n", "r", "l", "x", "sa", "tec", "sur", "nor", "mar", "vial", "dina", "quil", "ec", "cor")
_PLACE_TEXT = (
    "Andina/Pacífico/del Guayas/del Austro/Chimborazo/El Sol/La Costa/Los Ríos/Oriental/Nacional/San José/Santa Rosa"
)
GIVEN, SURNAMES, TRADES = _GIVEN_TEXT.split(), _SURNAME_TEXT.split(), _TRADE_TEXT.split()
PLACES, SYLLABLES = _PLACE_TEXT.split("/"), _SYLLABLES.split()
FORMS = ("Cía. Ltda.", "S.A.", "S.A.S.", "CIA LTDA", "SA", "C.A.", "C. Ltda.", "SAS B.I.C.")


@dataclass(frozen=True)
class Customer:
    """A customer. `given`, `surnames`: of a person; `form`: legal form of a company; `account`: known in the books, or None."""

    id: int
    name: str
    tax_id: str
    account: str
    account_known: bool
    given: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    form: str = ""

    @property
    def is_person(self) -> bool:
        """Whether it is no company."""
        return bool(self.given)


def cedula(random: Random) -> str:
    """Return a number of identity with the right check digit (modulus 10)."""
    digits = [*divmod(random.randint(1, 24), 10), random.randint(0, 5), *(random.randint(0, 9) for _ in range(6))]
    doubled = [one * 2 - 9 * (one > 4) if place % 2 == 0 else one for place, one in enumerate(digits)]
    return "".join(map(str, digits)) + str(-sum(doubled) % 10)


def company_ruc(random: Random) -> str:
    """Return a private company's tax number with the right check digit (modulus 11)."""
    while True:
        digits = [*divmod(random.randint(1, 24), 10), 9, *(random.randint(0, 9) for _ in range(6))]
        check = 11 - sum(one * weight for one, weight in zip(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        if check != 10:
            return "".join(map(str, digits)) + f"{check % 11}001"


def brand(random: Random) -> str:
    """Return an invented word."""
    word = "".join(random.choices(SYLLABLES, k=random.choice((1, 2, 2, 3)))) + random.choice(_ENDINGS)
    return word.capitalize()


def person_name(random: Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return given names and surnames."""
    given = tuple(random.sample(GIVEN, 2 if random.random() < 0.8 else 1))
    return given, tuple(random.choices(SURNAMES, k=2))


def _company(random: Random) -> str:
    word = brand(random) if random.random() < 0.75 else random.choice(SURNAMES)
    parts = [random.choice(TRADES)] if random.random() < 0.75 else []
    parts.append(word)
    if random.random() < 0.3:
        parts.append(random.choice(PLACES))
    return " ".join(parts)


def customer(random: Random, number: int) -> Customer:
    """Return an invented customer."""
    account = str(random.randint(2_000_000_000, 7_999_999_999))
    known = random.random() < 0.35
    if random.random() < 0.45:
        given, surnames = person_name(random)
        tax_id = cedula(random) + ("001" if random.random() < 0.4 else "")
        name = " ".join((*given, *surnames) if random.random() < 0.6 else (*surnames, *given))
        return Customer(number, name, tax_id, account, known, given, surnames)
    form = random.choice(FORMS)
    return Customer(number, f"{_company(random)} {form}", company_ruc(random), account, known, form=form)
