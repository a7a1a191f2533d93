"""Turns Better Stack's resources into what a reader wants, one module for each kind of them."""
