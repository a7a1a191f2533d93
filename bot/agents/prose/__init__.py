"""A language model's words about facts that are known: asked for, checked, kept with their cost."""
