#!/bin/sh
# Adds this folder's Downslope to the desktop's menu and to the commands of the person who runs it; copies no program.
#     ./install.sh            adds it (run it again after moving the folder)
#     ./install.sh --remove   takes it away again
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
data=${XDG_DATA_HOME:-$HOME/.local/share}
commands=$HOME/.local/bin
entry=$data/applications/downslope.desktop
icons=$data/icons/hicolor

case ${1:-} in
--remove)
    rm -f "$entry" "$icons"/*/apps/downslope.png "$icons/scalable/apps/downslope.svg"
    # Somebody else's command of that name stays.
    if [ -L "$commands/downslope" ]; then rm "$commands/downslope"; fi
    echo "Downslope is no longer in the menu. Your runs and plugins are untouched; delete $here to be rid of the program."
    exit 0
    ;;
"") ;;
*)
    echo "usage: $0 [--remove]" >&2
    exit 2
    ;;
esac

# The entry's rules: in quotes, \ " ` $ get a backslash; % is doubled; then, as in every value, each backslash is doubled.
# The last rule here is sed's own, for what stands in its replacement.
for_sed='s/[\\&|]/\\&/g'
quoted=$(printf '%s' "$here/downslope" | sed -e 's/[\\"`$]/\\&/g' -e 's/%/%%/g' -e 's/\\/\\\\/g' -e "$for_sed")
plain=$(printf '%s' "$here/downslope" | sed -e 's/\\/\\\\/g' -e "$for_sed")

mkdir -p "$data/applications" "$commands" "$icons"
cp -R "$here/share/icons/hicolor/." "$icons/"
sed -e "s|^Exec=downslope|Exec=\"$quoted\"|" -e "s|^TryExec=downslope|TryExec=$plain|" \
    "$here/share/applications/downslope.desktop" >"$entry"
if [ ! -e "$commands/downslope" ] || [ -L "$commands/downslope" ]; then
    ln -sf "$here/downslope" "$commands/downslope"
fi
if command -v update-desktop-database >/dev/null; then update-desktop-database -q "$data/applications" || true; fi
echo "Downslope is in the menu, and the command is $commands/downslope."
