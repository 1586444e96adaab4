"""The tables of docs/reference/commands.md, as the commands themselves say them."""

from __future__ import annotations

import re

import click

from golden.tree import commands

SHARED = {
    "flags of the engine": "Flags of the engine",
    "flags of the output": "Flags of the output",
    "flags of the server": "Flags of the server",
    "shared flags": "Shared flags",
}
"""What a section may refer to, and the section that it means."""
LINKS = {
    "Flags of the output": "the [flags of the output](#flags-of-the-output)",
    "Flags of the server": "the [flags of the server](#flags-of-the-server)",
}
TABLE = re.compile(r"\| flag \| meaning \|\n\|---\|---\|\n(?:\| .*\n)*")
SECTION = re.compile(r"^(##+) (.+?)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^(\| (?:`-[^-]`, )?`(--[a-z0-9-]+)`.*\n)", re.MULTILINE)
FLAG = re.compile(r"^\| .*?`(--[a-z0-9-]+)`", re.MULTILINE)


def sections(page: str) -> dict[str, str]:
    """The texts of the page by their headings."""
    return {found[2]: found[3] for found in SECTION.finditer(page)}


def told(page: str, section: str) -> set[str]:
    """The flags that a section's table, and the sections it refers to, tell."""
    text = sections(page)[section]
    own = set(FLAG.findall(text))
    return own.union(*(told(page, each) for each in referred(text)))


def referred(text: str) -> list[str]:
    """The sections that a text refers to."""
    return [title for words, title in SHARED.items() if f"[{words}]" in text]


def rewritten(page: str) -> str:
    """The page with a row for every flag that a command has now, and none for others.

    Shape:  a row that is there stays as it was written; to have it anew, delete it. A command that
            has no section gets one, to be written by hand around its table.
    """
    known = sections(page)
    for name, ctx in commands().items():
        title = f"`{name}`"
        if title in known:
            page = page.replace(known[title], _retabled(page, known[title], ctx), 1)
        else:
            page = _inserted(page, name, ctx)
    return page


def table(ctx: click.Context, without: set[str], text: str = "") -> str:
    """The table of a command's flags, without those told elsewhere; empty when there are none."""
    known = {found[2]: found[1] for found in ROW.finditer(text)}
    rows = [
        known.get(max(option.opts, key=len)) or row(option, ctx)
        for option in ctx.command.get_params(ctx)
        if isinstance(option, click.Option)
        if not {*option.opts} & {"--help", *without}
    ]
    return "".join(("| flag | meaning |\n|---|---|\n", *rows)) if rows else ""


def row(option: click.Option, ctx: click.Context) -> str:
    """A row as the flag's help has it."""
    names = ", ".join(f"`{name}`" for name in sorted(option.opts, key=len))
    return f"| {names}{_value(option, ctx)} | {_meaning(option, ctx)} |\n"


def _retabled(page: str, text: str, ctx: click.Context) -> str:
    elsewhere: set[str] = set().union(*(told(page, each) for each in referred(text)))
    return TABLE.sub(lambda _: table(ctx, elsewhere, text), text, count=1)


def _inserted(page: str, name: str, ctx: click.Context) -> str:
    """The page with a new section, behind that of the command before it."""
    names = list(commands())
    known = sections(page)
    before = next(each for each in names[names.index(name) :: -1] if f"`{each}`" in known)
    flags = {option for param in ctx.command.get_params(ctx) for option in param.opts}
    links = [link for title, link in LINKS.items() if told(page, title) <= flags]
    elsewhere = {flag for title in LINKS if LINKS[title] in links for flag in told(page, title)}
    parts = (
        f"{'##' if name.count(' ') == 1 else '###'} `{name}`",
        f"`{name}`: {ctx.command.get_short_help_str(limit=200)}",
        table(ctx, elsewhere).rstrip("\n"),
        f"And {' and '.join(links)}." if links else "",
    )
    section = "\n\n".join(filter(None, parts))
    text = known[f"`{before}`"]
    return page.replace(text, f"{text.rstrip()}\n\n{section}\n\n", 1)


def _value(option: click.Option, ctx: click.Context) -> str:
    if option.is_flag or option.count:
        return ""
    value = option.make_metavar(ctx)
    bare = value[1:-1] if isinstance(option.type, click.Choice) and not option.metavar else value
    return f" `{bare}`".replace("|", "\\|")


def _meaning(option: click.Option, ctx: click.Context) -> str:
    record = option.get_help_record(ctx)
    text = (option.help or "").replace("|", "\\|")
    if record is None or not option.show_default or option.is_flag or option.default in {None, ""}:
        return text
    return f"{text} Default: `{option.default}`."
