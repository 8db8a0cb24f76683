"""How well transfers are matched to invoices: a made-up company's year, and what the matcher makes of it."""
