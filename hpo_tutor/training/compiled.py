"""Placeholder until the compiled backend comes."""

from hpo_tutor.training.stack import Stack

Compiled = Stack


def why_not(model: object, device: object) -> str:
    """Why this backend cannot train that model there; empty if it can."""
    return "is not there yet"
