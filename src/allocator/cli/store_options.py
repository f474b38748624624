"""The options of a store: where it is, who does something, why, and under which name."""

from __future__ import annotations

import getpass

import click

from allocator import api
from allocator.cli.options import Decorator, argument, option
from allocator.cli.output import Output
from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.report.rendering.console import pick

#: The environment variable that names a store.
VARIABLE = "ALLOCATOR_STORE"
store_option = option(
    "--store",
    metavar="STORE",
    envvar=VARIABLE,
    zh=f"方案库：文件，或 postgresql://用户@主机/库；默认取环境变量 {VARIABLE}",
    en=f"the store: a file, or postgresql://USER@HOST/DATABASE; by default that of {VARIABLE}",
)
who_option = option(
    "--who", metavar="NAME", zh="何人，默认登录名", en="who does it, by default the login name"
)


def why_option(*, zh: str = "理由", en: str = "the reason") -> Decorator:
    """Declare the option for a reason."""
    return option("--why", default="", metavar="TEXT", zh=zh, en=en)


name_option = option(
    "--as",
    "name",
    default="",
    metavar="NAME",
    zh="方案在库中的名称，默认为场景的名称",
    en="name of the plan in the store, by default that of its scenario",
)
reference_argument = argument(
    "reference",
    metavar="REF",
    zh="方案：名称、名称@版本、摘要的开头，或方案文件",
    en="a plan: name, name@version, the beginning of its hash, or a plan file",
)


def store_argument(name: str = "place") -> Decorator:
    """Declare the argument that may name the store."""
    return argument(
        name, required=False, metavar="[STORE]", zh="方案库，同 --store", en="the store, as by --store"
    )


def chosen_store(place: str | None, store: str | None) -> str:
    """Return the store that a call names.

    Raises:
        InputError: It names none, or two.
    """
    given = [one for one in (place, store) if one]
    if place and store and place != store and is_store_typed():
        message = Text(zh="方案库写了两处", en="the store is named twice")
        raise InputError([Fault(message, column="--store", found=store)])
    if not given:
        message = Text(
            zh=f"须指明方案库：--store 文件，或环境变量 {VARIABLE}",
            en=f"needs a store: --store FILE, or the environment variable {VARIABLE}",
        )
        raise InputError([Fault(message, column="--store")])
    return given[0]


def is_store_typed() -> bool:
    """Whether ``--store`` stands on the command line rather than in the environment."""
    context = click.get_current_context(silent=True)
    source = context.get_parameter_source("store") if context is not None else None
    return source is not click.core.ParameterSource.ENVIRONMENT


class Actor:
    """Who does something: the name that the call gives, and the login where that is another one.

    Args:
        given: The name of ``--who``; None or empty for the login name.

    Raises:
        InputError: There is no login name, and none is given.
    """

    def __init__(self, given: str | None) -> None:
        try:
            login = getpass.getuser()
        except (KeyError, OSError, ImportError):
            login = ""
        name = (given or "").strip() or login
        if not name:
            message = Text(zh="没有登录名，须指明何人", en="there is no login name: say who")
            raise InputError([Fault(message, column="--who")])
        self.name = name
        self.details = {"login": login} if login and login != name else {}


def report_kept(version: api.PlanVersion, output: Output) -> str:
    """Return a line that says under which name a plan is kept."""
    zh = f"已存入方案库：{version.reference}（{version.plan[:12]}）"
    en = f"kept in the store: {version.reference} ({version.plan[:12]})"
    return pick(output.language, zh, en)
