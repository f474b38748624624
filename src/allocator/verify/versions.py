"""What of a scenario differs from the version that a plan was made for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocator.model.plan import Plan
from allocator.model.text import Text
from allocator.rules.policy import Policy

#: How many of like things are named.
NAMED = 8
_HEAD = Text(zh="方案是为本场景的另一版本作出的", en="the plan was made for another version of the scenario")
_UNTOLD = Text(zh="有何不同，方案未记", en="it does not say in which files")


@dataclass(frozen=True)
class OtherVersion:
    """What differs between a scenario and the one that a plan was made for, as far as the plan tells.

    Attributes:
        name: What the plan calls its scenario, if this one is called otherwise.
        changed: Files with another content.
        added: Files that this scenario has and that one had not.
        gone: Files that it had and this one has not.
        new_rules: Rules that the plan does not list.
        old_rules: Rules that the plan lists and this scenario has not.
        is_told: Whether the plan says what the files were.
    """

    name: str = ""
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    new_rules: tuple[str, ...] = ()
    old_rules: tuple[str, ...] = ()
    is_told: bool = True

    @property
    def message(self) -> Text:
        """The differences in one line."""
        parts = list(self._parts()) or ([] if self.is_told else [_UNTOLD])
        zh, en = "；".join(one.zh for one in parts), "; ".join(one.en for one in parts)
        return Text(zh=f"{_HEAD.zh}：{zh}" if zh else _HEAD.zh, en=f"{_HEAD.en}: {en}" if en else _HEAD.en)

    def _parts(self) -> Iterator[Text]:
        if self.name:
            yield Text(zh=f"那一场景名为 {self.name}", en=f"that one is called {self.name}")
        yield from _listed("改动的文件", "files changed", self.changed)
        yield from _listed("新增的文件", "files added", self.added)
        yield from _listed("已去掉的文件", "files gone", self.gone)
        yield from _listed("方案中没有的规则", "rules that it does not list", self.new_rules)
        yield from _listed("场景中已没有的规则", "rules that are gone", self.old_rules)


def _listed(zh: str, en: str, names: tuple[str, ...]) -> Iterator[Text]:
    if names:
        more = len(names) - NAMED
        shown_zh = "、".join(names[:NAMED]) + (f" 等 {len(names)} 个" if more > 0 else "")
        shown_en = ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
        yield Text(zh=f"{zh} {shown_zh}", en=f"{en} {shown_en}")


def other_version(policy: Policy, plan: Plan) -> OtherVersion | None:
    """Return what differs; None if the plan was made for this very version."""
    if plan.scenario.sha256 == policy.sha256:
        return None
    then, now = plan.scenario.files, policy.files
    stated, known = [rule.id for rule in plan.rules], [rule.id for rule in policy.rules]
    is_of_call = bool(plan.run.get("beside"))
    return OtherVersion(
        name=plan.scenario.name if plan.scenario.name != policy.context.scenario.name else "",
        changed=_differing(then, now),
        added=tuple(name for name in now if then and name not in then),
        gone=tuple(name for name in then if name not in now),
        new_rules=tuple(one for one in known if stated and one not in stated),
        old_rules=tuple(dict.fromkeys(one for one in stated if one not in known and not is_of_call)),
        is_told=bool(then),
    )


def _differing(then: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name, digest in now.items() if name in then and then[name] != digest)
