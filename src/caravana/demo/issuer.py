"""The demo company as one that issues electronic documents: what its hub is told, and the fields that its Odoo has for them."""

from caravana.component.odoo.sandbox import OdooSandbox
from caravana.component.sri.sandbox.sandbox import PASSWORD
from caravana.demo.part import Part

POINT = "001-002"
"""Its emission point for electronic documents; what is posted at another is no business of the chapter."""
RUC = "1790016919001"
SRI, MAILS = "sri", "correo"
"""Folders, in the demo's, of the tax authority's imitation and of the mails that were caught."""
FIELDS = (
    ("stock.picking", "x_guia", "guia.numero", "char", ""),
    ("stock.picking", "x_transportista", "guia.transportista", "many2one", "res.partner"),
    ("stock.picking", "x_placa", "guia.placa", "char", ""),
    ("stock.picking", "x_ruta", "guia.ruta", "char", ""),
    ("account.move", "x_retencion", "retencion.numero", "char", ""),
    ("account.move", "x_retenido", "retencion.lineas", "char", ""),
)
"""Model, name, what it holds (`einvoice.fields`), kind and model of those that it links to: what Odoo itself does not bring."""

_CONNECTIONS = f"""\
  sri:
    url: http://127.0.0.1:{{ports[sri]}}
    ambiente: "1"
    ruc: "{RUC}"
    certificate: {{folder}}/{SRI}/firma.p12
    certificatePassword: {PASSWORD}
  correo:
    component: smtp
    host: 127.0.0.1
    port: {{ports[mail]}}
    security: none
    sender: Empresa XYZ <facturas@xyz.example>
"""
_SETTINGS = f"""\
  einvoice.issuer:
    ruc: "{RUC}"
    razonSocial: Empresa XYZ S.A.
    nombreComercial: Empresa XYZ
    dirMatriz: Av. Inventada 123, Quito
    obligadoContabilidad: true
  einvoice.points: {{"{POINT}": {{connection: sri, mail: hub, address: "Av. Inventada 123, Quito"}}}}
  einvoice.withholding: "{POINT}"
  einvoice.settlement: "{POINT}"
  einvoice.guide: "{POINT}"
  einvoice.look: 1m
  einvoice.mailer: correo
  einvoice.fields: {{{", ".join(f"{holds}: {name}" for _, name, holds, _, _ in FIELDS)}}}
"""
PART = Part(("einvoice",), _CONNECTIONS, _SETTINGS, "  einvoice.look: 4s\n", '    "sri:sri": {open_for: 10s}\n')


def make_fields(odoo: OdooSandbox) -> None:
    """Make the company's own fields in the imitated Odoo, as an administrator does before the hub is connected."""
    for model, name, _, kind, relation in FIELDS:
        [of] = odoo.env["ir.model"].search([["model", "=", model]])
        told = {"name": name, "model_id": of, "field_description": name, "ttype": kind, "relation": relation or False}
        odoo.env["ir.model.fields"].create(told)
