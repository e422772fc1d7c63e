"""What `make lint` and `make messages` run."""
