"""Customers, products and orders from CSV and XLSX files: read row by row, each thing wrong told with row and field."""
