"""What the fork server does once for all its processes: it reads the route files that are shipped."""

from caravana.commerce.flows import ROUTES
from caravana.route.reader import inspect_text

for _file in ROUTES.rglob("*.yaml"):
    inspect_text(_file.read_text("utf-8"), str(_file))
