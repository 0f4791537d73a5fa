"""Each region of Clio may have an application of its own."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from integrations.clio_stub import ClioStub, running_stub
from invoice_tracker.integrations.clio.regions import Application, application_of
from invoice_tracker.settings import Settings

EU = {"clio_eu_client_id": "eu-id", "clio_eu_client_secret": SecretStr("eu-secret")}
GENERAL = {"clio_client_id": "general-id", "clio_client_secret": SecretStr("general-secret")}


@pytest.fixture
async def stub() -> AsyncIterator[ClioStub]:
    async with running_stub() as stub:
        stub.tokens = set()
        yield stub


def test_a_regions_own_application_goes_before_the_general_one():
    settings = Settings(_env_file=None, **EU, **GENERAL)
    assert application_of(settings, "eu") == Application("eu-id", "eu-secret")
    for region in ("us", "ca", "au"):
        assert application_of(settings, region) == Application("general-id", "general-secret")


@pytest.mark.parametrize("region", ["us", "eu", "ca", "au"])
def test_each_region_can_have_its_own(region):
    values = {
        f"clio_{region}_client_id": "own",
        f"clio_{region}_client_secret": SecretStr("secret"),
    }
    settings = Settings(_env_file=None, **values)
    for other in ("us", "eu", "ca", "au"):
        expected = Application("own", "secret") if other == region else None
        assert application_of(settings, other) == expected


@pytest.mark.parametrize("half", [{"clio_eu_client_id": "x"}, {"clio_au_client_secret": "x"}])
def test_half_an_application_is_refused(half):
    with pytest.raises(ValidationError, match="belong together"):
        Settings(_env_file=None, **half)


async def test_the_picker_knows_which_regions_are_set_up(client, adapters, firm, stub):
    bare = {"clio_client_id": "", "clio_client_secret": SecretStr("")}
    settings = adapters.settings.model_copy(update=bare | EU | {"clio_base_url": stub.url})
    client._transport.app.state.adapters = replace(adapters, settings=settings)
    regions = (await client.get("/api/v1/clio/connection")).json()["regions"]
    assert {region["key"]: region["configured"] for region in regions} == {
        "us": False,
        "eu": True,
        "ca": False,
        "au": False,
    }
    words = {region["key"]: region["how_to_set_up"] for region in regions}
    assert words["eu"] is None
    assert "developers.clio.com" in words["us"]
    assert "ca.developers.clio.com" in words["ca"]
    assert "CLIO_CA_CLIENT_ID and CLIO_CA_CLIENT_SECRET" in words["ca"]
    refused = await client.post("/api/v1/clio/connection", json={"region": "ca"})
    assert refused.status_code == 409
    assert "CLIO_CA_CLIENT_ID" in refused.json()["detail"]
    await _connect_with(client, stub, region="eu")


async def _connect_with(client: httpx.AsyncClient, stub: ClioStub, *, region: str) -> None:
    """Both at the consent page and for the tokens the region's own application is shown."""
    answer = await client.post("/api/v1/clio/connection", json={"region": region})
    asked = parse_qs(urlsplit(answer.json()["authorize_url"]).query)
    assert asked["client_id"] == [f"{region}-id"]
    back = await client.get(
        "/api/v1/clio/callback", params={"code": "abc", "state": asked["state"][0]}
    )
    assert back.headers["location"].endswith("/welcome?connected=1")
    assert stub.forms[0]["client_id"] == f"{region}-id"
    assert stub.forms[0]["client_secret"] == f"{region}-secret"
