"""Stand-ins for the outside world that speak real HTTP and SMTP; no product module imports them."""
