extension CompletionScript {
    /// The script for zsh, to be sourced or to be put into `fpath` as `_PROGRAM`.
    internal static func zsh(function: String, program: String) -> String {
        #"""
        #compdef \#(program)
        # Completion for zsh. Load it with: source <(\#(program) completion zsh)
        \#(function)() {
            local -a reply closed open
            local line value note kind prefix result=1
            reply=("${(@f)$(command \#(program) __complete "${(@Q)words[2,CURRENT-1]}" \
                "${(Q)PREFIX}" 2>/dev/null)}")
            kind=${reply[1]%%$'\t'*}
            prefix=${reply[1]#*$'\t'}
            [[ -n $kind ]] || return 1
            [[ -z $prefix ]] || compset -p ${#prefix}
            for line in "${(@)reply[2,-1]}"; do
                value=${line%%$'\t'*}
                note=${line#*$'\t'}
                # _describe parts word and note at the first bare colon.
                value=${${value//\\/\\\\}//:/\\:}
                if [[ $value == *= ]]; then
                    open+=("$value${note:+:$note}")
                else
                    closed+=("$value${note:+:$note}")
                fi
            done
            if (( ${#closed} )); then
                _describe -t values value closed && result=0
            fi
            if (( ${#open} )); then
                _describe -t values value open -S '' && result=0
            fi
            case $kind in
            files) _files && result=0 ;;
            directories) _files -/ && result=0 ;;
            esac
            return result
        }
        if [[ ${funcstack[1]} == _\#(program) ]]; then
            \#(function) "$@"
        else
            compdef \#(function) \#(program)
        fi

        """#
    }
}
