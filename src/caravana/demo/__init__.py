"""The demo: a day of orders against imitated partners, with everything that goes wrong on such a day."""
