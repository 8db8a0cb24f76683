"""The models, by area; each module lists its own in MODELS."""
