"""A mail server that keeps everything it is sent, and the mail client of the firm's client."""
