"""Scheduled jobs: run when something starts them, once for each state of their inputs, and never two at a time (trust.md T4, T5)."""
