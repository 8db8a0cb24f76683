"""The pure callables of the e-invoicing flow, named `einvoice.…` in its routes: each maps the variables to one value."""

from caravana.commerce.einvoice.asking import Asking
from caravana.commerce.einvoice.issuing import Issuing
from caravana.commerce.einvoice.mailing import Mailing
from caravana.commerce.einvoice.news import News
from caravana.commerce.einvoice.persons import Persons
from caravana.commerce.einvoice.posted import Posted
from caravana.commerce.einvoice.series import Series
from caravana.commerce.einvoice.settings import EInvoiceSettings
from caravana.commerce.einvoice.turns import Turns


class EInvoices(Posted, Issuing, News, Asking, Mailing, Persons, Series, Turns):
    """All of them under one name."""


__all__ = ["EInvoiceSettings", "EInvoices"]
