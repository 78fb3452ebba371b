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
wanted = {path for folder in ("rules", "knowledge", "engine") for path in (source / folder).rglob("*") if path.is_file()}
wanted |= {source / name for name in ("__init__.py", "cli.py", "py.typed")}
names = {f"demandfirst/{path.relative_to(source).as_posix()}" for path in wanted}
inside = {name for name in wheel if name.startswith("demandfirst/")}
for what, found in (("not ours", strange), ("missing", names - inside), ("too much", inside - names)):
    if found:
        sys.exit(f"{what} in the wheel: {sorted(found)}")
print(f"{Path(sys.argv[1]).name}: {len(inside)} files, all of them expected")
PYTHON

"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet "${wheel}[dev]"

# No folder here is named demandfirst, so the tests can only find what is installed.
cd "$work/source"
"$work/venv/bin/python" -I -c 'import demandfirst, sys; sys.exit("site-packages" not in demandfirst.__file__)'
"$work/venv/bin/demandfirst" advise examples/phone-shop.yaml >"$work/advice"
# Fewer generated clients than usual, and without the searches, which take minutes and meet the same installed code.
DEMANDFIRST_CLIENTS=${DEMANDFIRST_CLIENTS:-100} "$work/venv/bin/python" -I -m pytest -q -p no:cacheprovider \
    --ignore-glob='*/test_howto*' --ignore-glob='*/test_proof*' --ignore-glob='*/test_sensitivity*'
