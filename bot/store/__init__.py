"""The store: tables, units of work that know their organisation, and the vault for secrets."""
