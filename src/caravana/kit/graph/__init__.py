"""Meta's Graph API, as far as WhatsApp, Pages, Instagram and catalogues share it: calls, errors, webhooks, contacts.

Facts are of Meta's documents of November 2026 (Graph API v26.0).
"""
