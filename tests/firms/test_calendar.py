"""Days on which nothing is sent: public holidays by country and region, closures of the firm."""

from datetime import date

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from invoice_tracker.firms.calendars import load_calendar
from invoice_tracker.firms.models import Firm
from invoice_tracker.firms.public_holidays import countries, public_holidays

RULES = "/api/v1/firm/sending-rules"


@pytest.mark.parametrize(
    ("country", "region", "day", "name"),
    [
        ("US", None, date(2026, 11, 26), "Thanksgiving Day"),
        ("US", None, date(2026, 7, 3), "Independence Day (observed)"),
        ("US", "CA", date(2026, 3, 31), "Cesar Chavez Day"),
        ("CA", "ON", date(2026, 2, 16), "Family Day"),
        ("GB", "SCT", date(2026, 11, 30), "Saint Andrew's Day"),
        ("AU", "VIC", date(2026, 11, 3), "Melbourne Cup Day"),
        ("DE", "BY", date(2026, 4, 6), "Easter Monday"),
    ],
)
def test_holidays_by_country_and_region(
    country: str, region: str | None, day: date, name: str
) -> None:
    assert name in public_holidays(country, region)[day]


@pytest.mark.parametrize(("country", "region"), [("US", None), ("GB", "ENG"), ("AU", "NSW")])
def test_a_regions_day_is_nobody_elses(country: str, region: str | None) -> None:
    assert date(2026, 3, 31) not in public_holidays(country, region)


def test_every_country_has_a_name_and_its_regions_have_names() -> None:
    assert len(countries()) > 150
    assert all(country.name and len(country.code) == 2 for country in countries())
    us = next(country for country in countries() if country.code == "US")
    assert ("CA", "California") in us.regions


async def test_the_firm_chooses_whose_holidays_it_keeps(
    client: httpx.AsyncClient, session: AsyncSession, firm: Firm
) -> None:
    answer = await client.patch(RULES, json={"holiday_country": "US", "holiday_region": "CA"})
    assert answer.status_code == 200, answer.text
    calendar = await load_calendar(session, firm_id=firm.id)
    assert not calendar.is_sending_day(date(2026, 11, 26))
    assert calendar.days_off.reason(date(2026, 11, 26)) == "Thanksgiving Day"
    assert calendar.next_sending_day(date(2026, 11, 26)) == date(2026, 11, 30)
    days = (await client.get("/api/v1/days-off")).json()["items"]
    assert {"Christmas Day", "Labor Day"} <= {day["reason"] for day in days}

    answer = await client.patch(RULES, json={"holiday_country": None, "holiday_region": None})
    assert answer.json()["holiday_country"] is None
    calendar = await load_calendar(session, firm_id=firm.id)
    assert calendar.is_sending_day(date(2026, 11, 26))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"holiday_country": "ZZ"}, "holiday_country"),
        ({"holiday_country": "US", "holiday_region": "ON"}, "holiday_region"),
        ({"holiday_region": "CA"}, "holiday_region"),
    ],
)
async def test_holidays_nobody_knows_are_refused(
    client: httpx.AsyncClient, change: dict[str, str], field: str
) -> None:
    answer = await client.patch(RULES, json=change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


async def test_a_closure_keeps_mail_back_until_it_is_over(
    client: httpx.AsyncClient, session: AsyncSession, firm: Firm
) -> None:
    body = {"starts_on": "2026-12-24", "ends_on": "2027-01-01", "reason": "Winter break"}
    made = await client.post("/api/v1/closures", json=body)
    assert made.status_code == 201, made.text
    calendar = await load_calendar(session, firm_id=firm.id)
    assert calendar.next_sending_day(date(2026, 12, 24)) == date(2027, 1, 4)
    assert calendar.days_off.reason(date(2026, 12, 30)) == "Winter break"
    listed = (await client.get("/api/v1/closures")).json()["items"]
    assert [row["reason"] for row in listed] == ["Winter break"]

    gone = await client.delete(f"/api/v1/closures/{made.json()['id']}")
    assert gone.status_code == 204
    calendar = await load_calendar(session, firm_id=firm.id)
    assert calendar.next_sending_day(date(2026, 12, 24)) == date(2026, 12, 24)


@pytest.mark.parametrize(
    "body",
    [
        {"starts_on": "2026-12-24", "ends_on": "2026-12-23", "reason": "Backwards"},
        {"starts_on": "2026-12-24", "ends_on": "2027-12-23", "reason": "A whole year"},
        {"starts_on": "2026-12-24", "ends_on": "2026-12-26", "reason": ""},
    ],
)
async def test_a_closure_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, body: dict[str, str]
) -> None:
    assert (await client.post("/api/v1/closures", json=body)).status_code == 422


async def test_closures_cannot_add_up_to_a_year_without_mail(client: httpx.AsyncClient) -> None:
    quarters = [
        ("2027-01-01", "2027-03-31"),
        ("2027-04-01", "2027-06-30"),
        ("2027-07-01", "2027-09-30"),
        ("2027-10-01", "2027-12-31"),
    ]
    for starts_on, ends_on in quarters:
        body = {"starts_on": starts_on, "ends_on": ends_on, "reason": "Closed"}
        assert (await client.post("/api/v1/closures", json=body)).status_code == 201
    body = {"starts_on": "2026-12-20", "ends_on": "2026-12-31", "reason": "Closed"}
    answer = await client.post("/api/v1/closures", json=body)
    assert answer.status_code == 422
    assert "whole year" in answer.json()["detail"]
