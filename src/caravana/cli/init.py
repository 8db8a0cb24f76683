"""`caravana init`: a folder to begin in."""

from pathlib import Path
from typing import Annotated

import typer

from caravana.cli.output import fail

CONFIGURATION = """\
# Caravana's configuration. Whatever is commented out shows its default. `caravana check` judges this file and the routes,
# `caravana doctor` asks each partner whether what stands here is right, `caravana run` runs the hub.

# A profile is test or live as a whole: a hub that finds test credentials beside live ones refuses to start, and so does a live
# one without go_live (below).
profile: test

company:
  name: Empresa XYZ                # what customers read on the pay page
  country: EC
  currency: USD
  timezone: America/Guayaquil
  locale: es_EC

# Everything that was accepted, done or is in doubt stands in the journal. Several machines: postgresql://user@host/database
journal: sqlite:///var/caravana.db

# The content of messages and records can be encrypted in the journal. `openssl rand -base64 32` makes a key; without it nobody
# can read the journal or its backups. An earlier key goes into old_keys, until `caravana journal reseal` makes it needless.
# encryption:
#   key: "{{secret:journal_key}}"
#   old_keys: []

# Route files, with wildcards.
routes:
  - routes/*.yaml

# Flows that Caravana ships. `cards` (orders are paid by card) needs the connections odoo and placetopay below, and the secret
# pay_link that signs the links; `openssl rand -base64 32` makes one.
# `bank` (statements, downloads and notifications of bank accounts) needs a way in: the placeholder bank.folder or
# bank.notification, or the connection bank_mail.
flows: []
# settings:
#   cards.on_paid: advance         # or invoice: a paid order is invoiced at once, where there is something to invoice
#   cards.journal_id: 7            # Odoo's journal for card payments; without it the company's first bank journal
#   review.person: contabilidad    # login of the Odoo user who gets a task for each thing that waits for a person

# Python callables that routes name: name -> package.module:function. Modules beside this file are found.
# callables:
#   price_of: prices:price_of

# The public port: webhooks, pay and return pages. Put a proxy with TLS before it and tell its address.
listener:
  host: 127.0.0.1
  port: 8080
  # public_url: https://hub.example.com

# The private port: command line, /healthz, /readyz, /metrics. Never make it public.
control:
  host: 127.0.0.1
  port: 8081

# Partners, by a name of your choice. Secrets are named here and never written here: {{secret:odoo_key}} is read from the
# environment (CARAVANA_SECRET_ODOO_KEY) or from the file odoo_key in secrets_dir, {{env:NAME}} from the environment.
# connections:
#   odoo:
#     url: https://empresa-xyz.odoo.com
#     database: empresa-xyz
#     apiKey: "{{secret:odoo_key}}"
#     site: test                   # live: the company's books; test: a copy to try things in
#   placetopay:
#     url: https://checkout-test.placetopay.ec   # live: https://checkout.placetopay.ec
#     site: test
#     login: "{{secret:placetopay_login}}"
#     secretKey: "{{secret:placetopay_key}}"
# secrets_dir: secrets

# Branches of one company, or several companies, in one Odoo: what each is at every partner. `caravana branches` lists them.
# branches:
#   matriz:
#     name: Matriz
#     company: 1                   # Odoo's record ids: res.company, stock.warehouse, account.journal
#     warehouse: 1
#     sale_journal: 9
#     establishment: "001"         # digits in quotes
#     emission_point: "001"
#     payment_store: placetopay    # its merchant account: a connection
#   sur: {name: Sucursal Sur, company: 1, warehouse: 2, payment_store: placetopay}

# Values of {{name}} in route files.
# placeholders:
#   greeting: Buenos días

# live, shadow (everything but the effects, which are recorded: `caravana shadow report`) or off (nothing comes in, what is
# there waits). Changes of shadow and live apply to what arrives after them, off holds at once.
modes:
  default: live
  # routes:
  #   greeting: shadow
  # connections:
  #   "placetopay:placetopay": shadow

# Records older than this moment are never taken. A live profile must have it.
# go_live: 2027-01-01T00:00:00-05:00

# How much at once. Bulk work has limits of its own, so that it never delays an answer.
# limits:
#   live: 64
#   bulk: 16
#   connections:
#     odoo:odoo:
#       rate: 5

# How long ended exchanges are kept.
# retention:
#   done: 30d
#   failed: 90d
#   dead: 365d
#   ledger: 400d
"""

ROUTE = """\
# A first route: answers on the web with a greeting. Try it while `caravana run` is running:
#   curl http://127.0.0.1:8080/greeting -H 'name: Ana'
- route:
    id: greeting
    description: Says good day to whoever asks
    from:
      uri: platform-http:/greeting
      steps:
        - setBody:
            simple: "Buenos días, ${header.name}"
        - log: "greeted ${header.name}"
"""

IGNORE = """\
# What belongs to this machine: journal, secrets, pictures.
/var/
/secrets/
*.svg
__pycache__/
"""

FILES = {"caravana.yaml": CONFIGURATION, "routes/greeting.yaml": ROUTE, ".gitignore": IGNORE}


def init(
    folder: Annotated[Path, typer.Argument(help="Where; made if it is not there.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
) -> None:
    """Write a commented configuration, an example route and a .gitignore.

    \b
    caravana init
    caravana init empresa-xyz
    """  # noqa: D301 -- click's mark for lines kept as they are
    there = [name for name in FILES if (folder / name).exists() and name != ".gitignore"]
    if there and not force:
        fail(f"{', '.join(str(folder / name) for name in there)}: there already; --force writes over it")
        raise typer.Exit(1)
    for name, text in FILES.items():
        path = folder / name
        if path.exists() and not force:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(str(path))
    typer.echo("\nNext: caravana check, then caravana run")
