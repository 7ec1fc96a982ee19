import Testing

@Suite struct SampleTests {
    @Test func isSoundAndShowsWhatIsTrue() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        try place.put(sample.now)
        guard case .silent = Examiner(sample).examine(place.path) else {
            Issue.record("\(Examiner(sample).examine(place.path))")
            return
        }
        #expect(sample.truth.mapValues(\.count) == ["houses": 14, "folk": 8, "deeds": 27])
        #expect(try Place.read(place.database) == sample.now, "reading has changed the file")
        print("sample vault: \(sample.now.count) bytes")
    }

    @Test func anotherTruthIsALie() throws {
        let sample = try Sample.shared.get()
        let place = try Place()
        try place.put(sample.now)
        guard case .lie = Examiner(sample, truth: sample.truthBefore).examine(place.path) else {
            Issue.record("the examiner does not see a difference")
            return
        }
    }
}
