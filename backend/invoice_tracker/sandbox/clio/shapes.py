"""Every noun of the API with its fields: exactly those that Clio documents."""

from invoice_tracker.sandbox.clio import bill_shape, currencies, office_shapes, people_shapes
from invoice_tracker.sandbox.clio.shape import Shape

SHAPES: dict[str, Shape] = {
    "bills": bill_shape.SHAPE,
    "balances": bill_shape.BALANCE,
    "splits": bill_shape.SPLIT,
    "users": people_shapes.USER,
    "accounts": people_shapes.ACCOUNT,
    "contacts": people_shapes.CONTACT,
    "addresses": people_shapes.ADDRESS,
    "matters": people_shapes.MATTER,
    "practice_areas": people_shapes.PRACTICE_AREA,
    "currencies": currencies.SHAPE,
    "allocations": office_shapes.ALLOCATION,
    "parents": office_shapes.PARENT,
    "participants": office_shapes.PARTICIPANT,
    "tasks": office_shapes.TASK,
    "communications": office_shapes.COMMUNICATION,
    "hooks": office_shapes.HOOK,
    "outstanding": office_shapes.OUTSTANDING,
}
DEFAULTS = {"bills": ("id", "etag", "number", "state"), "balances": ("id",)}
"""What is shown of a noun where nothing is asked for; of all others, ``id`` and ``etag``."""
