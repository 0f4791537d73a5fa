"""HTML to PDF, in a process of its own: what a page of somebody else's asks for stays in there.

Run as ``python -m invoice_tracker.integrations.clio.pdf``: HTML comes in, a PDF goes out. Nothing
is fetched, scripts do not run, and time and memory have an end.
"""

import asyncio
import resource
import sys

TIMEOUT = 30.0
MOST_CPU_SECONDS = 25
MOST_MEMORY = 2 * 1024**3
MOST_HTML = 5_000_000
_NO_LIBRARY = 3


class NotRendered(Exception):
    """No PDF came of it; the message is a plain sentence."""


async def render_pdf(html: str) -> bytes:
    """The page as a PDF. Raises ``NotRendered``."""
    if len(html) > MOST_HTML:
        raise NotRendered("The bill is too large to be made into a document.")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            pdf, _ = await process.communicate(html.encode("utf-8", "replace"))
    except TimeoutError as error:
        raise NotRendered("Making the document took too long.") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == _NO_LIBRARY:
        raise NotRendered("This installation cannot make documents: the library Pango is missing.")
    if process.returncode != 0 or not pdf.startswith(b"%PDF-"):
        raise NotRendered("The bill could not be made into a document.")
    return pdf


def main() -> int:
    """Standard input to standard output; the exit code says how it went."""
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    try:
        # Here, because importing needs libraries of the system, which may not be there.
        from weasyprint import HTML  # type: ignore[import-untyped]  # it has no types
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]  # nor these
    except OSError:
        return _NO_LIBRARY
    html = sys.stdin.buffer.read().decode()
    nothing_from_outside = URLFetcher(allowed_protocols={"data"})
    page = HTML(string=html, base_url=None, url_fetcher=nothing_from_outside)
    sys.stdout.buffer.write(page.write_pdf())
    return 0


if __name__ == "__main__":
    sys.exit(main())
