"""What `make bench-einvoice` measures: many invoices posted at once, and what becomes of them."""
