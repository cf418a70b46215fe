# Sourced by the other scripts: become foundry_site.launcher under the first Python that is new enough.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
command=$1
shift
for python in "$root/.venv/bin/python" python3 python3.14 python3.13 python3.12 python3.11 python /usr/bin/python3; do
  if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    # exec, so that a signal to this process reaches the one that does the work; -P, so that the folder we are called
    # from is not searched for modules.
    PYTHONPATH="$root" exec "$python" -P -m foundry_site.launcher "$command" "$@"
  fi
done
echo "Foundry needs Python 3.11 or newer, and found none." >&2
exit 1
