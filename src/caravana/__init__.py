"""Caravana: a durable integration hub for trading companies on Odoo, in Apache Camel's model."""

__version__ = "0.1.0"
