"""What can go wrong with Clio. Each message is a plain sentence that staff can be shown."""


class ClioProblem(Exception):
    """Clio could not be read or written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ClioUnreachable(ClioProblem):
    """No answer, a broken one, or Clio's own trouble (5xx)."""


class ClioUncertain(ClioUnreachable):
    """The request was on its way when the answer was lost: Clio may have done it."""


class ClioUnauthorized(ClioProblem):
    """Clio does not accept our access any more: the firm has to connect again."""


class ClioUnknownApplication(ClioUnauthorized):
    """Clio does not know this installation in this region."""


class ClioForbidden(ClioProblem):
    """The connected person, or our application, may not do this."""


class ClioBusy(ClioProblem):
    """Too many requests, for longer than we wait."""


class ClioMalformed(ClioProblem):
    """The answer is not what Clio documents: half a page, not JSON, a foreign address."""


class ClioRefused(ClioProblem):
    """Clio understood and said no; ``status`` tells which no."""

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status


class NotConnected(ClioProblem):
    """The firm has no working connection."""
