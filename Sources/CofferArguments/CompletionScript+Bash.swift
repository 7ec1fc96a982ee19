extension CompletionScript {
    /// The script for bash.
    ///
    /// Bash hands over words split at `=` and `:` with their quotes on, so the script reads the
    /// line itself, without `eval`. It answers with what follows the last such character, since
    /// that is what readline replaces.
    internal static func bash(function: String, program: String) -> String {
        #"""
        # Completion for bash. Load it with: source <(\#(program) completion bash)
        \#(function)() {
            local line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^=:@]/}
            local -a words=() reply=() files=()
            local word= head= quote= started= redirected= char next i
            for ((i = 0; i < ${#line}; i++)); do
                char=${line:i:1} next=${line:i+1:1}
                if [[ $char == "$quote" ]]; then
                    quote=
                elif [[ $quote == "'" ]]; then
                    word+=$char
                elif [[ $char == '\' ]]; then
                    if [[ $quote == '"' && $next != [\"\\\$\`] ]]; then
                        word+=$char
                    else
                        word+=$next
                        i=$((i + 1))
                    fi
                elif [[ $quote == '"' ]]; then
                    word+=$char
                elif [[ $char == [\'\"] ]]; then
                    quote=$char started=1 head=$word
                elif [[ $char == [[:space:]\<\>] ]]; then
                    if [[ -n $word$started ]]; then
                        [[ -n $redirected ]] || words+=("$word")
                        redirected=
                    fi
                    [[ $char == [[:space:]] ]] || redirected=1
                    word= head= started=
                else
                    word+=$char
                    [[ $breaks != *"$char"* ]] || head=$word
                fi
            done

            COMPREPLY=()
            if [[ -n $redirected ]]; then
                reply=($'files\t')
            else
                mapfile -t reply < <(
                    command \#(program) __complete "${words[@]:1}" "$word" 2>/dev/null)
                [[ ${#reply[@]} -gt 0 ]] || return 0
            fi
            local kind=${reply[0]%%$'\t'*} prefix=${reply[0]#*$'\t'} value
            for value in "${reply[@]:1}"; do
                value=$prefix${value%%$'\t'*}
                # Inside quotes the shell inserts the word as it is.
                if [[ -n $quote ]]; then
                    [[ $value != *[\'\"\$\`\\!]* ]] || continue
                    value=${value:${#head}}
                elif [[ $kind == words ]]; then
                    printf -v value %q "${value:${#head}}"
                else
                    value=${value:${#head}}
                fi
                COMPREPLY+=("$value")
            done
            case $kind in
            files) mapfile -t files < <(compgen -f -- "${word:${#prefix}}") ;;
            directories) mapfile -t files < <(compgen -d -- "${word:${#prefix}}") ;;
            esac
            for value in "${files[@]}"; do
                value=$prefix$value
                COMPREPLY+=("${value:${#head}}")
            done
            if [[ $kind != words ]]; then
                compopt -o filenames 2>/dev/null
            elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
                compopt -o nospace 2>/dev/null
            fi
            return 0
        }
        complete -F \#(function) \#(program)

        """#
    }
}
