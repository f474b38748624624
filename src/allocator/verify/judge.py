"""Judges plans by the checks of the rules themselves, and holds the claims of a plan to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from allocator.errors import nearest, shorten
from allocator.model.plan import HARD, Assignment, BoundProof, Level, LevelScore, Plan, RuleScore
from allocator.model.run import EARLIER, NAMES, SECOND, ZERO, is_confirmed
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule


@dataclass(frozen=True)
class Finding:
    """The breaches of one rule in a plan; ``measured`` has the measure of a rule that measures."""

    rule: Rule
    breaches: tuple[Breach, ...]
    measured: Text | None = None

    @property
    def cost(self) -> int:
        """The weighted sum of the amounts."""
        return self.rule.weight * sum(breach.amount for breach in self.breaches)

    @property
    def score(self) -> RuleScore:
        """The finding as an entry of ``rules`` in a plan."""
        return RuleScore(
            id=self.rule.id, level=self.rule.plan_level, violations=len(self.breaches), cost=self.cost
        )


@dataclass(frozen=True)
class Judgement:
    """The findings of all rules in a plan, in the order of the rules."""

    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The hard rules that the plan breaks."""
        return tuple(found for found in self.findings if found.rule.is_hard and found.breaches)

    @property
    def costs(self) -> dict[Level, int]:
        """Cost of the plan by level, the hard level first."""
        costs: dict[Level, int] = {HARD: 0}
        for found in sorted(self.findings, key=lambda f: (not f.rule.is_hard, str(f.rule.level).zfill(3))):
            level = found.rule.plan_level
            costs[level] = costs.get(level, 0) + found.cost
        return costs


def judge(policy: Policy, assignments: Iterable[Assignment]) -> Judgement:
    """Return the findings of every rule of the policy in a plan.

    Raises:
        KeyError, ValueError: An assignment has an unknown name (see ``check_references``).
    """
    roster = Roster(policy.context.layers, assignments)
    return Judgement(
        tuple(
            Finding(rule, tuple(policy.breaches(rule, roster)), measure_rule(policy, rule, roster))
            for rule in policy.rules
        )
    )


def measure_rule(policy: Policy, rule: Rule, roster: Roster) -> Text | None:
    """Return the measure of a soft rule in a plan; None where the rule counts breaches."""
    return None if rule.is_hard else rule.measurement(roster, policy.scopes[rule.id])


# The claims of a plan. Whether a solver has proved a bound cannot be judged without that solver; whether the
# plan says so without contradiction can.

#: Names that are listed in one message.
NAMED = 3


@dataclass(frozen=True)
class Disagreement:
    """A false claim of a plan; ``rule`` is empty where the claim is not about a rule."""

    rule: str
    message: Text


def score_disagreements(plan: Plan, judgement: Judgement) -> tuple[Disagreement, ...]:
    """Return the differences between the score in a plan and the findings of the rules.

    A plan without a score claims nothing.
    """
    return (*_rule_disagreements(plan, judgement), *_level_disagreements(plan, judgement))


def _rule_disagreements(plan: Plan, judgement: Judgement) -> Iterator[Disagreement]:
    claimed = {score.id: score for score in plan.rules}
    for finding in judgement.findings:
        claim, found = claimed.get(finding.rule.id), finding.score
        if claim is not None and (claim.violations, claim.cost) != (found.violations, found.cost):
            yield Disagreement(found.id, _rule_text(claim, found))


def _rule_text(claim: RuleScore, found: RuleScore) -> Text:
    return Text(
        zh=f"方案自称 {claim.violations} 处、代价 {claim.cost}，"
        f"实为 {found.violations} 处、代价 {found.cost}",
        en=f"the plan claims {claim.violations} at cost {claim.cost}, "
        f"but there are {found.violations} at cost {found.cost}",
    )


def _level_disagreements(plan: Plan, judgement: Judgement) -> Iterator[Disagreement]:
    costs = judgement.costs
    for score in plan.score:
        cost = costs.get(score.level, 0)
        if score.cost != cost or score.bound > cost:
            yield Disagreement("", _level_text(score, cost))


def _level_text(score: LevelScore, cost: int) -> Text:
    return Text(
        zh=f"级别 {score.level}：方案自称代价 {score.cost}（下界 {score.bound}），实为 {cost}",
        en=f"level {score.level}: the plan claims cost {score.cost} (bound {score.bound}), but it is {cost}",
    )


def status_inconsistencies(plan: Plan) -> Iterator[Disagreement]:
    """Yield contradictions between the status of a plan, its bounds and its content; needs no scenario."""
    yield from map(_about_plan, _missing_content(plan) if plan.is_found else _content_without_plan(plan))
    for score in plan.score:
        yield from map(_about_plan, _bound_contradictions(score, optimal=plan.status == "optimal"))


def _about_plan(message: Text) -> Disagreement:
    return Disagreement("", message)


def _content_without_plan(plan: Plan) -> Iterator[Text]:
    """Yield the content of an answer without a plan that should be empty, or the absence of a plan."""
    held = [f"{name}: {len(parts)}" for name, parts in _parts(plan) if parts]
    listed = ", ".join(held)
    if held:
        yield Text(
            zh=f"方案自称 {plan.status}（没有方案），却含有 {listed}",
            en=f"the plan claims to be {plan.status}, which is without a plan, but holds {listed}",
        )
    else:
        yield Text(
            zh=f"文件中没有方案：其状态为 {plan.status}",
            en=f"the file holds no plan: its status is {plan.status}",
        )


def _parts(plan: Plan) -> tuple[tuple[str, tuple[object, ...]], ...]:
    return ("assignments", plan.assignments), ("score", plan.score), ("rules", plan.rules)


def _missing_content(plan: Plan) -> Iterator[Text]:
    """Yield the missing parts of a plan; one made by hand may leave out its score and its rules."""
    is_checkpoint = plan.run.get("checkpoint") is True
    if is_checkpoint and plan.status == "optimal":
        yield Text(
            zh="方案自称最优，却是未求解完的检查点",
            en="the plan claims to be optimal, but is the checkpoint of a solve that did not end",
        )
    claims_nothing = plan.status == "feasible" and not plan.model_fields_set & {"score", "rules"}
    if claims_nothing:
        return
    for name, parts in (("score", plan.score), ("rules", plan.rules)):
        if not parts and not (name == "rules" and is_checkpoint):  # a checkpoint lists no rules
            yield Text(
                zh=f"方案自称 {plan.status}，其 {name} 却是空的",
                en=f"the plan claims to be {plan.status}, but its {name} is empty",
            )


def _bound_contradictions(score: LevelScore, *, optimal: bool) -> Iterator[Text]:
    """Yield contradictions between the cost and the bound of a level; neither is below 0."""
    if min(score.cost, score.bound) < 0:
        yield Text(
            zh=f"级别 {score.level}：代价 {score.cost}、下界 {score.bound} 不可能，二者都不小于 0",
            en=f"level {score.level}: a cost {score.cost} with a bound {score.bound} cannot be: "
            "neither is below 0",
        )
    if optimal and score.cost != score.bound:
        yield Text(
            zh=f"级别 {score.level}：方案自称最优，代价 {score.cost} 却不等于下界 {score.bound}",
            en=f"level {score.level}: the plan claims to be optimal, but its cost {score.cost} "
            f"is not its bound {score.bound}",
        )
    elif score.bound > score.cost:
        yield Text(
            zh=f"级别 {score.level}：下界 {score.bound} 高于代价 {score.cost}",
            en=f"level {score.level}: the bound {score.bound} is above the cost {score.cost}",
        )


def proof_inconsistencies(plan: Plan) -> Iterator[Disagreement]:
    """Yield claims about proofs that cannot be true; needs no scenario."""
    for score in plan.score:
        named = Text(zh=f"级别 {score.level} 的证明", en=f"the proof of level {score.level}")
        for message in (*_proof_faults(score.proof), *_zero_bound_faults(score)):
            yield _about(named, message)
    if "proof" in plan.run:
        for message in _infeasibility_proof_faults(plan):
            yield _about(Text(zh="run.proof ", en="run.proof"), message)


def is_proved_twice(plan: Plan) -> bool:
    """Return whether two solvers have proved each level with a cost, or that no plan exists.

    A bound of 0 needs no proof. Where no level costs anything, nothing is proved twice.
    """
    if plan.status not in ("optimal", "infeasible") or any(proof_inconsistencies(plan)):
        return False
    proofs = [score.proof for score in plan.score if score.cost > 0]
    if plan.status == "infeasible":
        proofs = [BoundProof.model_validate(plan.run.get("proof", {}))]
    return bool(proofs) and all(is_confirmed(one.by, one.confirmed) for one in proofs)


def _about(named: Text, message: Text) -> Disagreement:
    return Disagreement("", Text(zh=f"{named.zh}{message.zh}", en=f"{named.en} {message.en}"))


def _infeasibility_proof_faults(plan: Plan) -> Iterator[Text]:
    """Yield the faults of the proof that there is no plan."""
    if plan.status != "infeasible":
        yield Text(
            zh=f"说明由谁证明无解，方案状态却是 {plan.status}",
            en=f"says who proved that there is no plan, but the status is {plan.status}",
        )
    try:
        proof = BoundProof.model_validate(plan.run["proof"])
    except ValidationError:
        yield Text(zh="不是由求解器名称组成的 by 与 confirmed", en="is not `by` and `confirmed` with names")
        return
    yield from _proof_faults(proof)
    if proof.model_extra:
        key = shorten(sorted(proof.model_extra)[0])
        yield Text(zh=f"含未知的键：{key}", en=f"has an unknown key: {key}")
    if ZERO in proof.by:
        yield _zero_text()


def _proof_faults(proof: BoundProof) -> Iterator[Text]:
    """Yield unknown and repeated names of solvers, and confirmations that confirm nothing."""
    second = proof.confirmed or ()
    if unknown := list(dict.fromkeys(name for name in (*proof.by, *second) if name not in NAMES)):
        yield _unknown_text(unknown)
    if len({*proof.by}) < len(proof.by) or len({*second}) < len(second):
        yield Text(zh="把同一求解器写了不止一次", en="names a solver more than once")
    if proof.confirmed is not None:
        yield from _confirmation_faults(proof.by, second)


def _unknown_text(names: list[str]) -> Text:
    near, shown = nearest(names[0], NAMES), _listed(names)
    hint = Text(zh=f"（是否为“{near}”？）", en=f" (did you mean '{near}'?)") if near else Text()
    return Text(
        zh=f"出自未知的求解器：{shown}{hint.zh}",
        en=f"names a solver that there is not: {shown}{hint.en}",
    )


def _listed(names: Iterable[str]) -> str:
    """Return the first of some names in one line."""
    every = list(dict.fromkeys(names))
    return ", ".join(map(shorten, every[:NAMED])) + (", ..." if len(every) > NAMED else "")


def _confirmation_faults(by: tuple[str, ...], second: tuple[str, ...]) -> Iterator[Text]:
    if not second or not by or EARLIER in by:
        yield Text(
            zh="自称双重证明，却未写明两次各由哪个求解器作出",
            en="claims a second proof, but does not name the solvers of both",
        )
    if both := [name for name in second if name in by]:
        shown = _listed(both)
        yield Text(
            zh=f"由同一求解器证明又确认：{shown}", en=f"is confirmed by the solver that made it: {shown}"
        )
    if unfit := [name for name in second if name in NAMES.keys() - set(SECOND)]:
        shown = _listed(unfit)
        yield Text(
            zh=f"由不能确认任意证明者确认：{shown}", en=f"is confirmed by what confirms no proof: {shown}"
        )


def _zero_bound_faults(score: LevelScore) -> Iterator[Text]:
    if ZERO in score.proof.by and score.bound > 0:
        yield _zero_text()
    if ZERO in score.proof.by and score.proof.confirmed:
        yield Text(zh="下界为 0，无须确认", en="is of a bound of 0, which needs no confirmation")


def _zero_text() -> Text:
    return Text(
        zh="只凭“代价不小于零”，不能证明这一点",
        en="stands on that nothing costs less than 0, which does not prove this",
    )
