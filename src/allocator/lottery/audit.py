"""The audit file of a draw, ``allocator-draw/2``: the commitment, the public seed, and the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from allocator.errors import Fault, InputError, nearest, shorten, visible_json
from allocator.lottery.draw_kind import AuditModel, Committed, Draw
from allocator.lottery.findings import canonical_json, commitment_hash, readable_json
from allocator.lottery.kinds import all_draw_kinds
from allocator.model.reading import input_error
from allocator.model.reading.json_files import json_fault, parse_json
from allocator.model.text import Text

ModelT = TypeVar("ModelT", bound=BaseModel)
FORMAT = "allocator-draw/2"
#: The format before seeds had a form. It is still read, for replays.
FORMAT_1 = "allocator-draw/1"


@dataclass(frozen=True)
class Audit:
    """The state of a draw: its commitment and, after the draw, seed and result.

    Attributes:
        kind: Kind of the draw.
        committed: Pool, rules and chances.
        commitment: SHA-256 of ``committed`` as the file claims it.
        seed: The public seed; None before the draw.
        result: The result of the seed; None before the draw.
    """

    kind: type[Draw]
    committed: Committed
    commitment: str
    seed: str | None = None
    result: AuditModel | None = None

    @property
    def recomputed_commitment(self) -> str:
        """The SHA-256 of ``committed``, computed again."""
        return commitment_hash(self.committed.content())

    @property
    def format(self) -> str:
        """The format of the file: the first one has no terms."""
        return FORMAT_1 if self.committed.terms is None else FORMAT

    @property
    def witness(self) -> str:
        """The line to publish before the seed is known."""
        one = self.committed
        parts = [self.format, self.commitment, f"{one.scenario}/{one.draw}"]
        if one.terms is not None:
            parts += [one.terms.form, f"{one.terms.committed_at or '-'} < {one.terms.seed_at or '-'}"]
        return " ".join(parts)

    def drawn(self, seed: str | None, result: AuditModel | None) -> Audit:
        """Return the draw with another seed and result."""
        return replace(self, seed=seed, result=result)


def audit_text(audit: Audit) -> str:
    """Return the only valid text of an audit file; hashes are of canonical JSON, not of this text."""
    result = None if audit.result is None else audit.result.model_dump(mode="json")
    parts = {
        "format": canonical_json(audit.format),
        "commitment": canonical_json(audit.commitment),
        "committed": readable_json(audit.committed.content(), "  "),
        "seed": canonical_json(audit.seed),
        "result": canonical_json(None) if result is None else readable_json(result, "  "),
    }
    return visible_json("{\n" + ",\n".join(f'  "{key}": {text}' for key, text in parts.items()) + "\n}\n")


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["allocator-draw/1", "allocator-draw/2"]
    commitment: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    committed: Mapping[str, Any]
    seed: Annotated[str, Field(min_length=1, max_length=1000)] | None
    result: Mapping[str, Any] | None


def read_audit(content: bytes, file: str) -> Audit:
    """Return the draw of an audit file.

    Args:
        content: The bytes of the file.
        file: Name of the file for faults.

    Raises:
        InputError: It is no audit file. The claims of the file are not checked.
    """
    data = parse_json(content, file)
    read = _validate(_File, data, file)
    kind = _kind_named(read.committed.get("kind"), file)
    committed = _validate(kind.committed, read.committed, file, "committed")
    _check_format(read.format, committed, file)
    if (read.seed is None) != (read.result is None):
        message = Text(zh="种子和结果须同时有或同时无", en="seed and result stand together or not at all")
        raise InputError([Fault(message, file, column="result")])
    result = None if read.result is None else _validate(kind.result, read.result, file, "result")
    audit = Audit(kind, committed, read.commitment, read.seed, result)
    try:
        canonical_json(data).encode()
    except UnicodeEncodeError:
        message = Text(zh="含有不成字符的编码", en="has half a character (a lone surrogate)")
        raise InputError([Fault(message, file)]) from None
    return audit


def _check_format(said: str, committed: Committed, file: str) -> None:
    if (committed.terms is None) != (said == FORMAT_1):
        message = Text(zh="格式与 terms 不符", en="format and terms do not fit together")
        raise InputError([Fault(message, file, 0, "committed.terms", allowed=f"{FORMAT}")])


def _kind_named(name: object, file: str) -> type[Draw]:
    known = all_draw_kinds()
    if not isinstance(name, str) or name not in known:
        message = Text(zh="没有此抽签种类", en="there is no such kind of draw")
        shown, near = shorten(name), nearest(str(name), known)
        raise InputError([Fault(message, file, 0, "committed.kind", shown, ", ".join(known), near)])
    return known[name]


def _validate(model: type[ModelT], data: Any, file: str, *where: str) -> ModelT:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise input_error(json_fault(one, file, (*where, *one["loc"])) for one in details) from None
