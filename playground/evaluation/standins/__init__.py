"""Stand-in connectors. They are in the catalogue of an evaluation's process, and nowhere else."""
