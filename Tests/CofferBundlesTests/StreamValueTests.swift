import CofferBytes
import CofferFormat
import Testing

/// The values of a stream are written in one form, and read in no other.
@Suite struct StreamValueTests {
    @Test func aNumberHasOneForm() {
        var numbers: [UInt64] = [0, UInt64(Int64.max)]
        for shift in UInt64(0)..<63 { numbers += [1 << shift, (1 << shift) - 1, (1 << shift) + 1] }
        for number in numbers {
            var bytes: [UInt8] = []
            bytes.append(varint: number)
            var cursor = StreamCursor(bytes)
            #expect((try? cursor.varint()) == number)
            #expect(cursor.isAtEnd)
            // A byte more that adds nothing, and a byte less.
            var longer = bytes
            longer[longer.count - 1] |= 0x80
            var longerCursor = StreamCursor(longer + [0])
            #expect((try? longerCursor.varint()) == nil)
            var shorter = StreamCursor(Array(bytes.dropLast()))
            #expect((try? shorter.varint()) == nil)
        }
        for number in [UInt64(1) << 63, .max] {
            var bytes: [UInt8] = []
            bytes.append(varint: number)
            var cursor = StreamCursor(bytes)
            #expect(throws: ByteReader.Failure.limit) { try cursor.varint() }
        }
    }

    @Test func aCursorGivesNothingBeyondItsEnd() {
        var cursor = StreamCursor([0, 0, 0, 3, 1, 2, 3])
        #expect(throws: ByteReader.Failure.truncated) { try cursor.identifier() }
        #expect(throws: ByteReader.Failure.truncated) { try cursor.i64() }
        #expect(throws: ByteReader.Failure.truncated) { try cursor.range(-1) }
        #expect(throws: ByteReader.Failure.truncated) { try cursor.range(.max) }
        #expect(throws: ByteReader.Failure.trailing) { try cursor.end() }
        #expect(cursor.offset == 0)
        var limited = cursor
        #expect(throws: ByteReader.Failure.limit) { try limited.prefixed32(limit: 2) }
        #expect((try? cursor.prefixed32(limit: 3)) == [1, 2, 3])
        #expect(throws: Never.self) { try cursor.end() }
        #expect(throws: ByteReader.Failure.truncated) { try cursor.u8() }
    }

    @Test func rangesAreTheNumbersThatWentIn() throws {
        var dice = Dice(4)
        for _ in 0..<200 {
            var numbers: Set<UInt64> = []
            let most = UInt64.random(in: 1...300, using: &dice)
            for _ in 0..<UInt64.random(in: 0...most, using: &dice) {
                numbers.insert(UInt64.random(in: 1...most, using: &dice))
            }
            var ranges = StreamRanges()
            for number in numbers.sorted() { ranges.append(number) }
            #expect(ranges.count == UInt64(numbers.count))
            let read = try StreamRanges(ranges.bytes, count: UInt32(ranges.ranges.count))
            #expect(read == ranges)
            #expect((0...most + 1).allSatisfy { read.contains($0) == numbers.contains($0) })
        }
    }

    @Test func rangesThatTouchOrOverlapAreRefused() {
        let most = UInt64(Int64.max)
        for (wrong, count) in [
            ([1, 1, 2, 1], 2), ([1, 0], 1), ([0, 1], 1), ([5, 1, 4, 1], 2), ([5, 2, 6, 1], 2),
            ([1, 1], 2), ([1, 1], 0), ([most, 1], 1), ([most, 2], 1), ([2, most], 1),
            ([1, most], 1),
        ] as [([UInt64], UInt32)] {
            var bytes: [UInt8] = []
            for number in wrong { bytes.append(varint: number) }
            #expect((try? StreamRanges(bytes, count: count)) == nil, "\(wrong) \(count)")
        }
        #expect((try? StreamRanges([], count: 0)) == StreamRanges())
    }

    @Test func theEndIsReadAsItIsWritten() throws {
        var end = StreamEnd()
        for kind in StreamKind.allCases { end.entries.add(kind, UInt64(kind.rawValue)) }
        for kind in StreamKind.allCases { end.live.add(kind, UInt64(Int64.max)) }
        end.liveCode = [UInt8](repeating: 0xEE, count: 32)
        end.ownSum.add([UInt8](1...32).span)
        #expect(end.entries.all == [4, 5, 6, 7, 8])
        let bytes = end.bytes
        #expect(bytes.count == 144)
        #expect(try StreamEnd(parsing: bytes) == end)
        for count in 0..<bytes.count {
            #expect((try? StreamEnd(parsing: Array(bytes.prefix(count)))) == nil)
        }
        #expect((try? StreamEnd(parsing: bytes + [0])) == nil)
        for place in 0..<10 {
            var wrong = bytes
            wrong[place * 8] = 0x80
            #expect((try? StreamEnd(parsing: wrong)) == nil)
        }
    }

    private static var state: VaultState {
        var state = VaultState(instance: Sample.id(3))
        state.epoch = 7
        state.epochReason = .restored
        state.generation = 900
        state.sequence = 50_000
        state.change = 49_000
        state.nextAudit = 12
        state.auditHead = [UInt8](1...32)
        state.nextCollection = 65_536
        state.nextKey = 40
        state.nextSlot = 3
        state.historyPolicy = VaultState.HistoryPolicy(days: 0, versions: .max)
        for collection in [UInt32(1), 2, 700, 65_535] {
            state.counters[collection] = VaultState.Counters(
                nextField: UInt16(clamping: collection), nextHistory: UInt64(collection) << 30)
        }
        for device in UInt8(1)...64 { state.devices[Sample.id(device)] = UInt64(device) * 3 }
        return state
    }

    @Test func theStandingIsTheStateWithoutItsSums() throws {
        var state = Self.state
        let standing = StreamStanding(state)
        state.frame.add([UInt8](repeating: 9, count: 32).span)
        state.jobs.rows = 3
        state.bodies[VaultState.Body(.records, collection: 2)] = VaultState.Tally()
        #expect(StreamStanding(state) == standing)
        let bytes = standing.bytes
        let read = try StreamStanding(parsing: bytes)
        #expect(read == standing)
        #expect(read.state.counters == state.counters && read.state.devices == state.devices)
        #expect(read.state.historyPolicy == state.historyPolicy)
        for count in 0..<bytes.count {
            #expect((try? StreamStanding(parsing: Array(bytes.prefix(count)))) == nil)
        }
        #expect((try? StreamStanding(parsing: bytes + [0])) == nil)
        let empty = StreamStanding(VaultState(instance: Sample.id(1)))
        #expect(try StreamStanding(parsing: empty.bytes) == empty)
    }

    @Test func aStandingThatNoStateCanHaveIsRefused() {
        var wrong: [(String, VaultState)] = []
        func change(_ what: String, _ body: (inout VaultState) -> Void) {
            var state = Self.state
            body(&state)
            wrong.append((what, state))
        }
        change("epoch") { $0.epoch = UInt64(Int64.max) }
        change("generation") { $0.generation = .max }
        change("sequence") { $0.sequence = UInt64(Int64.max) }
        change("change") { $0.change = $0.sequence + 1 }
        change("audit") { $0.nextAudit = .max }
        change("number of a collection") { $0.nextCollection = 700 }
        change("collection 65,536") {
            $0.nextCollection = 65_537
            $0.counters[65_536] = VaultState.Counters()
        }
        change("collection 0") { $0.counters[0] = VaultState.Counters() }
        change("next field") { $0.counters[2] = VaultState.Counters(nextField: 0) }
        change("next version") { $0.counters[2] = VaultState.Counters(nextHistory: 0) }
        change("last version") { $0.counters[2] = VaultState.Counters(nextHistory: .max) }
        change("devices") { $0.devices[Sample.id(65)] = 1 }
        for (what, state) in wrong {
            #expect((try? StreamStanding(parsing: StreamStanding(state).bytes)) == nil, "\(what)")
        }
        #expect(wrong.count == 12)
    }
}
