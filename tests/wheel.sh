#!/usr/bin/env bash
# Builds the wheel, looks into it, and runs the tests on what is installed from it, away from the checkout.
# PYTHON names the interpreter that builds (default: python3).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1

# A copy: old build/ folders never leak into the wheel, and the checkout stays as it is.
mkdir "$work/source" "$work/dist"
tar -C "$root" -cf - --exclude='./.[!.]*' --exclude=./build --exclude=./dist --exclude='*.egg-info' --exclude=__pycache__ . |
    tar -C "$work/source" -xf -

if "$python" -c 'import build' 2>/dev/null; then
    "$python" -m build --outdir "$work/dist" "$work/source" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
else
    "$python" -m pip wheel --quiet --no-deps --wheel-dir "$work/dist" "$work/source"
fi
wheel=$(echo "$work"/dist/*.whl)

"$python" -I - "$wheel" "$work/source" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

source = Path(sys.argv[2])
wheel = {name for name in zipfile.ZipFile(sys.argv[1]).namelist() if not name.endswith("/")}
strange = [name for name in wheel if not name.startswith("demandfirst/") and ".dist-info/" not in name]
wanted = {path for folder in ("rules", "knowledge", "engine", "web") for path in (source / folder).rglob("*") if path.is_file()}
wanted |= {source / name for name in ("__init__.py", "cli.py", "py.typed")}
names = {f"demandfirst/{path.relative_to(source).as_posix()}" for path in wanted}
inside = {name for name in wheel if name.startswith("demandfirst/")}
for what, found in (("not ours", strange), ("missing", names - inside), ("too much", inside - names)):
    if found:
        sys.exit(f"{what} in the wheel: {sorted(found)}")
print(f"{Path(sys.argv[1]).name}: {len(inside)} files, all of them expected")
PYTHON

# As somebody gets it who asks for no extra: the core works, and what is missing is said in a line.
"$python" -m venv "$work/bare"
"$work/bare/bin/python" -m pip install --quiet "$wheel"
cd "$work/source"
"$work/bare/bin/python" -I -c 'import demandfirst, sys; sys.exit("site-packages" not in demandfirst.__file__)'
"$work/bare/bin/demandfirst" advise examples/phone-shop.yaml >"$work/advice"
for command in "prove" "report examples/phone-shop.yaml -o $work/report.html" "sql --dialect duckdb" "serve" "batch $work/none.csv -o $work/out.csv"; do
    said=$("$work/bare/bin/demandfirst" $command 2>&1) && { echo "demandfirst $command works without its extra" >&2; exit 1; }
    [[ $said == *"pip install 'demandfirst["* && $(wc -l <<<"$said") -eq 1 ]] || { echo "demandfirst $command says: $said" >&2; exit 1; }
done

# The tests on what is installed; the libraries are those of PYTHON, if it has them. No folder here is named demandfirst, so
# only what is installed can be found.
"$python" -m venv "$work/venv"
if "$python" -c 'import pytest, polars, sqlalchemy' 2>/dev/null; then
    "$work/venv/bin/python" -m pip install --quiet --no-deps "$wheel"
    "$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$("$work/venv/bin/python" -c \
        'import sysconfig; print(sysconfig.get_path("purelib"))')/libraries.pth"
else
    "$work/venv/bin/python" -m pip install --quiet "${wheel}[dev]"
fi
"$work/venv/bin/python" -I -c 'import demandfirst, sys; sys.exit(not demandfirst.__file__.startswith(sys.prefix))'
# Those that meet what a wheel can lack: files beside the code, entry points, versions; the others run in `make test`.
faces=(bad_rulebases batch_command batch_summary catalogs cli docs handout_html import language_commands personas report_command
    report_markdown sql transcripts web_api web_pages web_reports web_settings web_staff)
chosen=()
for name in "${faces[@]}"; do chosen+=("tests/test_$name.py"); done
"$work/venv/bin/python" -I -m pytest -q -p no:cacheprovider --numprocesses 2 --dist loadfile "${chosen[@]}"
