package import CofferBytes

extension Manifest {
    /// The most bytes that a manifest of `count` members can have.
    ///
    /// A larger one is refused before it is read, so that memory follows what is there.
    package static func largestSize(members count: Int) -> Int {
        // Thirty-odd numbers of 19 digits, six ids, three hashes and the names; then a member's
        // line of at most 134 bytes.
        min(BundleMember.manifest.sizeLimit, 2_048 + 136 * max(0, count))
    }

    /// Reads `manifest.json`.
    ///
    /// - Throws: `unknown` for another format (``BundleFormat/number(of:)`` tells which),
    ///   `limit` for numbers and sizes outside the format's, `invalid` for every text that would
    ///   be written in another way or contradicts itself, `truncated` and `trailing`.
    package init(parsing bytes: [UInt8]) throws(ByteReader.Failure) {
        guard bytes.count <= BundleMember.manifest.sizeLimit else { throw .limit }
        var text = BundleText(bytes)
        try text.expect("{\"format\":")
        try text.version()
        try text.expect(",\"vault\":\"")
        let vault = try text.identifier()
        try text.expect("\",\"instance\":\"")
        let instance = try text.identifier()
        try text.expect("\",\"bundle\":\"")
        let bundle = try text.identifier()
        try text.expect("\",\"kind\":")
        let kind: Kind
        if text.takes("\"full\"") {
            kind = .full
        } else {
            try text.expect("\"incremental\"")
            kind = .incremental
        }
        try text.expect(",\"parent\":")
        var parent: [UInt8]?
        if kind == .incremental {
            try text.expect("\"")
            parent = try text.hash()
            try text.expect("\"")
        } else {
            try text.expect("null")
        }
        try text.expect(",\"key\":\"")
        let key = try text.identifier()
        try text.expect("\",\"epoch\":")
        let epoch = try text.number()
        try text.expect(",\"generation\":")
        let generation = try text.number()
        try text.expect(",\"after\":")
        let after = try text.number()
        try text.expect(",\"sequence\":")
        let sequence = try text.number()
        guard after <= sequence, kind == .incremental || after == 0 else { throw .invalid }
        try text.expect(",\"created\":")
        let created = try text.number()
        try text.expect(",\"entries\":")
        let entries = try Self.counts(&text)
        try text.expect(",\"live\":")
        let live = try Self.counts(&text)
        try text.expect(",\"members\":[")
        let members = try Self.members(&text)
        try text.expect("],\"digest\":\"")
        let digest = try text.hash()
        try text.expect("\",\"audit\":\"")
        let audit = try text.hash()
        try text.expect("\"}\n")
        try text.end()
        self.init(
            vault: vault, instance: instance, bundle: bundle, kind: kind, parent: parent,
            key: key, epoch: epoch, generation: generation, after: after, sequence: sequence,
            created: Int64(clamping: created), entries: entries, live: live, members: members,
            digest: digest, audit: audit)
    }

    private static func counts(_ text: inout BundleText) throws(ByteReader.Failure) -> Counts {
        try text.expect("{\"records\":")
        let records = try text.number()
        try text.expect(",\"history\":")
        let history = try text.number()
        try text.expect(",\"tombstones\":")
        let tombstones = try text.number()
        try text.expect(",\"audit\":")
        let audit = try text.number()
        try text.expect(",\"chunks\":")
        let chunks = try text.number()
        try text.expect("}")
        return Counts(
            records: records, history: history, tombstones: tombstones, audit: audit,
            chunks: chunks)
    }

    /// Segments from 1 without a gap, all but the last of the one size.
    private static func members(_ text: inout BundleText) throws(ByteReader.Failure) -> [Member] {
        var members: [Member] = []
        repeat {
            guard members.count < BundleMember.segmentLimit else { throw .limit }
            if let last = members.last, last.size != UInt64(BundleMember.segmentSize) {
                throw .invalid
            }
            try text.expect("{\"name\":\"")
            let name = try text.text(until: UInt8(ascii: "\""), limit: 100)
            let member = BundleMember.records(members.count + 1)
            guard name.elementsEqual(member.name.utf8) else { throw .invalid }
            try text.expect("\",\"size\":")
            let size = try text.number()
            guard size <= UInt64(member.sizeLimit) else { throw .limit }
            try text.expect(",\"sha256\":\"")
            members.append(Member(member, size: size, sha256: try text.hash()))
            try text.expect("\"}")
        } while text.takes(",")
        return members
    }
}

extension Manifest {
    /// The bytes of `manifest.json`.
    package var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(1_500 + 136 * members.count)
        func add(_ part: String) { text.append(contentsOf: part.utf8) }
        add("{\"format\":1,\"vault\":\"\(vault)\",\"instance\":\"\(instance)\"")
        add(",\"bundle\":\"\(bundle)\",\"kind\":\"\(kind.rawValue)\"")
        add(",\"parent\":\(parent.map { "\"\(Hex.encode($0))\"" } ?? "null"),\"key\":\"\(key)\"")
        add(",\"epoch\":\(epoch),\"generation\":\(generation),\"after\":\(after)")
        add(",\"sequence\":\(sequence),\"created\":\(created)")
        add(",\"entries\":\(Self.text(of: entries)),\"live\":\(Self.text(of: live))")
        add(",\"members\":[")
        var isFirst = true
        for member in members {
            if !isFirst { add(",") }
            isFirst = false
            add("{\"name\":\"\(member.member.name)\",\"size\":\(member.size)")
            add(",\"sha256\":\"\(Hex.encode(member.sha256))\"}")
        }
        add("],\"digest\":\"\(Hex.encode(digest))\",\"audit\":\"\(Hex.encode(audit))\"}\n")
        return text
    }

    private static func text(of counts: Counts) -> String {
        "{\"records\":\(counts.records),\"history\":\(counts.history)"
            + ",\"tombstones\":\(counts.tombstones),\"audit\":\(counts.audit)"
            + ",\"chunks\":\(counts.chunks)}"
    }
}
