internal import Coffer
internal import CofferArguments

extension FileCommands {
    internal static func list(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let folder = call.invocation.argument("folder")
        var table = Table([
            .init("SIZE", isNumber: true), .init("STORED", isNumber: true), .init("MODIFIED"),
            .init("HOLDS"), .init("NAME"),
        ])
        var files: [VaultFile] = []
        let isTree = call.invocation.flag("tree")
        try vault.files.list(under: folder, isMeasuring: call.isJSON || !isTree) { file in
            if call.isJSON { try call.console.print(json(file)) } else { files.append(file) }
            return true
        }
        guard !call.isJSON else { return .done }
        if files.isEmpty {
            call.console.note("There is no file\(folder == nil ? "" : " below it").")
        }
        files.sort { $0.name < $1.name }
        if isTree {
            for line in FileTree(files).lines { try call.console.line(line) }
            return .done
        }
        for file in files {
            table.add([
                Quantity.bytes(Double(file.size)),
                file.stored.map { Quantity.bytes(Double($0)) } ?? "?",
                file.modified.map { String(Timestamp.text($0).prefix(16)) } ?? "", file.media,
                file.name,
            ])
        }
        for line in table.lines() { try call.console.line(line) }
        return .done
    }

    internal static func info(_ call: Call) throws -> ExitStatus {
        let file = try call.open().files.info(call.invocation.argument("name") ?? "")
        guard !call.isJSON else {
            try call.console.print(json(file))
            return .done
        }
        var lines = [
            ("name", file.name), ("size", "\(file.size) (\(Quantity.bytes(Double(file.size))))"),
            (
                "stored",
                file.stored.map { "\($0) (\(Quantity.bytes(Double($0))))" }
                    ?? "some of it is missing"
            ),
            ("holds", file.media), ("sha256", file.sha256), ("chunks", "\(file.chunks)"),
        ]
        if let modified = file.modified { lines.append(("modified", Timestamp.text(modified))) }
        if let source = file.source { lines.append(("source", source)) }
        for link in file.links { lines.append(("goes with", link)) }
        for (name, value) in lines {
            let gap = String(repeating: " ", count: max(1, 11 - name.count))
            try call.console.line(name + gap + Visible.line(value))
        }
        return .done
    }

    internal static func move(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let name = call.invocation.argument("name") ?? ""
        let other = call.invocation.argument("other") ?? ""
        try vault.files.rename(name, to: other)
        call.noteWrite(vault, "\(name) is \(other) now")
        if call.isJSON { try call.console.print(json(try vault.files.info(other))) }
        return .done
    }

    internal static func remove(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        var names: [String] = []
        for wanted in call.invocation.argumentList("names") {
            var found: [String] = []
            try vault.files.list(under: wanted) {
                found.append($0.name)
                return true
            }
            // Asked for, so that the error is that of the library.
            if found.isEmpty { _ = try vault.files.info(wanted) }
            for name in found where !names.contains(name) { names.append(name) }
        }
        if names.count > 1 { try call.confirm("Move \(names.count) files to the trash?") }
        try vault.files.remove(names)
        call.noteWrite(vault, Quantity.of(names.count, "file", "files") + " moved to the trash")
        if call.isJSON {
            try call.console.print(.object([("removed", .integer(Int64(names.count)))]))
        } else {
            call.console.note("\(Quantity.of(names.count, "file is", "files are")) in the trash.")
        }
        return .done
    }

    internal static func trash(_ call: Call) throws -> ExitStatus {
        let removed = try call.open().files.trash()
        guard !call.isJSON else {
            try call.console.print(
                .array(
                    removed.map { one in
                        .object([
                            ("name", .text(one.file.name)), ("bytes", .count(one.file.size)),
                            ("deleted", .text(Timestamp.text(one.deleted))),
                        ])
                    }))
            return .done
        }
        if removed.isEmpty { call.console.note("No file was removed that could be put back.") }
        var table = Table([.init("SIZE", isNumber: true), .init("REMOVED"), .init("NAME")])
        for (file, deleted) in removed {
            table.add([
                Quantity.bytes(Double(file.size)), String(Timestamp.text(deleted).prefix(16)),
                file.name,
            ])
        }
        for line in table.lines() { try call.console.line(line) }
        return .done
    }

    internal static func restore(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        let name = call.invocation.argument("name") ?? ""
        try vault.files.restore(name)
        call.noteWrite(vault, "\(name) is back")
        if call.isJSON { try call.console.print(json(try vault.files.info(name))) }
        return .done
    }

    internal static func stats(_ call: Call) throws -> ExitStatus {
        let stats = try call.open().files.stats()
        guard !call.isJSON else {
            try call.console.print(
                .object([
                    ("files", .count(stats.files)), ("bytes", .count(stats.bytes)),
                    ("chunks", .count(stats.chunks)), ("distinct", .count(stats.distinct)),
                    ("stored", .count(stats.stored)), ("packs", .integer(Int64(stats.packs))),
                ]))
            return .done
        }
        func bytes(_ count: UInt64) -> String { Quantity.bytes(Double(count)) }
        try call.console.line(
            "\(Quantity.of(stats.files, "file", "files")), \(bytes(stats.bytes))")
        try call.console.line(
            "\(bytes(stats.distinct)) of it differ, in "
                + Quantity.of(stats.chunks, "chunk", "chunks"))
        try call.console.line(
            "\(bytes(stats.stored)) on the disk, in "
                + "\(Quantity.of(stats.packs, "pack", "packs")) and the database")
        return .done
    }

    internal static func json(_ file: VaultFile) -> JSONOutput {
        .object([
            ("name", .text(file.name)), ("bytes", .count(file.size)),
            ("sha256", .text(file.sha256)), ("media", .text(file.media)),
            ("modified", .text(file.modified.map(Timestamp.text))),
            ("chunks", .integer(Int64(file.chunks))),
            ("stored", file.stored.map { .count($0) } ?? .null), ("source", .text(file.source)),
            ("links", .array(file.links.map { .text($0) })),
        ])
    }
}
