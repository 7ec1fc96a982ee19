import CFuzz
import CofferFuzzing
import Glibc

/// Runs one target under libFuzzer.
///
///     COFFER_FUZZ=1 swift build -c release --product CofferFuzzer --scratch-path .build-fuzz \
///       -Xswiftc -sanitize=fuzzer,address -Xswiftc -use-ld=lld \
///       -Xcxx -fsanitize=fuzzer-no-link,address
///     SWIFT_BACKTRACE=enable=no COFFER_FUZZ_TARGET=json \
///       .build-fuzz/release/CofferFuzzer -max_total_time=60 corpus/
///
/// Without a target, or with an unknown one, it lists them. Given a folder in
/// `COFFER_FUZZ_SEEDS`, it writes the target's seeds there and ends.
@main
struct Fuzzer {
    nonisolated(unsafe) private static var target = FuzzTarget.json

    static func main() {
        guard let word = unsafe getenv("COFFER_FUZZ_TARGET"),
            let target = unsafe FuzzTarget(rawValue: String(cString: word))
        else {
            for target in FuzzTarget.allCases { print(target.rawValue) }
            exit(2)
        }
        unsafe Self.target = target
        if let folder = unsafe getenv("COFFER_FUZZ_SEEDS") {
            return unsafe writeSeeds(of: target, to: String(cString: folder))
        }
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            unsafe CommandLine.unsafeArgv
        unsafe exit(
            LLVMFuzzerRunDriver(&count, &arguments) { start, size in
                let input = unsafe Array(UnsafeBufferPointer(start: start, count: size))
                if let problem = unsafe Fuzzer.target.problem(with: input) {
                    fatalError(problem)
                }
                return 0
            })
    }

    private static func writeSeeds(of target: FuzzTarget, to folder: String) {
        for (index, seed) in target.seeds.enumerated() {
            guard let file = unsafe fopen("\(folder)/seed-\(index)", "w") else { exit(1) }
            unsafe _ = seed.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
            unsafe fclose(file)
        }
    }
}
