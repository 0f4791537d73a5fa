"""Stands in for Clio Manage: OAuth, API v4, webhooks, and a page to work with bills."""
