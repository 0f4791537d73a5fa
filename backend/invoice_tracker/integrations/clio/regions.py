"""Clio's four regions: separate worlds with separate accounts."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from invoice_tracker.settings import Settings


class RegionKey(StrEnum):
    """Short name of a region."""

    us = "us"
    eu = "eu"
    ca = "ca"
    au = "au"


@dataclass(frozen=True, slots=True)
class Region:
    """Where a region lives, and the currency of a bill there that names none."""

    key: RegionKey
    name: str
    host: str
    currency: str


REGIONS = {
    region.key: region
    for region in (
        Region(RegionKey.us, "United States", "https://app.clio.com", "USD"),
        Region(RegionKey.eu, "Europe and United Kingdom", "https://eu.app.clio.com", "GBP"),
        Region(RegionKey.ca, "Canada", "https://ca.app.clio.com", "CAD"),
        Region(RegionKey.au, "Australia", "https://au.app.clio.com", "AUD"),
    )
}


def base_url(settings: Settings, region: str) -> str:
    """Address of the region without a slash at the end; ``CLIO_BASE_URL`` replaces it."""
    chosen = settings.clio_base_url or REGIONS[RegionKey(region)].host
    return chosen.rstrip("/")


@dataclass(frozen=True, slots=True)
class Application:
    """A developer application at Clio, which belongs to one region."""

    client_id: str
    client_secret: str


def application_of(settings: Settings, region: str) -> Application | None:
    """What this installation shows Clio in a region; nothing where it has no application."""
    own = {
        RegionKey.us: (settings.clio_us_client_id, settings.clio_us_client_secret),
        RegionKey.eu: (settings.clio_eu_client_id, settings.clio_eu_client_secret),
        RegionKey.ca: (settings.clio_ca_client_id, settings.clio_ca_client_secret),
        RegionKey.au: (settings.clio_au_client_id, settings.clio_au_client_secret),
    }
    for client_id, secret in (
        own[RegionKey(region)],
        (settings.clio_client_id, settings.clio_client_secret),
    ):
        if client_id and secret.get_secret_value():
            return Application(client_id, secret.get_secret_value())
    return None


def how_to_set_up(region: Region) -> str:
    """What whoever runs the installation has to do before this region can be connected to."""
    portal = region.host.removeprefix("https://").replace("app.", "developers.")
    name = f"CLIO_{region.key.upper()}_CLIENT"
    return (
        f"Whoever runs this installation has to create an application at {portal} and set "
        f"{name}_ID and {name}_SECRET."
    )


def same_host(base: str, url: str) -> bool:
    """Whether an address belongs to this region, so that it may be given the token."""
    try:
        ours, theirs = urlsplit(base), urlsplit(url)
    except ValueError:
        return False
    return (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc)


def bill_url(base: str, clio_id: int) -> str:
    """The bill's page in Clio, for people."""
    return f"{base}/nc/#/bills/{clio_id}"
