import CofferFormat
import Testing

@testable import CofferSchema

@Suite struct ExactNumberTests {
    private static let ascending = [
        "-1e400", "-18446744073709551616", "-9223372036854775808", "-1.5", "-1", "-0.1", "-1e-400",
        "0", "1e-400", "1e-7", "0.1", "0.10000000000000000000001", "1", "1.5", "2", "10", "99",
        "100", "9007199254740992", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "1e22", "1e400", "1e999999999999999999999999",
    ]

    @Test func comparesWithoutRounding() throws {
        let numbers = try Self.ascending.map { try #require(ExactNumber(literal: $0)) }
        for (low, number) in numbers.enumerated() {
            for (high, other) in numbers.enumerated() {
                #expect((number < other) == (low < high))
                #expect((number == other) == (low == high))
            }
        }
    }

    @Test(arguments: [
        ["1", "1.0", "1.00", "1e0", "10e-1", "0.1e1", "100E-2"], ["100", "1e2", "1E+2", "100.000"],
        ["0", "-0", "0.0", "0e99", "-0.000"], ["-2", "-2.0", "-20e-1"],
        ["9007199254740992", "9007199254740992.0"],
    ]) func oneNumberHasManySpellings(spellings: [String]) throws {
        let values = spellings.map { Value(numberLiteral: $0) }
        for left in values {
            for right in values {
                #expect(left.isSame(as: right))
                var keys: [[UInt8]] = [[], []]
                #expect(left.appendKey(to: &keys[0], depth: 1))
                #expect(right.appendKey(to: &keys[1], depth: 1))
                #expect(keys[0] == keys[1])
            }
        }
    }

    @Test(arguments: ["", "-", ".5", "1.", "1e", "1e+", "0x1", "1 ", " 1", "+1", "NaN", "1,5"])
    func readsOnlyNumbers(text: String) {
        #expect(ExactNumber(literal: text) == nil)
    }

    @Test(arguments: [
        ("10", "2", true), ("7", "2", false), ("0.3", "0.1", true), ("0.35", "0.1", false),
        ("0", "7", true), ("-9", "3", true), ("1e308", "0.5", true), ("1e308", "0.3", false),
        ("19.99", "0.01", true), ("1", "1e-1000000", true), ("1e-1000000", "1", false),
        ("123456789012345678901234567890", "10", true),
        ("123456789012345678901234567890", "12345678901234567890123456789", true),
        ("123456789012345678901234567891", "12345678901234567890123456789", false),
        ("1e40", "1180591620717411303424", false), ("1e90", "1180591620717411303424", true),
        ("1e99999999999", "1180591620717411303424", true),
    ]) func dividesWithoutRounding(number: String, divisor: String, isMultiple: Bool) throws {
        let left = try #require(ExactNumber(literal: number))
        let right = try #require(ExactNumber(literal: divisor))
        #expect(left.isMultiple(of: right) == isMultiple)
    }

    @Test func dividesAsMachineIntegersDo() throws {
        for number: Int64 in [0, 1, 6, 35, 36, 360, 1_000_000_007, .max, .min] {
            for divisor: Int64 in [1, 2, 3, 5, 6, 7, 36, 1_000_000_007] {
                #expect(
                    ExactNumber(number).isMultiple(of: ExactNumber(divisor))
                        == (number % divisor == 0))
            }
        }
    }

    @Test(arguments: [
        ("0", 0), ("12", 12), ("-12e1", -120), ("9223372036854775807", Int.max),
        ("9223372036854775808", Int.max), ("-9223372036854775808", Int.min),
        ("-1e30", Int.min), ("1e30", Int.max),
    ]) func clampsToAnInteger(literal: String, integer: Int) throws {
        #expect(try #require(ExactNumber(literal: literal)).clampedInteger == integer)
    }
}
