"""Products, customers and orders of Odoo for other programs and for files: pure mappings, each thing found or made once."""
