"""Conversations with customers: a small dialogue engine, its files, and what they may ask the hub to do."""
