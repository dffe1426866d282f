"""From a file to text: the bytes that every reader takes for the same characters and lines."""

import re
from pathlib import Path

from network.stack_file.fault import UnreadableTextError

LARGEST = 16 * 2**20
"""Bytes of a stack file: beyond any that a program could be given."""
BYTE_ORDER_MARK = "\ufeff"
OTHER_ENCODINGS = (
    (re.compile(rb"\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0\0\0|\0\0\0[^\0]"), "UTF-32"),
    (re.compile(rb"\xff\xfe|\xfe\xff|[^\0]\0|\0[^\0]"), "UTF-16"),
)
"""How files begin in other encodings, with a mark or with a character of ASCII (YAML 1.2.2, 5.2); some
editors call them `Unicode`. A mark of UTF-32 begins as one of UTF-16."""

_REFUSED = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What is no character of YAML 1.2, and the mark above, which nobody sees."""
_LINE_BREAKS = re.compile("[\x85\u2028\u2029]|\r(?!\n)")
"""What ends a line for some readers only."""


def text_of(path: Path) -> str:
    """Return the text of a file. Raises OSError if there is none, `UnreadableTextError` for its content."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise UnreadableTextError(
            1, f"larger than {LARGEST // 2**20} MiB, which is no stack file", "name the right file"
        )
    return decoded(content)


def decoded(content: bytes) -> str:
    """Return the text of UTF-8. Raises `UnreadableTextError`."""
    for beginning, encoding in OTHER_ENCODINGS:
        if beginning.match(content):
            raise UnreadableTextError(1, f"not UTF-8, but {encoding}", "save the file as UTF-8")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        byte = content[error.start : error.start + 1]
        raise UnreadableTextError(
            content.count(b"\n", 0, error.start) + 1,
            f"not UTF-8: the byte 0x{byte.hex()}, which would be `{byte.decode('latin-1')}` in Latin-1",
            "save the file as UTF-8, or write the character anew",
        ) from None
    text = text.removeprefix(BYTE_ORDER_MARK)
    for pattern, rule in (
        (_LINE_BREAKS, "ends a line for some readers of YAML only"),
        (_REFUSED, "is no character of YAML"),
    ):
        if (found := pattern.search(text)) is not None:
            raise UnreadableTextError(
                text.count("\n", 0, found.start()) + 1,
                f"the character U+{ord(found[0]):04X} {rule}",
                "remove it; in text that needs it, write it as an escape in double quotes",
            )
    return text
