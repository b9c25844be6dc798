"""The `wardbell` command line: finds the command that is meant, imports only that one, and runs it.

Each package registers its commands in pyproject.toml under `wardbell.commands`. What a command is for is the first line
of its module, read without importing it.
"""

import ast
import difflib
import importlib.util
import os
import sys
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

from wardbell_protocol.errors import ConfigError, WardbellError

GROUP = "wardbell.commands"
EXIT_USAGE = 2
EXIT_CONFIG = 78  # EX_CONFIG of sysexits.h
EXIT_INTERRUPTED = 130

_EXAMPLES = """\
examples:
  wardbell demo                        a virtual ward and the nurse console, nothing to set up
  wardbell up                          broker, gateway, call centre and escalator of this machine, supervised
  wardbell console --ward east         the nurses' screen
  wardbell calls list --json           what is open, for scripts
  wardbell COMMAND --help              all about one command

Parts find each other by $WARDBELL_BROKER and $WARDBELL_HOME, or --broker and --home.
exit status: 0 done, 2 wrong usage, 78 a file that cannot be used as it stands
"""


def main(argv: list[str] | None = None) -> int:
    """Run `wardbell ARGUMENTS`; the exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    commands = {entry.name: entry for entry in entry_points(group=GROUP)}
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(overview(commands), end="")
        return 0 if arguments else EXIT_USAGE
    if arguments[0] in ("-V", "--version"):
        print(f"wardbell {version('wardbell')}")
        return 0
    name = arguments[0]
    if name not in commands:
        print(unknown(name, list(commands)), file=sys.stderr)
        return EXIT_USAGE
    return _run(commands[name], arguments[1:])


def overview(commands: dict[str, EntryPoint]) -> str:
    """The help page: every command with what it is for."""
    width = max(map(len, commands), default=0)
    lines = [f"  {name:{width}}  {purpose(commands[name].module)}".rstrip() for name in sorted(commands)]
    head = "usage: wardbell COMMAND …\n\nWardbell, an open bed-call system.\n\ncommands:\n"
    return head + "\n".join(lines) + "\n\n" + _EXAMPLES


def purpose(module: str) -> str:
    """What a command's module says of itself in its first line, after its own name; "" where it says nothing."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return ""
    text = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    line = text.partition("\n")[0]
    if line.startswith("`wardbell "):
        line = line.partition("`:")[2]
    return line.strip().rstrip(".")


def unknown(name: str, known: list[str]) -> str:
    """What to say about a command that is none."""
    near = difflib.get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else "wardbell --help lists them"
    return f"wardbell: no command {name!r}; {hint}"


def _run(entry: EntryPoint, arguments: list[str]) -> int:
    try:
        status: int = entry.load()(arguments)
    except ConfigError as error:
        print(f"wardbell {entry.name}: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except WardbellError as error:
        print(f"wardbell {entry.name}: {error}", file=sys.stderr)
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `wardbell decode … | head`: the reader has enough; Python must not complain at its exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status
