"""A stand-in for Clio Manage: its pages, its API, and buttons for what its staff would do."""
