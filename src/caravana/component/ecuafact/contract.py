"""What differs between the versions of Ecuafact's contract: addresses and two names.

`b6` is as the client 1.0.0b6 sends it (recorded 2026-11-23). `1.0` follows the readme of 1.0.0, of which an excerpt was seen:
one address for each type, the whole RUC in it, `tipoDocumento` for `codDoc`. Record it anew before going live with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

ASSUMED: Mapping[str, str] = {
    "01": "facturas",
    "03": "liquidaciones-compra",
    "04": "notas-credito",
    "05": "notas-debito",
    "06": "guias-remision",
    "07": "retenciones",
}
"""codDoc → last part of the emission address in 1.0. Only `facturas` was seen; the others are assumed (2026-11)."""
SHORT = 10


@dataclass(frozen=True)
class Contract:
    """One version; `identification` and `paths` as the connection's settings say."""

    version: str
    identification: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def type_field(self) -> str:
        """Name of the document's type in bodies and filters."""
        return "codDoc" if self.version == "b6" else "tipoDocumento"

    def taxpayer(self, ruc: str) -> str:
        """Return how addresses name the taxpayer."""
        return self.identification or (ruc[:SHORT] if self.version == "b6" else ruc)

    def documents(self, ruc: str) -> str:
        """Return the address below which a taxpayer's documents are."""
        return f"/v1/contribuyentes/{quote(self.taxpayer(ruc), safe='')}/comprobantes"

    def emission(self, ruc: str, cod_doc: str) -> str:
        """Return where a document is emitted; `/validar` behind it is the dry run."""
        if self.version == "b6":
            return self.documents(ruc)
        last = self.paths.get(cod_doc, ASSUMED[cod_doc])
        return f"/v1/contribuyentes/{quote(self.taxpayer(ruc), safe='')}/{quote(last, safe='')}"
