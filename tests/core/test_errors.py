"""Errors that come from below leave as problem documents too."""

import httpx


async def test_a_zero_character_is_refused_and_changes_nothing(client: httpx.AsyncClient) -> None:
    before = (await client.get("/api/v1/firm")).json()
    for answer in (
        await client.get("/api/v1/payments", params={"q": "a\x00"}),
        await client.patch("/api/v1/firm", json={"address": "1 Main St\x00"}),
    ):
        assert answer.status_code == 422, answer.text
    assert (await client.get("/api/v1/firm")).json() == before
