"""Concept notes that run."""
