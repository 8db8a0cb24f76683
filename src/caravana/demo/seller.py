"""The demo company as one that sells in chats: what its hub is told, and what Meta has of it before it begins."""

from caravana.component.whatsapp.sandbox import Account, MetaSandbox
from caravana.demo.part import Part
from caravana.kit.clock import Clock

TOKEN = Account.token
_APP = (
    f'token: {TOKEN}, appId: "{Account.app_id}", appSecret: {Account.app_secret}, verifyToken: {Account.verify_token}'
)
_CONNECTIONS = f"""\
  whatsapp: {{{{url: "http://127.0.0.1:{{ports[meta]}}", {_APP}, number: "{Account.number_id}", account: "{Account.waba_id}"}}}}
  facebook: {{{{url: "http://127.0.0.1:{{ports[meta]}}", {_APP}, page: "{Account.page_id}"}}}}
  catalog: {{{{url: "http://127.0.0.1:{{ports[meta]}}", {_APP}, catalog: "{Account.catalog_id}"}}}}
"""
TEMPLATES = {
    "order_confirmed": "Hola {{1}}, confirmamos su pedido {{2}} por {{3}}.",
    "payment_received": "Hola {{1}}, recibimos su pago {{2}} de {{3}}. Muchas gracias.",
    "order_shipped": "Hola {{1}}, su pedido {{2}} ya está en camino. Responda a este mensaje si necesita algo más.",
}
"""The company's templates that Meta has approved."""
REFUSED = {"NAV-001": "This item is not allowed by the commerce policy: weapons"}
"""What Meta does not show, by code, and why."""
_SETTINGS = """\
  catalogue.link: "https://tienda.example/p/{sku}"
  catalogue.posts: [facebook]
  catalogue.post_text: "¡Llegó {name}! A solo {price}. Escríbanos por aquí."
  conversation.person: admin
  conversation.address: Av. Inventada 123, Quito
  conversation.template.order_confirmed: {name: order_confirmed, language: es}
  conversation.template.payment_received: {name: payment_received, language: es}
  conversation.template.shipped: {name: order_shipped, language: es}
"""
_PLACEHOLDERS = """\
  catalogue.every: 10s
  conversation.patience: 1h  # the clock hurries, Odoo and the hub's start do not
"""
PART = Part(("catalogue", "conversation"), _CONNECTIONS, _SETTINGS, _PLACEHOLDERS)


def meta_of(clock: Clock, hub: str) -> MetaSandbox:
    """Return Meta's imitation: it knows the hub's address and the company's templates, and refuses one product."""
    account = Account(whatsapp_url=f"{hub}/whatsapp/whatsapp", page_url=f"{hub}/facebook/facebook")
    made = MetaSandbox(clock=clock, account=account)
    for name, text in TEMPLATES.items():
        made.templates.add(name, language="es", text=text)
    made.catalog.refused |= REFUSED
    return made
