extension CompletionScript {
    /// The script for fish.
    internal static func fish(function: String, program: String) -> String {
        #"""
        # Completion for fish. Load it with: \#(program) completion fish | source
        function \#(function)
            set -l words (commandline -opc)
            set -e words[1]
            # Quotes that are still open cannot be taken off with their partner.
            set -l word (commandline -ct | string replace -r '^["\']' '' | string unescape)
            set -l reply (command \#(program) __complete $words "$word" 2>/dev/null)
            set -q reply[1]; or return
            set -l first (string split -m 1 \t -- $reply[1])
            set -l prefix $first[2]
            for line in $reply[2..-1]
                printf '%s\n' "$prefix$line"
            end
            set -l path (string sub -s (math (string length -- "$prefix") + 1) -- "$word")
            switch $first[1]
                case files
                    for line in (__fish_complete_path "$path")
                        printf '%s\n' "$prefix$line"
                    end
                case directories
                    for line in (__fish_complete_directories "$path" '')
                        printf '%s\n' "$prefix$line"
                    end
            end
        end
        complete -c \#(program) -f -a '(\#(function))'

        """#
    }
}
