"""The page and the JSON of the sandbox's clock."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from invoice_tracker.sandbox.home.walker import ClockWalker
from invoice_tracker.sandbox.pages import add_style, page_templates, render

LONGEST_DAYS = 400
TEMPLATES = page_templates(Path(__file__).parent / "templates")
router = APIRouter()


@dataclass(frozen=True)
class Door:
    """A link on the page."""

    name: str
    url: str
    about: str


class Advance(BaseModel):
    """How far the clock goes; `walk` false jumps there in one go."""

    model_config = ConfigDict(extra="forbid")

    days: float = Field(default=0, ge=0, le=LONGEST_DAYS)
    hours: float = Field(default=0, ge=0, le=LONGEST_DAYS * 24)
    walk: bool = True

    @property
    def span(self) -> timedelta:
        """Days and hours together."""
        return timedelta(days=self.days, hours=self.hours)


def create_app(walker: ClockWalker, doors: list[Door]) -> FastAPI:
    """The page at `/` and the clock's JSON under `/api/clock`."""

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        yield
        await walker.stop()

    app = FastAPI(title="Sandbox", lifespan=life, openapi_url=None)
    app.state.walker = walker
    app.state.doors = doors
    app.include_router(router)
    add_style(app)
    return app


@router.get("/")
async def show(request: Request) -> HTMLResponse:
    """Doors and clock."""
    walker: ClockWalker = request.app.state.walker
    state = walker.state()
    return render(TEMPLATES, "home.html", state=state, doors=request.app.state.doors)


@router.post("/advance")
async def press_advance(
    request: Request, days: Annotated[float, Form(gt=0, le=LONGEST_DAYS)]
) -> RedirectResponse:
    """A button of the page, also without JavaScript."""
    walker: ClockWalker = request.app.state.walker
    walker.advance(timedelta(days=days))
    return RedirectResponse("/", 303)


@router.post("/stop")
async def press_stop(request: Request) -> RedirectResponse:
    """The stop button of the page."""
    walker: ClockWalker = request.app.state.walker
    await walker.stop()
    return RedirectResponse("/", 303)


@router.get("/api/clock")
async def clock(request: Request) -> dict[str, Any]:
    """The present moment, and where a walk goes, if one is under way."""
    walker: ClockWalker = request.app.state.walker
    return walker.state()


@router.post("/api/clock/advance")
async def advance(request: Request, wanted: Advance) -> dict[str, Any]:
    """Go forward; answers the clock at once, while the walk goes on."""
    if wanted.span <= timedelta(0):
        raise HTTPException(422, "Say how many days or hours to go forward.")
    walker: ClockWalker = request.app.state.walker
    walker.advance(wanted.span, walk=wanted.walk)
    return walker.state()


@router.post("/api/clock/stop")
async def stop(request: Request) -> dict[str, Any]:
    """End a walk where it is."""
    walker: ClockWalker = request.app.state.walker
    await walker.stop()
    return walker.state()
