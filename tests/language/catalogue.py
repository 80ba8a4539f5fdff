"""``make catalogue``: brings resources/i18n/en/LC_MESSAGES/broker.po in line with the texts of the code.

New texts get an entry without a translation, texts that are gone lose theirs; both are listed. Entries stand by
the module that says them first, then by text, so that a change of one module is one place in the file. Words of
papers are no entries: a paper is Chinese whatever the screen shows (docs/decisions, page on language).
"""

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broker_app.i18n import key_of, read_catalogue

REPOSITORY = Path(__file__).resolve().parents[2]
CATALOGUE = Path("resources/i18n/en/LC_MESSAGES/broker.po")
_HEADER = """\
# English of the program. Texts are kept in order by `make catalogue`; only the msgstr lines are written by hand.
msgid ""
msgstr "Language: en\\nContent-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"
"""


@dataclass(frozen=True)
class Text:
    """A text of the code and the first place that says it; ``is_counted`` when it has a singular and a plural."""

    source: str
    context: str
    plural: str
    module: str
    line: int

    @property
    def is_counted(self) -> bool:
        """Whether it needs two forms."""
        return bool(self.plural)


def texts(repository: Path = REPOSITORY) -> dict[str, Text]:
    """Every text given to ``_`` or ``counted``, by its key.

    Raises:
        ValueError: a text that is not written out where it is said, so that nobody can find its translation.
    """
    found: dict[str, Text] = {}
    for file in sorted((repository / "broker_app").rglob("*.py")):
        module = file.relative_to(repository).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        named = _named_texts(tree)
        for call, name in _calls(tree):
            words = [_written_out(part, named, module) for part in call.args[:2]]
            plural = words[1] if name == "counted" else ""
            context = words[1] if name == "_" and len(words) > 1 else ""
            key = key_of(words[0], context)
            before = found.get(key)
            if before is None or (plural and not before.is_counted):
                place = before or Text("", "", "", module, call.lineno)
                found[key] = Text(words[0], context, plural, place.module, place.line)
    return found


def written(repository: Path = REPOSITORY) -> str:
    """The catalogue as it should stand, with the translations there are."""
    known = _known(repository)
    entries = sorted(texts(repository).items(), key=lambda item: (item[1].module, item[1].source, item[1].context))
    return "\n".join([_HEADER, *(_entry(one, known.get(key, ())) for key, one in entries)])


def missing(repository: Path = REPOSITORY) -> list[str]:
    """The places and texts without a translation, or without one for one and one for many."""
    known = _known(repository)
    return [
        f"{one.module}:{one.line} {one.source}" + (f" ({one.context})" if one.context else "")
        for key, one in texts(repository).items()
        if len(known.get(key, ())) != (2 if one.is_counted else 1)
    ]


def obsolete(repository: Path = REPOSITORY) -> list[str]:
    """Translations of texts nobody says any more."""
    return sorted(set(_known(repository)) - set(texts(repository)))


def main() -> int:
    """Write the catalogue; say what is missing and what went. Returns 1 while a translation is missing."""
    gone = obsolete()
    (REPOSITORY / CATALOGUE).write_text(written(), "utf-8")
    lines = [f"gone: {one!r}" for one in gone] + [f"missing: {one}" for one in missing()]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if missing() else 0


def _known(repository: Path) -> dict[str, tuple[str, ...]]:
    file = repository / CATALOGUE
    return read_catalogue(file) if file.exists() else {}


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "counted"):
            yield node, node.func.id


def _named_texts(tree: ast.Module) -> list[tuple[int, str, str]]:
    """Line, name and text of every ``name = "text"``."""
    return [
        (node.lineno, target.id, node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]


def _written_out(part: ast.expr, named: list[tuple[int, str, str]], module: str) -> str:
    """The text itself, or the one that was given its name last."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        return part.value
    if isinstance(part, ast.Name):
        before = [(line, text) for line, name, text in named if name == part.id and line < part.lineno]
        if before:
            return max(before)[1]
    raise ValueError(f"{module}:{part.lineno}: a text must be written out where it is said: {ast.unparse(part)}")


def _entry(text: Text, forms: tuple[str, ...]) -> str:
    lines = [f"#: {text.module}"]
    if text.context:
        lines.append(f"msgctxt {_quoted(text.context)}")
    lines.append(f"msgid {_quoted(text.source)}")
    if text.is_counted:
        lines.append(f"msgid_plural {_quoted(text.plural)}")
        one, many = forms if len(forms) == 2 else ("", "")
        lines += [f"msgstr[0] {_quoted(one)}", f"msgstr[1] {_quoted(many)}"]
    else:
        lines.append(f"msgstr {_quoted(forms[-1] if forms else '')}")
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
