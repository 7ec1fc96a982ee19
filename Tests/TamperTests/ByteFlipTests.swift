import Foundation
import Synchronization
import Testing

/// Every byte of the file changed, one at a time.
@Suite struct ByteFlipTests {
    @Test func everyChangedByteIsNoticedOrAltersNothing() throws {
        let sample = try Sample.shared.get()
        let map = FileMap(sample.now)
        let runs = Self.runs(map)
        let count = runs.reduce(0) { $0 + $1.count }
        let patterns: [UInt8] = Thoroughness.isFull ? Self.allPatterns : [0x01]
        let halves = Thoroughness.isFull ? 2 : 1
        let total = Mutex(Tally())
        try Thoroughness.inParts(halves) { half in
            let place = try Place()
            try place.put(sample.now)
            let examiner = Examiner(sample, lookups: 4)
            var tally = Tally()
            func change(_ run: Range<Int>, _ pattern: UInt8) throws {
                for offset in run { try place.patch(offset, sample.now[offset] ^ pattern) }
                let outcome = examiner.examine(place.path)
                for offset in run { try place.patch(offset, sample.now[offset]) }
                if case .silent = outcome {
                } else if run.count > 1 {
                    for offset in run { try change(offset..<offset + 1, pattern) }
                    return
                }
                for offset in run { tally.take(outcome, offset, pattern, map) }
            }
            for (index, run) in runs.enumerated() where index % halves == half {
                for pattern in patterns { try change(run, pattern) }
                if index % 1_024 < halves, try Place.read(place.database) != sample.now {
                    try place.put(sample.now)
                    tally.rewritten += 1
                }
            }
            total.withLock { $0.add(tally) }
        }
        let tally = total.withLock { $0 }
        print(
            "changed bytes: \(count) in \(runs.count) runs of \(sample.now.count), patterns \(patterns)"
        )
        for line in tally.lines { print(line) }
        #expect(tally.tried == count * patterns.count)
        #expect(tally.lies.isEmpty, "\(tally.lies.prefix(10))")
        #expect(tally.unnamed.isEmpty, "\(tally.unnamed.prefix(20))")
        #expect(tally.odd.isEmpty, "silent where it must not be: \(tally.odd.prefix(20))")
        #expect(tally.caught > 0 && tally.silent > 0)
    }

    private static var allPatterns: [UInt8] {
        let words = ProcessInfo.processInfo.environment["COFFER_FLIP_PATTERNS"] ?? "1"
        return words.split(separator: ",").compactMap { UInt8($0) }
    }

    /// Some bytes of each kind, and all of the file header.
    ///
    /// In a full run all bytes: each alone, but those that nobody should read in runs of 64, which
    /// come apart when one of them is noticed.
    private static func runs(_ map: FileMap) -> [Range<Int>] {
        guard !Thoroughness.isFull else { return fullRuns(map) }
        var byKind: [FileMap.Kind: [Int]] = [:]
        for offset in map.kinds.indices { byKind[map.kinds[offset], default: []].append(offset) }
        return byKind.sorted { $0.key < $1.key }.flatMap { kind, offsets in
            offsets[0] < 100 && kind != .gap
                ? offsets : Thoroughness.some(offsets, kind == .cell ? 220 : 12)
        }.map { $0..<$0 + 1 }
    }

    private static func fullRuns(_ map: FileMap) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        for (offset, kind) in map.kinds.enumerated() {
            if let last = runs.last, kind.isUnused, map.kinds[last.lowerBound] == kind,
                last.count < 64, offset % map.pageSize != 0
            {
                runs[runs.count - 1] = last.lowerBound..<offset + 1
            } else {
                runs.append(offset..<offset + 1)
            }
        }
        return runs
    }
}

/// What became of the changed bytes.
private struct Tally: Sendable {
    var tried = 0
    var caught = 0
    var silent = 0
    var rewritten = 0
    var lies: [String] = []
    var unnamed: [String] = []
    var odd: [String] = []
    private var byKind: [FileMap.Kind: [String: Int]] = [:]
    private var silentPages: [FileMap.Kind: Set<Int>] = [:]

    mutating func take(
        _ outcome: Examiner.Outcome, _ offset: Int, _ pattern: UInt8, _ map: FileMap
    ) {
        let kind = map.kinds[offset]
        let page = offset / map.pageSize + 1
        let place = "page \(page) byte \(offset % map.pageSize) ^ \(pattern), \(kind.rawValue)"
        tried += 1
        byKind[kind, default: [:]][outcome.word, default: 0] += 1
        switch outcome {
        case .refused, .named: caught += 1
        case .silent:
            silent += 1
            silentPages[kind, default: []].insert(page)
            if !kind.mayBeSilent { odd.append(place) }
        case .unnamed(let what): unnamed.append("\(place): \(what)")
        case .lie(let what): lies.append("\(place): \(what)")
        }
    }

    mutating func add(_ other: Tally) {
        tried += other.tried
        caught += other.caught
        silent += other.silent
        rewritten += other.rewritten
        lies += other.lies
        unnamed += other.unnamed
        odd += other.odd
        for (kind, words) in other.byKind {
            byKind[kind, default: [:]].merge(words) { $0 + $1 }
        }
        silentPages.merge(other.silentPages) { $0.union($1) }
    }

    var lines: [String] {
        byKind.sorted { $0.key < $1.key }.map { kind, words in
            let counts = words.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            let pages = silentPages[kind].map { " (silent on pages \(Self.ranges($0)))" } ?? ""
            return "  \(kind.rawValue): \(counts.joined(separator: ", "))\(pages)"
        } + [
            "  in all \(tried): \(caught) caught, \(silent) alter nothing, file put back \(rewritten)"
        ]
    }

    private static func ranges(_ pages: Set<Int>) -> String {
        var ranges: [ClosedRange<Int>] = []
        for page in pages.sorted() {
            if let last = ranges.last, last.upperBound == page - 1 {
                ranges[ranges.count - 1] = last.lowerBound...page
            } else {
                ranges.append(page...page)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        .joined(separator: " ")
    }
}
