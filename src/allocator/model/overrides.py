"""What a solve was asked for beside its scenario, as a plan carries it in ``run.asked``."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, FailFast, Field

#: So many pins, and so many exclusions, a call may have at most.
MOST = 2_000
_Places = Annotated[tuple[str, ...], Field(max_length=MOST), FailFast()]


class Overrides(BaseModel):
    """The pins, exclusions and layers to keep of a call, with codes for all names.

    Attributes:
        pin: Places settled beforehand, ``ITEM=SLOT[/ROLE][@PERIOD]``.
        exclude: Who is kept out of where, ``ITEM[=SLOT[/ROLE]][@PERIOD]``.
        keep: Layers in which what the baseline decided stays.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)

    pin: _Places = ()
    exclude: _Places = ()
    keep: _Places = ()

    def __bool__(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.pin or self.exclude or self.keep)

    @property
    def options(self) -> list[str]:
        """The same as options of a call."""
        return [f"--{name} {place}" for name, places in self for place in places]

    def without(self, other: Overrides) -> Overrides:
        """Return the pins and exclusions that another call does not ask for; layers to keep are left out."""
        pin = tuple(one for one in self.pin if one not in other.pin)
        return Overrides(pin=pin, exclude=tuple(one for one in self.exclude if one not in other.exclude))

    def carried(self) -> dict[str, list[str]]:
        """Return the same as JSON; what was not asked for is left out."""
        return {name: list(places) for name, places in self if places}
