/// Editors for `edit`: scripts that do to the file they are given what a person might.
enum Editing {
    /// What a person has written, and nothing else has.
    static let typed = "archaeopteryx"

    /// Writes the scripts to the folder of the inputs.
    @Sendable static func prepare(_ stage: Stage) throws {
        try Files.write(script, to: stage.scratch.path + "/editor.sh")
    }

    /// What makes the program start the editor `kind`; faults are not for the editor itself.
    static func variables(_ kind: String) -> [String: String] {
        ["VISUAL": "sh $editor.sh \(kind)", "FAULT_ALONE": "1"]
    }

    /// With `stay` and `busy` it writes beside the file as editors do, says so, and goes on until
    /// the file `done` is there.
    private static let script = #"""
        here=$(dirname "$0")
        case $1 in
        edit) sed -i 's/"notes": "[^"]*"/"notes": "archaeopteryx"/' "$2" ;;
        new) echo '{"id":"new","name":"archaeopteryx","hp":1}' > "$2" ;;
        wrong) sed -i 's/"hp": [0-9]*/"hp": "archaeopteryx"/' "$2" ;;
        fail) echo archaeopteryx > "$2"; exit 1 ;;
        stay|busy)
            folder=$(dirname "$2")
            cp "$2" "$2~"
            echo archaeopteryx > "$folder/.record.json.swp"
            echo "$folder" > "$here/begun.new"
            mv "$here/begun.new" "$here/begun"
            while [ ! -e "$here/done" ]; do
                [ "$1" = stay ] && sleep 0.02
                [ "$1" = busy ] && echo archaeopteryx 2>/dev/null > "$folder/$((count += 1))"
            done
            sed -i 's/"notes": "[^"]*"/"notes": "archaeopteryx"/' "$2" ;;
        esac
        """#
}
