"""What-if chains: steps tried on a plan one after the other, held beside it, and accepted or discarded.

A chain starts from a plan, which stays as it is. Each step asks for something more; all steps that are not
dropped are solved together, from that plan. The chain is written before each search: a program that is killed
loses nothing. Only ``accept_trial`` writes a plan.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from allocator.api.exporting import read_document, reads_back
from allocator.api.judging import verify
from allocator.api.plan_scenario import find_policy
from allocator.api.scenarios import bind, load
from allocator.api.solving import counts_changes, fewest_changes, solve
from allocator.errors import Fault, InputError
from allocator.model.plan import Plan
from allocator.model.reading.files import read_bytes
from allocator.model.reading.json_files import PLAN_BYTES, read_plan, write_plan
from allocator.model.reading.trial_files import read_trial, write_trial
from allocator.model.text import Text
from allocator.model.trial_chain import TrialChain, TrialStep, active_steps
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer

ACCEPT = "--accept"


@dataclass(frozen=True)
class Trial:
    """A what-if chain with the plan that it starts from.

    Attributes:
        file: The file of the plan, or a document that reads back.
        base: The plan.
        policy: The rules of its scenario, with nothing asked for.
        chain: The steps and answers.
    """

    file: Path
    base: Plan
    policy: Policy
    chain: TrialChain

    @property
    def path(self) -> Path:
        """The file of the chain, beside the plan."""
        return trial_path(self.file)

    @property
    def key(self) -> str:
        """The digest of what the steps that are not dropped ask for."""
        return self._key(self.chain.steps)

    @property
    def answer(self) -> Plan | None:
        """The answer to the chain as it is; the plan itself without steps; None if it is not solved yet."""
        return self.chain.answer(self.key) if self.chain.active else self.base

    @property
    def answer_before(self) -> Plan | None:
        """The answer to the chain before the last action, if it is at hand."""
        if not self.chain.past:
            return None
        steps = self.chain.past[-1]
        return self.chain.answer(self._key(steps)) if active_steps(steps) else self.base

    def _key(self, steps: Sequence[TrialStep]) -> str:
        asked = _asked(active_steps(steps))
        said = [self.policy.sha256, self.chain.plan, asked]
        return sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()

    def bound(self) -> Policy:
        """Return the policy with all that the steps ask for.

        Raises:
            InputError: With every name of a step that the scenario does not have.
        """
        asked = _asked(self.chain.active)
        pins, exclude, freeze, at_most = (asked[name] for name in ("pin", "exclude", "freeze", "at_most"))
        [since] = asked["since"] or [""]
        return bind(
            self.policy.context.scenario,
            baseline=self.base,
            pins=pins,
            exclude=exclude,
            freeze=freeze,
            since=since,
            at_most=at_most,
        )


def _asked(steps: Sequence[TrialStep]) -> dict[str, list[str]]:
    """Return what steps ask for together; of limits and days the last one counts."""
    limits = [one.at_most for one in steps if one.at_most]
    since = [one.since for one in steps if one.since]
    joined = {
        name: [text for one in steps for text in getattr(one, name)] for name in ("pin", "exclude", "freeze")
    }
    return {**joined, "at_most": list(limits[-1]) if limits else [], "since": since[-1:]}


def trial_path(plan: Path) -> Path:
    """Return the path of the chain of a plan."""
    return plan.with_name(f"{plan.name}.try")


def open_trial(file: Path, *, scenario: Path | None = None) -> Trial:
    """Open the what-if chain of a plan; without a file of it, a chain without steps.

    Args:
        file: A plan, or a document that reads back, such as an exported workbook that was edited by hand.
        scenario: Its scenario; None to look for it near the plan.

    Raises:
        InputError: A file cannot be read, the scenario is not at hand, or the plan is another one by now.
    """
    content = read_bytes(file, file.name, PLAN_BYTES)
    policy, base = _read_base(file, scenario)
    chain = TrialChain(plan=sha256(content).hexdigest())
    path = trial_path(file)
    if path.exists():
        there = read_trial(path)
        if there.plan != chain.plan:
            message = Text(
                zh="方案已改动，与试算开始时不同；放回原来的方案，或用 --discard 放弃试算",
                en="has changed since the trial began: put the former plan back, or --discard the trial",
            )
            raise InputError([Fault(message, file.name)])
        chain = there
    return Trial(file, base, policy, chain)


def _read_base(file: Path, scenario: Path | None) -> tuple[Policy, Plan]:
    if reads_back(file):
        if scenario is None:
            message = Text(zh="须指明文件的场景", en="name the scenario of the document")
            raise InputError([Fault(message, column="--scenario", found=file.name)])
        policy = bind(load(scenario))
        return policy, read_document(file, policy).plan
    plan = read_plan(file)
    found = find_policy(plan, file) if scenario is None else None
    if found is not None and found.policy is None:
        if found.unreadable is not None:
            raise found.unreadable[1]
        message = Text(zh="未找到方案的场景", en="the scenario of the plan is not at hand")
        raise InputError([Fault(message, file.name, column="--scenario", found=plan.scenario.name)])
    policy = found.policy if found is not None and found.policy else bind(load(scenario or file))
    return policy, plan


def save_trial(trial: Trial) -> None:
    """Write the chain beside its plan; one without steps and without a past is removed.

    Raises:
        InputError: The file cannot be written.
    """
    if trial.chain.steps or trial.chain.past:
        write_trial(trial.chain, trial.path)
    else:
        discard_trial(trial.file)


def solve_trial(
    trial: Trial, *, seconds: float = 20, seed: int = 1, workers: int = 0, observer: Observer = NULL_OBSERVER
) -> Trial:
    """Solve the chain as it is, and put the answer into its file.

    Steps that another program added to the file meanwhile stay there. An answer that is neither a plan nor
    the proof that there is none is not kept.

    Args:
        trial: The chain; it has a step that is not dropped.
        seconds: Time limit in seconds.
        seed: Seed of random choices.
        workers: Threads, 0 for as many as there are cores.
        observer: Receives progress, and may stop the search.

    Raises:
        InputError: A step names what the scenario does not have, or the file cannot be written.
    """
    policy = trial.bound()
    is_fewest = counts_changes(policy, None, rolls=False, resumes=False)
    search = fewest_changes if is_fewest else solve
    plan = search(policy, seconds=seconds, seed=seed, workers=workers, observer=observer)
    answered = replace(trial, chain=trial.chain.with_answer(trial.key, plan))
    if plan.status != "unknown" and trial.path.exists():
        there = read_trial(trial.path)
        if there.plan == trial.chain.plan:
            write_trial(there.with_answer(trial.key, plan), trial.path)
    return answered


def accept_trial(trial: Trial, out: Path) -> Plan:
    """Write the plan of the chain as it is, after it is judged anew, and end the chain.

    Raises:
        InputError: There is no step or no plan, the file is that of the plan itself or cannot be written, or
            the answer in the file of the chain does not hold.
    """
    if out.resolve() == trial.file.resolve():
        message = Text(zh="原方案不改写，请写到另一文件", en="the plan stays as it is: name another file")
        raise InputError([Fault(message, out.name, column=ACCEPT)])
    plan = trial.answer
    if not trial.chain.active or plan is None or not plan.is_found:
        message = Text(
            zh="没有可采纳的方案：去掉或撤销一步，或先加一步",
            en="there is no plan to accept: drop or undo a step, or add one",
        )
        raise InputError([Fault(message, column=ACCEPT)])
    if not verify(trial.policy, plan, file=trial.path.name).holds:
        message = Text(
            zh="其中的方案不成立：文件被改动过；用 --discard 放弃试算",
            en="holds a plan that breaks a rule: the file was edited; --discard the trial",
        )
        raise InputError([Fault(message, trial.path.name)])
    write_plan(plan, out)
    discard_trial(trial.file)
    return plan


def discard_trial(plan: Path) -> None:
    """Remove the chain of a plan; the plan stays."""
    with suppress(FileNotFoundError):
        trial_path(plan).unlink()
