"""Serving the built single-page app beside the API."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

API_PREFIXES = ("api/", "webhooks/", "pay/", "answer/", "verify-sender/")


def serve_single_page_app(app: FastAPI, dist: Path) -> None:
    """Files of the build as they are; every other address gets the page, which does the routing."""
    root = dist.resolve()

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str) -> FileResponse:
        if path.startswith(API_PREFIXES):
            raise HTTPException(404, "There is no such address.")
        file = (root / path).resolve()
        if file.is_file() and file.is_relative_to(root):
            lasting = path.startswith("assets/")
            cache = "public, max-age=31536000, immutable" if lasting else "no-cache"
            return FileResponse(file, headers={"Cache-Control": cache})
        return FileResponse(root / "index.html", headers={"Cache-Control": "no-cache"})
