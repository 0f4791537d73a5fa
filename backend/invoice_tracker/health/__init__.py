"""How the product does, for people."""
