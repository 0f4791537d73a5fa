"""Writes a reminder set as YAML: keys in a fixed order, texts as blocks of lines."""

import re

import yaml

from invoice_tracker.reminder_sets.files_schema import SetFile

# A block would change them, or YAML takes them for an end of line.
_NOT_IN_A_BLOCK = re.compile("[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\U00010000-\U0010fffe]| \n| $")
_BREAKS = re.compile("[\r\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Lists stand indented below their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if _BREAKS.search(value):
        style = '"'
    elif "\n" in value and not _NOT_IN_A_BLOCK.search(value):
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _write_text)


def write_file(content: SetFile) -> str:
    """The file's text. Reading it gives the same content again."""
    text: str = yaml.dump(
        content.as_written(),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=10**9,
    )
    return text
