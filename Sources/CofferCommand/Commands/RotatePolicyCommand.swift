internal import Coffer
internal import CofferArguments

/// `coffer rotate policy`: how old the keys of records may become.
internal enum RotatePolicyCommand {
    /// Whoever replaces keys more often than once a day has mistyped it.
    private static let least: Int64 = 86_400_000

    internal static func run(_ call: Call) throws -> ExitStatus {
        let vault = try call.open()
        if let text = call.invocation.value("max-age") {
            let age = try age(text)
            if try vault.maximalKeyAge() != age {
                try vault.setMaximalKeyAge(age)
                call.noteWrite(
                    vault,
                    age == nil
                        ? "no more rotations by themselves" : "keys are replaced by themselves")
            }
        }
        let age = try vault.maximalKeyAge()
        let since = try vault.keyAges().first { $0.purpose == "records" }?.created
        guard !call.isJSON else {
            try call.console.print(
                .object([
                    ("maxAge", age.map { .integer($0 / 1_000) } ?? .null),
                    ("since", .text(since.map(Timestamp.text))),
                ]))
            return .done
        }
        let day = since.map { String(Timestamp.text($0).prefix(10)) } ?? "the beginning"
        try call.console.line(
            age.map {
                "coffer maintain replaces the keys of records when they are older than "
                    + "\(TimeSpan.text($0)); those of today are in use since \(day)."
            }
                ?? "No key is replaced by itself; those of records are in use since \(day). "
                + "Say when: coffer rotate policy --max-age 365d")
        return .done
    }

    private static func age(_ text: String) throws(Failure) -> Int64? {
        if text == "off" { return nil }
        guard let span = TimeSpan.milliseconds(text), let age = Int64(exactly: span), age >= least
        else { throw .usage("--max-age needs a time of a day or more, such as 365d, or off") }
        return age
    }
}
