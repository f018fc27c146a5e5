"""The scripts by which a shell asks `vecalc` what may be typed; see `completion` for what it is told.

Sources: "Programmable Completion" in the manual of bash, zshcompwid(1), `complete` of fish.
"""

from __future__ import annotations

# Where only files may stand bash completes them itself, with ~ and quotes; beside names they are listed here.
_BASH = r"""# Tab for vecalc in bash: eval "$(vecalc --generate bash)"
_vecalc_completion() {
    local kind value path files=
    COMPREPLY=()
    while IFS=, read -r kind value; do
        if [[ $kind == file ]]; then files=yes; else COMPREPLY+=("$value"); fi
    done < <(COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_WORDBREAKS="$COMP_WORDBREAKS" \
        _VECALC_COMPLETE=bash_complete "$1" 2>/dev/null)
    [[ $files ]] || return 0
    if (( ! ${#COMPREPLY[@]} )); then compopt -o default; return 0; fi
    compopt -o filenames
    value=${COMP_WORDS[COMP_CWORD]}
    [[ $value == [=:] ]] && value=
    while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -f -- "$value")
}
complete -o nosort -F _vecalc_completion vecalc
"""

_ZSH = r"""#compdef vecalc
# Tab for vecalc in zsh: eval "$(vecalc --generate zsh)", behind compinit
_vecalc_completion() {
    local kind value before files=
    local -a plain
    while IFS=, read -r kind value; do
        if [[ $kind == file ]]; then files=yes before=$value; else plain+=("$value"); fi
    done < <(COMP_WORDS="${(j: :)words[1,CURRENT-1]} $PREFIX" \
        _VECALC_COMPLETE=zsh_complete vecalc 2>/dev/null)
    (( $#plain )) && compadd -V vecalc -a plain
    if [[ -n $files ]]; then
        compset -P "${(b)before}"
        _path_files
    fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _vecalc_completion "$@"
else
    compdef _vecalc_completion vecalc
fi
"""

_FISH = r"""# Tab for vecalc in fish: vecalc --generate fish | source
function __vecalc_complete
    set -l typed (commandline -ct)
    COMP_WORDS=(commandline -cp | string collect) _VECALC_COMPLETE=fish_complete vecalc 2>/dev/null |
        while read -d , -l kind value
            if test "$kind" = file
                set -l path (string sub -s (math (string length -- "$value") + 1) -- "$typed")
                for file in (__fish_complete_path "$path")
                    echo $value$file
                end
            else
                echo $value
            end
        end
end
complete --command vecalc --no-files --keep-order --arguments '(__vecalc_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
