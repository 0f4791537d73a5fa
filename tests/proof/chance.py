"""All chance of a proof comes from its seed, and no wait is a real one.

Ids, tokens and jitter of the product are random too: while a proof runs, the system's source of
randomness is replaced by a seeded one. Pauses between tries move the simulated clock instead of
keeping anybody waiting.
"""

import itertools
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import httpx2
import stripe

import factories
from fakes import MovableClock
from invoice_tracker.integrations.clio import access as clio_access
from invoice_tracker.integrations.clio.client import TIMEOUT, ClioClient
from invoice_tracker.integrations.stripe import gateway
from invoice_tracker.outbox import deliver

SYNC_PATIENCE = 60.0
"""Seconds that a reading may wait for Clio: less than the heartbeat that others wait for."""


def stream(seed: int, name: str) -> random.Random:
    """A source of its own for one purpose, so that one more draw here moves nothing there."""
    return random.Random(f"{seed} {name}")


def _plain_http() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False, verify=False)


@contextmanager
def seeded(seed: int, clock: MovableClock) -> Iterator[None]:
    """Inside, everything that is usually random follows from the seed."""
    source = stream(seed, "ids")

    async def pass_time(seconds: float) -> None:
        clock.move(seconds=seconds)

    async def pass_time_at_stripe(_: Any, seconds: float) -> None:
        clock.move(seconds=seconds)

    defaults = {**(ClioClient.__init__.__kwdefaults__ or {}), "sleep": pass_time}
    before = random.getstate()
    random.seed(seed)
    with (
        patch.object(os, "urandom", source.randbytes),
        patch.object(random, "_urandom", source.randbytes),
        patch.object(factories, "_numbers", itertools.count(1)),
        patch.object(ClioClient.__init__, "__kwdefaults__", defaults),
        patch.object(stripe.HTTPXClient, "sleep_async", pass_time_at_stripe),
        patch.object(clio_access, "SYNC_PATIENCE", SYNC_PATIENCE),
        # The trust in certificates that is loaded for each client costs more than the answer.
        patch.object(clio_access, "make_http", _plain_http),
        # Several questions at once would reach Stripe in an order of their own.
        patch.object(gateway, "AT_ONCE", 1),
        # Real seconds: on a busy machine a round may take more of them, and must do the same.
        patch.object(deliver, "ROUND_SECONDS", 3600.0),
    ):
        yield
    random.setstate(before)
