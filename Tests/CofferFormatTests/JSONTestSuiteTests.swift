import CofferFormat
import Foundation
import Testing

@Suite(.enabled(if: JSONMaterial.parsing != nil)) struct JSONTestSuiteTests {
    @Test func acceptsAndRefusesAsTheNamesSay() throws {
        var accepted = 0
        var refused = 0
        var either = (accepted: 0, refused: 0)
        for file in JSONMaterial.files(in: JSONMaterial.parsing, suffix: ".json") {
            let name = file.lastPathComponent
            let value = try? JSON.parse(try JSONMaterial.bytes(file))
            switch name.prefix(2) {
            case "y_":
                // The suite allows either for duplicate names; Coffer refuses them.
                let isDuplicate = name.hasPrefix("y_object_duplicated_key")
                #expect((value != nil) != isDuplicate, "\(name)")
                accepted += 1
            case "n_":
                #expect(value == nil, "\(name)")
                refused += 1
            default:
                if value == nil { either.refused += 1 } else { either.accepted += 1 }
            }
            if let value { #expect(try JSON.parse(JSON.write(value)) == value, "\(name)") }
        }
        print(
            "JSONTestSuite: \(accepted) y_, \(refused) n_,",
            "\(either.accepted) i_ accepted, \(either.refused) i_ refused")
        #expect(accepted == 48)
        #expect(refused == 94)
        #expect(either.accepted + either.refused == 17)
    }
}
