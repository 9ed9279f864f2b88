"""Fits V8's build files to the distribution's tools: a GN of 2022 and a released clang.

Usage: fit_build_files.py SOURCE_FOLDER. V8's own code stays as it is. Every edit must find
something to change, so that a new V8 with other build files is noticed here and not in the middle
of an hour's build.
"""

import pathlib
import re
import sys
from typing import NamedTuple


class Edit(NamedTuple):
    """Replaces what `pattern` finds in `file`, everywhere, by `replacement`."""

    file: str
    pattern: str
    replacement: str = ""


def asks_whether_file_exists(file: str, argument: str, answer: str) -> Edit:
    """`path_exists()` came to GN after 2022; the answer is known here."""
    return Edit(file, rf"path_exists\({argument}\)", answer)


EDITS = [
    # GN functions and keys that the older GN lacks.
    Edit("build/toolchain/siso.gni", r"^_is_ninja_used = .*$", "_is_ninja_used = true"),
    asks_whether_file_exists("build/toolchain/siso.gni", r'"//build/config/siso/\.sisoenv"', "false"),
    asks_whether_file_exists("build/toolchain/rbe.gni", "rewrapper_path", "true"),
    Edit("build/toolchain/rbe.gni", r"!path_exists\(reclient_cc_cfg_file\)", "false"),
    asks_whether_file_exists("build/config/sysroot.gni", "sysroot", "true"),
    asks_whether_file_exists("build/config/c++/modules.gni", "path", "true"),
    asks_whether_file_exists("build/config/compiler/BUILD.gn", "_head_revision_stamp_path", "false"),
    Edit("build/config/compiler/BUILD.gn", r"^ *c_additional_outputs =\s*\[[^\]]*\]\n"),
    Edit("build/toolchain/gcc_toolchain.gni", r"^ *inputs = rustc_wrapper_inputs\n"),
    Edit(
        "build/toolchain/gcc_toolchain.gni",
        r'^ *inputs =\s*\[ get_path_info\(rebase_path\(ar, "\.", root_out_dir\), "abspath"\) \]\n',
    ),
    # C++ modules: placeholders and a tool that the older GN does not know, and an action whose
    # folder name the older Ninja refuses in the name of a rule.
    Edit("build/toolchain/gcc_toolchain.gni", r' -fmodule-name=\\"\{\{cc_module_name\}\}_Private\\"'),
    Edit("build/toolchain/gcc_toolchain.gni", r" \{\{module_deps\}\}"),
    Edit("build/toolchain/gcc_toolchain.gni", r'^    tool\("cxx_module"\) \{(?s:.*?)\n    \}\n\n'),
    Edit(
        "buildtools/third_party/libc++/BUILD.gn",
        r"^if \(current_toolchain == default_toolchain\) \{$",
        "if (use_clang_modules && current_toolchain == default_toolchain) {",
    ),
    # Options that only clang's main branch knows.
    Edit("build/config/compiler/BUILD.gn", r'"-fdiagnostics-show-inlining-chain"'),
    Edit("build/config/compiler/BUILD.gn", r'"-fno-lifetime-dse"'),
    Edit("build/config/sanitizers/sanitizers.gni", r'^ *"-fsanitize-ignore-for-ubsan-feature=.*\n'),
]


def main(root: pathlib.Path) -> None:
    """Makes every edit, or says which one no longer fits."""
    for edit in EDITS:
        path = root / edit.file
        text, count = re.subn(edit.pattern, lambda _: edit.replacement, path.read_text(), flags=re.MULTILINE)
        if count == 0:
            raise SystemExit(f"{edit.file}: nothing matches {edit.pattern}")
        path.write_text(text)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
