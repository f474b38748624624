"""Obstacles on the maps of a policy that make zones impossible: a heavy unit, an island, a bottleneck."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from allocator.explain.conflicts import MapObstacle
from allocator.graph.geography import Neighbours, connected_components
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.optimise.zones.candidates import shared_bands
from allocator.optimise.zones.connected_sets import Band
from allocator.program.program import INFINITE
from allocator.program.slot_decomposition import decompose_by_slot
from allocator.rules.policy import Policy

#: Units of a piece that a message names at most.
MAX_NAMED = 6


def find_map_obstacles(policy: Policy) -> tuple[MapObstacle, ...]:
    """Return the obstacles on the maps of a policy: a heavy unit, an island, a bottleneck.

    Each breaks a necessary condition of every plan. The conditions come from the rows that hold the sum of
    every slot to a band. Empty where none is broken.
    """
    found: list[MapObstacle] = []
    for name, layer in policy.context.layers.items():
        alone = policy.truncate({name: len(layer.periods)})
        alone = replace(alone, rules=tuple(rule for rule in alone.rules if rule.is_hard))
        whole = None if alone.adjacency is None else decompose_by_slot(alone.compile())
        if whole is None or alone.adjacency is None:
            continue
        items = whole.items.tolist()
        for band in shared_bands(whole):
            weights = dict(zip(items, band.weights.tolist(), strict=True))
            check = _MapCheck(alone, layer, alone.adjacency, band, weights)
            found += [
                MapObstacle(alone.rules[band.rule].id, text) for text in check.obstacles(len(whole.blocks))
            ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, eq=False)
class _MapCheck:
    """A map, with the band in which the sum of every slot must lie."""

    policy: Policy
    layer: Layer
    near: Neighbours
    band: Band
    weights: dict[int, int]

    def obstacles(self, slots: int) -> Iterator[Text]:
        """Yield each obstacle, without those that follow from a simpler one."""
        low, high = self.band.low, self.band.high
        heavy = [i for i, weight in self.weights.items() if weight > high]
        for i in heavy:
            yield Text(
                zh=f"{self._name(i)}：自身为 {self.weights[i]}，超过上限 {high}",
                en=f"{self._name(i)}: {self.weights[i]} by itself, above the limit of {high}",
            )
        whole = self._weight(self.weights)
        if whole < slots * low or whole > slots * high:
            yield Text(
                zh=f"全部合计 {whole}，{slots} 个去处{self._limits('zh')}",
                en=f"all together {whole}, for {slots} slots of {self._limits('en')} each",
            )
            return
        if heavy:
            return
        pieces = sorted(connected_components(self.weights, self.near), key=min)
        for piece in pieces:
            if len(pieces) == 1 or self._is_made_of_zones(piece):
                continue
            if len(piece) == 1:
                yield Text(
                    zh=f"{self._names(piece, 'zh')}：没有相邻单位，自身为 {self._weight(piece)}，"
                    f"划不成{self._limits('zh')} 的片区",
                    en=f"{self._names(piece, 'en')}: has no neighbour, {self._weight(piece)} by itself, "
                    f"which makes no zone of {self._limits('en')}",
                )
            else:
                yield Text(
                    zh=f"{self._names(piece, 'zh')}：与其余不相连，合计 {self._weight(piece)}，"
                    f"划不成{self._limits('zh')} 的片区",
                    en=f"{self._names(piece, 'en')}: cut off from the rest, {self._weight(piece)} in all, "
                    f"which makes no zones of {self._limits('en')}",
                )
        if high < INFINITE:
            yield from self._bottlenecks(pieces)

    def _bottlenecks(self, pieces: Collection[frozenset[int]]) -> Iterator[Text]:
        """Yield bottlenecks: units that alone link light parts to the rest, and are too heavy with them."""
        for piece in pieces:
            for i in sorted(piece):
                hanging = [
                    part
                    for part in connected_components(piece - {i}, self.near)
                    if self._weight(part) < self.band.low
                ]
                weight = self._weight([i]) + sum(map(self._weight, hanging))
                if hanging and weight > self.band.high:
                    rest = frozenset().union(*hanging)
                    yield Text(
                        zh=f"{self._name(i)}：{self._names(rest, 'zh')}只经它与其余相连，自成片区不足"
                        f" {self.band.low}，须与它同片区，合计 {weight}，超过上限 {self.band.high}",
                        en=f"{self._name(i)}: only it joins {self._names(rest, 'en')} to the rest, too light "
                        f"for zones of {self.band.low}; with it that is {weight}, above "
                        f"the limit of {self.band.high}",
                    )

    def _is_made_of_zones(self, piece: Collection[int]) -> bool:
        weight, low, high = self._weight(piece), self.band.low, self.band.high
        fewest = 1 if high >= INFINITE or high <= 0 else max(1, -(-weight // high))
        return weight >= fewest * low

    def _weight(self, items: Collection[int]) -> int:
        return sum(self.weights[i] for i in items)

    def _limits(self, language: str) -> str:
        low, high = max(0, self.band.low), self.band.high
        if high >= INFINITE:
            return f"至少 {low}" if language == "zh" else f"{low} or more"
        if low == high:
            return f"恰好 {low}" if language == "zh" else f"exactly {low}"
        return f" {low} 至 {high}" if language == "zh" else f"{low} to {high}"

    def _name(self, item: int) -> str:
        return self.policy.context.scenario.organisation.label(self.layer.items[item])

    def _names(self, items: Collection[int], language: str) -> str:
        named = [self._name(i) for i in sorted(items)[:MAX_NAMED]]
        more = len(items) - len(named)
        if language == "zh":
            return "、".join(named) + (f"等 {len(items)} 个" if more else "")
        return ", ".join(named) + (f" and {more} more" if more else "")
