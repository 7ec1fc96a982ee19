extension Operation {
    private static let history = [
        ["trash", "list", "--json"], ["history", "npcs", "npc-3", "--json"],
        ["history", "policy"],
    ]

    /// The commands about many records at once, older versions, undo, and the editor.
    static let older: [Operation] = [
        Operation(
            name: "set --where",
            words: ["set", "npcs", "--where", "hp < 20", "hp=500", "--yes"]),
        Operation(
            name: "rm --where", words: ["rm", "npcs", "--where", "hp >= 30", "--yes"]),
        Operation(
            name: "rm --now", words: ["rm", "npcs", "npc-3", "npc-4", "--now", "--yes"],
            prepare: changed, again: [0, 4], watching: history),
        Operation(
            name: "edit", words: ["edit", "npcs", "npc-3"], prepare: Editing.prepare,
            variables: Editing.variables("edit")),
        Operation(
            name: "edit of a new one", words: ["edit", "npcs"], prepare: Editing.prepare,
            again: [0, 5], variables: Editing.variables("new")),
        Operation(
            name: "undo", words: ["undo"],
            prepare: { try $0.done(["import", "$more/npcs.ndjson"]) }, isToggle: true,
            watching: history),
        Operation(
            name: "undo of a removal", words: ["undo"],
            prepare: { try $0.done(["rm", "npcs", "npc-3", "npc-4", "npc-5", "--yes"]) },
            isToggle: true, watching: history),
        Operation(
            name: "trash restore", words: ["trash", "restore", "npcs", "npc-3"], prepare: removed,
            again: [0, 5], watching: history),
        Operation(
            name: "trash empty", words: ["trash", "empty", "--yes"], prepare: removed,
            watching: history),
        Operation(
            name: "history policy", words: ["history", "policy", "--versions", "1", "--yes"],
            prepare: changed, watching: history),
    ]

    /// A record with three older versions.
    @Sendable private static func changed(_ stage: Stage) throws {
        for hp in 1...3 { try stage.done(["set", "npcs", "npc-3", "hp=-\(hp)"]) }
    }

    /// The same, removed, and another one.
    @Sendable private static func removed(_ stage: Stage) throws {
        try changed(stage)
        try stage.done(["rm", "npcs", "npc-3", "npc-4", "--yes"])
    }
}
