"""What agents know beside what tools return: files, attached reports, and a text of theirs."""
