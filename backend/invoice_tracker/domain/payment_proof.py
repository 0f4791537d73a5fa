"""Stripe, our books and Clio held against one another: every payment is one line of the proof.

A payment by Stripe is one line, however many invoices it pays. Clio's payments carry no reference,
so what a bill shows as paid is poured over our payments of that bill: first where an amount is the
same, then the oldest first. No cent is poured twice, and what is left over is a line of its own.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID


class Progress(StrEnum):
    """How far the money has come."""

    processing = "processing"
    settled = "settled"
    failed = "failed"


class Recording(StrEnum):
    """Whether Clio is to know of a payment, by our books."""

    not_needed = "not_needed"
    waiting = "waiting"
    queued = "queued"
    recorded = "recorded"
    confirmed = "confirmed"


@dataclass(frozen=True, slots=True)
class InStripe:
    """A payment intent as Stripe lists it; amounts in minor units."""

    intent_id: str
    state: Progress
    amount_minor: int
    currency: str
    at: datetime
    refunded_minor: int = 0
    """Given back, or lost in a dispute."""
    disputed: bool = False
    is_ours: bool = True
    """Made by the product, for this firm."""

    @property
    def net_minor(self) -> int:
        """What the firm has of it."""
        return self.amount_minor - self.refunded_minor if self.state is Progress.settled else 0


@dataclass(frozen=True, slots=True)
class Here:
    """A payment of one invoice in our books; amounts in minor units."""

    id: UUID
    invoice_id: UUID | None
    intent_id: str | None
    state: Progress
    amount_minor: int
    currency: str
    at: datetime
    refunded_minor: int = 0
    overpaid_minor: int = 0
    disputed: bool = False
    is_from_clio: bool = False
    """Seen in Clio in the first place."""
    recording: Recording = Recording.not_needed
    recorded_at: datetime | None = None

    @property
    def net_minor(self) -> int:
        """What the firm has of it."""
        return self.amount_minor - self.refunded_minor if self.state is Progress.settled else 0

    @property
    def for_clio_minor(self) -> int:
        """What Clio should show of it in the end."""
        if self.invoice_id is None or self.state is not Progress.settled:
            return 0
        if self.is_from_clio:
            return max(0, self.net_minor)
        if self.recording is Recording.not_needed:
            return 0
        return max(0, self.net_minor - self.overpaid_minor)

    @property
    def should_show(self) -> bool:
        """Whether Clio has shown it before."""
        return self.is_from_clio or self.recording is Recording.confirmed


@dataclass(frozen=True, slots=True)
class ClioBill:
    """What a bill shows as paid; amounts in minor units, none below zero."""

    clio_id: int
    invoice_id: UUID | None
    """Ours; nothing for a bill that is not known here."""
    currency: str
    paid_minor: int
    total_minor: int
    is_settled: bool
    """Its state is *paid* and nothing is owed."""
    before_minor: int = 0
    """Paid there before the product knew the bill."""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClioAllocation:
    """One payment as it went to one bill."""

    id: int
    clio_bill_id: int
    amount_minor: int
    on: date
    is_voided: bool = False


@dataclass(frozen=True, slots=True)
class InClio:
    """All that was read from Clio."""

    bills: Collection[ClioBill]
    allocations: Collection[ClioAllocation] = ()


@dataclass(slots=True)
class Share:
    """What Clio shows of one payment of ours."""

    minor: int = 0
    allocation_ids: list[int] = field(default_factory=list)
    is_voided: bool = False
    """A payment of this amount was voided there."""


@dataclass(frozen=True, slots=True)
class ClioRest:
    """What a bill shows as paid and no payment of ours explains."""

    bill: ClioBill
    minor: int
    allocations: tuple[ClioAllocation, ...]
    is_from_before: bool

    @property
    def is_nothing(self) -> bool:
        """Whether all of it was voided."""
        return self.minor == 0 and all(one.is_voided for one in self.allocations)


@dataclass(frozen=True, slots=True)
class Group:
    """All that belongs to one payment, on the three sides."""

    key: str
    currency: str
    stripe: InStripe | None = None
    here: tuple[Here, ...] = ()
    shares: tuple[Share, ...] = ()
    """One for each of ``here``."""
    rest: ClioRest | None = None

    @property
    def stripe_minor(self) -> int:
        """What the firm has by Stripe."""
        return self.stripe.net_minor if self.stripe else 0

    @property
    def here_minor(self) -> int:
        """What the firm has by our books."""
        return sum(row.net_minor for row in self.here)

    @property
    def clio_minor(self) -> int:
        """What Clio shows as paid."""
        return sum(share.minor for share in self.shares) + (self.rest.minor if self.rest else 0)

    @property
    def allocation_ids(self) -> tuple[int, ...]:
        """Of Clio's payments."""
        own = [one for share in self.shares for one in share.allocation_ids]
        return (*own, *(one.id for one in self.rest.allocations)) if self.rest else tuple(own)


def pair(*, stripe: Iterable[InStripe], here: Iterable[Here], clio: InClio | None) -> list[Group]:
    """Everything in groups, each row in exactly one. The order of what comes in does not matter.

    Raises ``ValueError`` for a payment in Clio whose bill is not among the bills.
    """
    rows = sorted(here, key=lambda row: (row.at, str(row.id)))
    shares, rests = _pour_all(rows, clio) if clio else ({}, [])
    together: dict[tuple[str, str], list[Here]] = defaultdict(list)
    for row in rows:
        together[row.intent_id or str(row.id), row.currency].append(row)
    listed = {(one.intent_id, one.currency): one for one in stripe}
    groups = [
        Group(
            key=key,
            currency=currency,
            stripe=listed.get((key, currency)),
            here=tuple(together.get((key, currency), ())),
            shares=tuple(shares.get(row.id, Share()) for row in together.get((key, currency), ())),
        )
        for key, currency in dict.fromkeys([*together, *listed])
    ]
    groups += [Group(key=_key_of(rest), currency=rest.bill.currency, rest=rest) for rest in rests]
    return sorted(groups, key=lambda group: (group.key, group.currency))


def _key_of(rest: ClioRest) -> str:
    return f"clio-{rest.bill.clio_id}-{'before' if rest.is_from_before else 'more'}"


def _pour_all(rows: Sequence[Here], clio: InClio) -> tuple[dict[UUID, Share], list[ClioRest]]:
    by_invoice: dict[tuple[UUID | None, str], list[Here]] = defaultdict(list)
    for row in rows:
        if row.invoice_id is not None:
            by_invoice[row.invoice_id, row.currency].append(row)
    by_bill: dict[int, list[ClioAllocation]] = defaultdict(list)
    for allocation in sorted(clio.allocations, key=lambda one: (one.on, one.id)):
        by_bill[allocation.clio_bill_id].append(allocation)
    if not by_bill.keys() <= {bill.clio_id for bill in clio.bills}:
        raise ValueError("A payment in Clio needs its bill.")
    shares: dict[UUID, Share] = {}
    rests: list[ClioRest] = []
    for bill in clio.bills:
        of_bill = by_invoice[bill.invoice_id, bill.currency] if bill.invoice_id else []
        poured = _Pouring(bill, of_bill, by_bill[bill.clio_id])
        shares |= poured.shares
        rests += poured.rests
    return shares, rests


class _Pouring:
    """What one bill shows as paid, over our payments of it."""

    def __init__(
        self, bill: ClioBill, rows: Sequence[Here], allocations: Sequence[ClioAllocation]
    ) -> None:
        self.bill = bill
        self.shares = {row.id: Share() for row in rows}
        self.rests: list[ClioRest] = []
        self._before = min(bill.before_minor, bill.paid_minor)
        self._left = bill.paid_minor - self._before
        self._unpaired = [one for one in allocations if not one.is_voided]
        voided = [one for one in allocations if one.is_voided]
        self._take_equal(rows)
        self._mark_voided(rows, voided)
        self._fill(rows)
        self._cover_by_state(rows)
        self._show_refunded(rows)
        self._hand_out_allocations(rows, voided)

    def _take_equal(self, rows: Sequence[Here]) -> None:
        """A payment in Clio of the very amount is that payment."""
        for row in _in_order(rows):
            wanted = row.for_clio_minor
            found = next((a for a in self._unpaired if a.amount_minor == wanted), None)
            if found is not None and 0 < wanted <= self._left:
                self._unpaired.remove(found)
                self._give(row, wanted, found.id)

    def _mark_voided(self, rows: Sequence[Here], voided: list[ClioAllocation]) -> None:
        for row in _in_order(rows):
            found = next((a for a in voided if a.amount_minor == row.amount_minor), None)
            if found is not None and self.shares[row.id].minor == 0:
                voided.remove(found)
                self.shares[row.id].is_voided = True
                self.shares[row.id].allocation_ids.append(found.id)

    def _fill(self, rows: Sequence[Here]) -> None:
        """The rest goes where it is missing; last to what was voided."""
        for row in sorted(_in_order(rows), key=lambda row: self.shares[row.id].is_voided):
            self._give(row, min(self._left, row.for_clio_minor - self.shares[row.id].minor))

    def _cover_by_state(self, rows: Sequence[Here]) -> None:
        """A bill that was set to paid may show it in its state and not in what was paid."""
        covered = max(0, self.bill.total_minor - self.bill.paid_minor)
        for row in _in_order(rows) if self.bill.is_settled else ():
            short = min(covered, row.for_clio_minor - self.shares[row.id].minor)
            self.shares[row.id].minor += short
            covered -= short

    def _show_refunded(self, rows: Sequence[Here]) -> None:
        """What was given back after Clio had shown it, Clio goes on showing."""
        for row in _in_order(rows):
            told = row.recording in (Recording.recorded, Recording.confirmed)
            if told and row.state is Progress.settled and row.invoice_id is not None:
                over = row.amount_minor - row.overpaid_minor - self.shares[row.id].minor
                self._give(row, max(0, min(self._left, over)))

    def _give(self, row: Here, minor: int, allocation_id: int | None = None) -> None:
        self.shares[row.id].minor += minor
        self._left -= minor
        if allocation_id is not None:
            self.shares[row.id].allocation_ids.append(allocation_id)

    def _hand_out_allocations(self, rows: Sequence[Here], voided: list[ClioAllocation]) -> None:
        """Each payment of Clio is named by one line: a payment of ours that it helps to show."""
        open_rows = [
            row
            for row in _in_order(rows)
            if self.shares[row.id].minor > 0 and not self.shares[row.id].allocation_ids
        ]
        loose = list(self._unpaired)
        for row in open_rows:
            named = 0
            while loose and named < self.shares[row.id].minor:
                allocation = loose.pop(0)
                named += allocation.amount_minor
                self.shares[row.id].allocation_ids.append(allocation.id)
        # Where nothing new is left over, it was paid before the product knew the bill.
        is_old = self._before > 0 and self._left == 0
        of_before, more = (loose, voided) if is_old else ([], [*loose, *voided])
        if self._before > 0:
            self._rest(self._before, of_before, is_from_before=True)
        if self._left > 0 or more:
            self._rest(self._left, more, is_from_before=False)

    def _rest(self, minor: int, of: Sequence[ClioAllocation], *, is_from_before: bool) -> None:
        in_order = tuple(sorted(of, key=lambda one: one.id))
        self.rests.append(ClioRest(self.bill, minor, in_order, is_from_before))


def _in_order(rows: Sequence[Here]) -> list[Here]:
    """First what Clio has shown before, then what it was told, then the rest; the oldest first."""
    return sorted(
        rows,
        key=lambda row: (
            not row.should_show,
            row.recording is not Recording.recorded,
            row.at,
            str(row.id),
        ),
    )
