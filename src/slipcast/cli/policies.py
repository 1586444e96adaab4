"""The commands that give and take roles, for `policy` and for `adm policy`.

Source: oc policy, oc adm policy.
"""

from __future__ import annotations

from typing import Any

import click
import msgspec

from slipcast.api import kinds
from slipcast.cli import granting, serverflags, writing
from slipcast.cli.generators.roles import Subjects
from slipcast.cli.granting import Grant, Step
from slipcast.cli.options import together
from slipcast.cli.output import form as forms
from slipcast.cli.selection import resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.apifaults import NotFound
from slipcast.values.faults import Fault, UsageFault


class Sort(msgspec.Struct, frozen=True, kw_only=True):
    """One of the commands: whether it gives or takes, to whom, and where."""

    gives: bool
    groups: bool = False
    everywhere: bool = False

    @property
    def name(self) -> str:
        """What it is called."""
        whom = "group" if self.groups else "user"
        role = "cluster-role" if self.everywhere else "role"
        return f"add-{role}-to-{whom}" if self.gives else f"remove-{role}-from-{whom}"

    @property
    def help(self) -> str:
        """What it does."""
        whom = "groups" if self.groups else "users or service accounts"
        where = "everywhere" if self.everywhere else "in a namespace"
        return f"Give {whom} a role {where}." if self.gives else f"Take a role from {whom} {where}."


LOCAL = tuple(
    Sort(gives=gives, groups=groups) for gives in (True, False) for groups in (False, True)
)
CLUSTER = tuple(msgspec.structs.replace(sort, everywhere=True) for sort in LOCAL)


def command(sort: Sort) -> click.Command:
    """The command of a sort."""

    def run(ctx: click.Context, /, role: str, names: tuple[str, ...], **given: Any) -> None:
        _run(ctx, sort, role, names, given)

    options = together(
        click.argument("role", metavar="ROLE"),
        click.argument("names", metavar="NAME…", nargs=-1),
        *(
            ()
            if sort.groups
            else (
                click.option(
                    "-z",
                    "--serviceaccount",
                    multiple=True,
                    metavar="NAME",
                    help="A service account of the namespace. Repeatable.",
                ),
            )
        ),
        *(
            ()
            if sort.everywhere
            else (
                click.option(
                    "--role-namespace",
                    default="",
                    metavar="NAMESPACE",
                    help="The role is one of this namespace, not of the cluster.",
                ),
            )
        ),
        click.option(
            "--rolebinding-name",
            "binding",
            default="",
            metavar="NAME",
            help="The binding to use.",
        ),
        forms.whole,
        writing.trial,
        serverflags.options,
        click.pass_context,
    )
    return click.command(sort.name, cls=serverflags.Command, help=sort.help)(options(run))


def _run(
    ctx: click.Context, sort: Sort, role: str, names: tuple[str, ...], given: dict[str, Any]
) -> None:
    toolbox: Toolbox = ctx.obj
    accounts: tuple[str, ...] = given.get("serviceaccount", ())
    if not names and not accounts:
        raise UsageFault("you must specify at least one user, group or service account")
    grant = Grant(
        role=role,
        kind="Role" if given.get("role_namespace") else "ClusterRole",
        everywhere=sort.everywhere,
        binding=given["binding"],
    )
    manner = Manner.of(given)
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        subjects = _subjects(sort, names, accounts, connection.namespace)
        changing = _Changing(connection=connection, manner=manner, telling=telling, grant=grant)
        bindings = await changing.bindings()
        if sort.gives:
            steps = granting.given(grant, bindings, subjects.content)
            await changing.check()
        else:
            steps = granting.taken(grant, bindings, subjects.content)
            if not steps:
                raise Fault(f"unable to find target [{' '.join((*names, *accounts))}]")
        for step in steps:
            await changing.do(step, quiet=not form.name)
        if not form.name:
            said = granting.targets((*names, *accounts))
            what = "added" if sort.gives else "removed"
            telling.line(f"{grant.said} {what}: {said}{writing.SUFFIXES[manner.dry]}")
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), work)


class _Changing(msgspec.Struct, frozen=True, kw_only=True):
    connection: Connection
    manner: Manner
    telling: Telling
    grant: Grant

    @property
    def _kind(self) -> kinds.Kind:
        name = "ClusterRoleBinding" if self.grant.everywhere else "RoleBinding"
        return kinds.require(kinds.RBAC, name)

    async def bindings(self) -> list[dict[str, Any]]:
        """The bindings that there are."""
        where = resource_of(self._kind, self.connection.namespace)
        listing = await self.connection.api.list(where)
        return [document.content for document in listing.documents]

    async def check(self) -> None:
        """Warn about a role that is not there."""
        kind = kinds.require(kinds.RBAC, self.grant.kind)
        try:
            await self.connection.api.get(
                resource_of(kind, self.connection.namespace, self.grant.role)
            )
        except NotFound:
            self.telling.warn(f"role '{self.grant.role}' not found")

    async def do(self, step: Step, *, quiet: bool) -> None:
        """Do a step."""
        name = step.content["metadata"]["name"]
        where = resource_of(self._kind, self.connection.namespace, name)
        if not self.manner.is_local:
            api = self.connection.api
            match step.verb:
                case "create":
                    await api.create(where.named(""), step.content, self.manner.write)
                case "update":
                    await api.update(where, step.content, self.manner.write)
                case _:
                    await api.delete(where, self.manner.delete)
        if not quiet:
            self.telling.became(self._kind, step.content, step.verb)


def _subjects(
    sort: Sort, names: tuple[str, ...], accounts: tuple[str, ...], namespace: str
) -> Subjects:
    if sort.groups:
        return Subjects(groups=names)
    users = tuple(name for name in names if not name.startswith(_ACCOUNT))
    full = tuple(name.removeprefix(_ACCOUNT) for name in names if name.startswith(_ACCOUNT))
    return Subjects(users=users, accounts=(*full, *(f"{namespace}:{name}" for name in accounts)))


_ACCOUNT = "system:serviceaccount:"
