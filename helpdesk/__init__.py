"""The desk itself, and the project's shell."""
