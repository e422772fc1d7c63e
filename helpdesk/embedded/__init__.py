"""Real PostgreSQL, Valkey and S3 for a machine that has none, started as children of one supervisor."""
