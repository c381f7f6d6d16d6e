"""How do many models pass through a network together? See ``stack``."""
