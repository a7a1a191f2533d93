"""Language models behind our own `Model` protocol. Importing this imports no provider's SDK."""
