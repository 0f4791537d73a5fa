"""The sandbox's front door: links to everything, and the clock that can be walked forward."""
