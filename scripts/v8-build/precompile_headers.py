"""Compiles V8's heaviest headers once per target and makes Ninja's files include the result.

Usage: precompile_headers.py OUT_FOLDER, after one object of each target was built, so that the
generated headers are there. Objects that exist keep their commands and are not built again.
"""

import collections
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterable

STANDARD = ["algorithm", "map", "memory", "optional", "string", "unordered_map", "vector"]
BASE = [
    "api/api-inl",
    "codegen/compiler",
    "execution/frames-inl",
    "execution/isolate-inl",
    "handles/handles-inl",
    "heap/factory",
    "heap/heap-inl",
    "heap/heap-layout-inl",
    "logging/counters",
    "logging/log",
    "objects/js-array-buffer-inl",
    "objects/js-array-inl",
    "objects/objects-inl",
]
COMPILER = [
    "codegen/assembler-inl",
    "codegen/code-factory",
    "compiler/access-builder",
    "compiler/js-graph",
    "compiler/js-heap-broker",
    "compiler/linkage",
    "compiler/node-matchers",
    "compiler/node-properties",
    "compiler/simplified-operator",
    "execution/isolate-inl",
    "objects/objects-inl",
]
FOLDER = pathlib.Path("precompiled")


def own(names: Iterable[str]) -> list[str]:
    """Include lines for V8's own headers."""
    return [f'#include "src/{name}.h"' for name in names]


def standard() -> list[str]:
    """Include lines for the standard library."""
    return [f"#include <{name}>" for name in STANDARD]


def generated_code() -> list[str]:
    """Include lines for what nearly every generated builtin includes."""
    uses: collections.Counter[str] = collections.Counter()
    for path in pathlib.Path("gen/v8/torque-generated/src/builtins").glob("*-tq-csa.cc"):
        uses.update(re.findall(r'^#include "src/(.+)\.h"', path.read_text(), re.MULTILINE))
    return own([*sorted(name for name, count in uses.items() if count > 100), "codegen/code-stub-assembler-inl"])


def ninja(*arguments: str) -> str:
    """What a tool of Ninja prints."""
    return subprocess.run(["ninja", "-t", *arguments], capture_output=True, text=True, check=True).stdout


def precompile(header: str, lines: list[str], target: str, objects: str) -> None:
    """Compiles a header that includes `lines` exactly as an object of `target` is compiled."""
    found = re.search(rf"^(obj/v8/{target}/\S+\.o):", objects, re.MULTILINE)
    if not found:
        raise SystemExit(f"no object belongs to {target}")
    source = FOLDER / f"{header}.h"
    source.write_text("\n".join(lines) + "\n")
    command = ninja("commands", found[1]).strip().splitlines()[-1]
    for option, value in [
        (r" -c \S+", f" -x c++-header {source}"),
        (r" -o \S+", f" -o {FOLDER}/{header}.pch"),
        (r"-MF \S+", f"-MF {FOLDER}/{header}.d"),
    ]:
        command = re.sub(option, value, command)
    # The command is a line for the shell, as Ninja would run it.
    subprocess.run(command, shell=True, check=True)


def include(header: str, target: str) -> None:
    """Adds the precompiled header to the flags of every object of `target` that is not built yet."""
    path = pathlib.Path(f"obj/v8/{target}.ninja")
    text = path.read_text()
    found = re.search(r"^cflags_cc = (.*)$", text, re.MULTILINE)
    if not found:
        raise SystemExit(f"{path} sets no cflags_cc")

    def edge(match: re.Match[str]) -> str:
        if os.path.exists(match[1]):
            return match[0]
        return f"{match[0]}\n  cflags_cc = {found[1]} -include-pch {FOLDER}/{header}.pch"

    path.write_text(re.sub(r"^build (obj/\S+\.o): \S*cxx .*", edge, text, flags=re.MULTILINE))


def main() -> None:
    """Precompiles for the targets that most of the build goes into."""
    os.chdir(sys.argv[1])
    FOLDER.mkdir(exist_ok=True)
    objects = ninja("targets", "all")
    precompile("generated", generated_code(), "torque_generated_initializers", objects)
    precompile("base", standard() + own(BASE), "v8_base_without_compiler", objects)
    precompile("compiler", standard() + own(COMPILER), "v8_compiler", objects)
    include("generated", "torque_generated_initializers")
    include("generated", "v8_initializers")
    include("base", "v8_base_without_compiler")
    include("compiler", "v8_compiler")


if __name__ == "__main__":
    main()
