// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every Swift target gets these; a target that needs an exception says why.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

/// Debug builds are for tests: there, password hashing may go below the floor.
let testFloor: [SwiftSetting] = [.define("COFFER_TEST_FLOOR", .when(configuration: .debug))]

/// Whether Intel's ipsec-mb is there (amd64).
///
/// Debian's package ships no pkg-config file, so its header is what says so. Without it OpenSSL
/// does everything.
let hasIPsecMB =
    FileManager.default.fileExists(atPath: "/usr/include/intel-ipsec-mb.h")
    && Context.environment["COFFER_WITHOUT_IPSECMB"] == nil
let ipsecTargets: [Target] =
    hasIPsecMB
    ? [.systemLibrary(name: "CCofferIPsecMB", providers: [.apt(["libipsec-mb-dev"])])] : []
let ipsecDependency: [Target.Dependency] = hasIPsecMB ? ["CCofferIPsecMB"] : []
let ipsecSetting: [SwiftSetting] = hasIPsecMB ? [.define("COFFER_IPSECMB")] : []

/// A module of the house with the settings that all of them share.
func room(
    _ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict + settings)
}

/// The tests of one module, or of what several do together.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// libFuzzer around the parsers, only when asked for.
///
/// It links with a sanitizer alone; `Tests/Fuzz/CofferFuzzer/Fuzzer.swift` tells how it is run.
let fuzzTargets: [Target] =
    Context.environment["COFFER_FUZZ"] == nil
    ? []
    : [
        .target(name: "CFuzz", path: "Tests/Fuzz/CFuzz"),
        .executableTarget(
            name: "CofferFuzzer", dependencies: ["CofferFuzzing", "CFuzz"],
            path: "Tests/Fuzz/CofferFuzzer", swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-Xlinker", "--allow-multiple-definition"])]),
    ]

let package = Package(
    name: "Coffer",
    products: [
        .library(name: "Coffer", targets: ["Coffer"]),
        .executable(name: "coffer-bench", targets: ["CofferBench"]),
        .executable(name: "coffer", targets: ["CofferCLI"]),
    ],
    targets: ipsecTargets + fuzzTargets + [
        .systemLibrary(
            name: "CCofferOpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CCofferArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(
            name: "CCofferSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "CCofferZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(
            name: "CCofferPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        // Its pkg-config file names a compiler flag that SwiftPM warns about, so the module map
        // alone says what to link.
        .systemLibrary(name: "CCofferUTF8proc", providers: [.apt(["libutf8proc-dev"])]),
        // C++, because the library is a template; its header is plain C.
        .target(name: "CCofferRapidJSON"),
        .target(name: "CofferShims"),

        room("CofferBytes", ["CofferShims"]),
        room("CofferDisk", ["CofferShims"]),
        room("CofferSQLite", ["CCofferSQLite"]),
        room("CofferArguments", []),
        room("CofferFormat", ["CofferBytes", "CCofferRapidJSON", "CCofferZstd"]),
        room(
            "CofferCrypto",
            ["CofferBytes", "CofferShims", "CCofferOpenSSL", "CCofferArgon2"] + ipsecDependency,
            settings: ipsecSetting + testFloor),
        room("CofferBundles", ["CofferBytes", "CofferDisk", "CofferFormat", "CofferCrypto"]),
        room("CofferSchema", ["CofferFormat", "CCofferPCRE2", "CCofferUTF8proc"]),
        room(
            "CofferKeys",
            ["CofferBytes", "CofferShims", "CofferFormat", "CofferCrypto", "CCofferUTF8proc"],
            settings: testFloor),
        room(
            "CofferStore",
            [
                "CofferBytes", "CofferDisk", "CofferSQLite", "CofferFormat", "CofferCrypto",
                "CofferKeys",
            ]),
        room(
            "CofferRecords",
            [
                "CofferBytes", "CofferSQLite", "CofferFormat", "CofferCrypto", "CofferSchema",
                "CofferKeys", "CofferStore", "CCofferUTF8proc",
            ]),
        room(
            "CofferChunks",
            [
                "CofferBytes", "CofferDisk", "CofferSQLite", "CofferFormat", "CofferCrypto",
                "CofferKeys", "CofferStore",
            ]),
        room("CofferExchange", ["CofferFormat"]),
        room(
            "CofferCare",
            [
                "CofferBytes", "CofferDisk", "CofferSQLite", "CofferFormat", "CofferCrypto",
                "CofferSchema", "CofferBundles", "CofferKeys", "CofferStore", "CofferRecords",
                "CofferChunks",
            ]),
        room(
            "Coffer",
            [
                "CofferBytes", "CofferDisk", "CofferSQLite", "CofferFormat", "CofferCrypto",
                "CofferSchema", "CofferKeys", "CofferBundles", "CofferStore", "CofferRecords",
                "CofferChunks", "CofferExchange", "CofferCare",
            ]),
        room("CofferCommand", ["Coffer", "CofferArguments", "CofferShims"]),
        .executableTarget(
            name: "CofferCLI", dependencies: ["CofferCommand"], swiftSettings: strict),
        // What the benchmark measures against, in C.
        .target(
            name: "CCofferBench",
            dependencies: ["CCofferOpenSSL", "CCofferSQLite"] + ipsecDependency),
        .executableTarget(
            name: "CofferBench",
            dependencies: [
                "Coffer", "CofferBytes", "CofferCrypto", "CofferExchange", "CofferFormat",
                "CofferRecords", "CofferSQLite", "CofferShims", "CCofferBench",
            ],
            swiftSettings: strict),

        // Doubles for tests.
        .target(
            name: "CofferDiskSupport", dependencies: ["CofferDisk"],
            path: "Tests/CofferDiskSupport", swiftSettings: strict),
        .target(name: "CFaultVFS", dependencies: ["CCofferSQLite"], path: "Tests/CFaultVFS"),
        // What must hold for every parser; the fuzzer and a quick test both ask it.
        .target(
            name: "CofferFuzzing",
            dependencies: [
                "CofferExchange", "CofferSchema", "CofferBundles", "CofferCrypto", "CofferFormat",
                "CofferDisk", "CofferDiskSupport", "CofferBytes",
            ],
            path: "Tests/CofferFuzzing", swiftSettings: strict),
        tests("FuzzTests", ["CofferFuzzing"]),
        // Runs the program itself; the tests build Tests/FaultShim as a library to preload.
        tests("CrashTests", ["Coffer", "CofferCLI", "CofferSQLite"]),
        tests("CofferBytesTests", ["CofferBytes"]),
        tests("CofferDiskTests", ["CofferDisk", "CofferDiskSupport", "CofferShims"]),
        tests("CofferSQLiteTests", ["CofferSQLite", "CCofferSQLite", "CFaultVFS"]),
        tests("CofferArgumentsTests", ["CofferArguments"]),
        tests("CofferFormatTests", ["CofferFormat", "CofferBytes"]),
        tests("CofferCryptoTests", ["CofferCrypto", "CofferBytes", "CCofferOpenSSL"]),
        tests(
            "CofferBundlesTests",
            [
                "CofferBundles", "CofferBytes", "CofferCrypto", "CofferDisk", "CofferDiskSupport",
                "CofferFormat",
            ]),
        tests(
            "CofferChunksTests",
            ["CofferChunks", "CofferBytes", "CofferCrypto", "CofferFormat"]),
        tests("CofferSchemaTests", ["CofferSchema", "CofferFormat", "CofferBytes"]),
        tests("CofferExchangeTests", ["CofferExchange", "CofferFormat", "CofferBytes"]),
        tests(
            "CofferTests",
            [
                "Coffer", "CofferCLI", "CofferBundles", "CofferBytes", "CofferCare",
                "CofferCrypto", "CofferDisk", "CofferDiskSupport", "CofferExchange",
                "CofferFormat", "CofferKeys", "CofferRecords", "CofferSQLite", "CofferStore",
            ]),
        tests(
            "VectorTests",
            [
                "CofferBytes", "CofferCrypto", "CofferFormat", "CofferKeys", "CofferRecords",
                "CofferStore", "CofferSchema", "CofferSQLite", "CofferBundles", "CofferCare",
                "CofferChunks",
            ]),
        tests(
            "TamperTests",
            [
                "Coffer", "CofferBundles", "CofferCare", "CofferRecords", "CofferStore",
                "CofferKeys", "CofferFormat", "CofferCrypto", "CofferSQLite", "CofferBytes",
                "CCofferSQLite", "CofferCLI",
            ]),
        tests("ArchitectureTests", []),
        tests(
            "CofferCommandTests", ["CofferCommand", "CofferCLI", "CofferFormat", "CofferSchema"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
