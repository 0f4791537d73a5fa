"""A small Stripe that keeps its state: the official SDK works against it unchanged."""
