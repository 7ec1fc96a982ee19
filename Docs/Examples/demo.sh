#!/usr/bin/env bash
# Builds coffer and shows what it does with a small campaign:
#
#     Docs/Examples/demo.sh
#
# Everything happens in a folder that is gone afterwards; your own vaults are not touched. With the
# path of a program as an argument, that one is shown and nothing is built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if (($# > 0)); then
    program=$(realpath "$1")
else
    .ci/install
    echo "Building, which takes some minutes the first time. The linker warns that looking up hosts and"
    echo "loading libraries would need this machine's glibc in a static program; coffer does neither."
    swift build --manifest-cache none -c release -Xswiftc -static-executable --product coffer
    program=$PWD/.build/release/coffer
fi
examples=$PWD/Docs/Examples

folder=$(mktemp -d)
export XDG_DATA_HOME=$folder/data XDG_STATE_HOME=$folder/state COFFER_VAULT=brinmouth
unlock=()
coffer() { "$program" "$@"; }
finish() {
    coffer lock >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap finish EXIT
cd "$folder"

# Prints a command as one would type it, and runs it.
show() {
    local word
    printf '\n$ coffer'
    for word in "$@"; do
        if [[ $word == *[!A-Za-z0-9_./:=,-]* ]]; then word="'$word'"; fi
        printf ' %s' "$word"
    done
    printf '\n'
    coffer "${unlock[@]}" "$@"
}

printf 'a lantern without oil\n' >password
show init brinmouth --new-password-file password --sheet sheet.txt --yes
# Some containers have no kernel keyring; there the password is given each time.
if ! show unlock --password-file password; then unlock=(--password-file password); fi
cp -r "$examples/schemas" "$examples/campaign" .
show schema apply schemas
show import campaign
show list npcs --where 'level > 4 and alive' --sort level --reverse --fields name,level,secret
show get npcs tibb
show search ninety-one steps
show set npcs tibb alive:=false
show undo
# Nobody is there to type, so the editor is a script.
printf 'sed -i "s/the ferryman/who ferries/" "$1"\n' >editor.sh
export VISUAL="sh $folder/editor.sh"
printf '\n$ cat editor.sh\n'
cat editor.sh
show edit npcs tibb
show get npcs tibb --field name
show history npcs tibb
show export npcs --format csv -o npcs.csv
show check
show backup create --to backups
show set npcs tibb level=3
show backup create --to backups
show backup restore backups --to ./again --password-file password
show status

printf '\n$ grep -ri "ferryman" brinmouth.coffer\n'
found=0
grep -ri 'ferryman' "$XDG_DATA_HOME/coffer/brinmouth.coffer" || found=$?
# 1 is "not there"; what cannot be searched proves nothing.
if ((found != 1)); then
    echo "This must not be readable, and the folder must be there." >&2
    exit 1
fi
echo "(nothing: without the password there is nothing to find)"
printf '\nThat was all. The program is %s\n' "$program"
