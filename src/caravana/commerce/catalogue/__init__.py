"""Odoo's products as a catalogue at Meta shows them: prices, items, what changed, posts. Pure."""
