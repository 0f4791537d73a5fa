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


def is_configured(settings: Settings) -> bool:
    """Whether the installation has a developer application at Clio."""
    return bool(settings.clio_client_id and settings.clio_client_secret.get_secret_value())


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
