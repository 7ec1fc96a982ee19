/// Which module may know which: the table of `Docs/Architecture.md`, as a test reads it.
enum House {
    /// The libraries of others: module maps, headers and one C++ file, no Swift.
    static let doors: Set<String> = [
        "CCofferArgon2", "CCofferIPsecMB", "CCofferOpenSSL", "CCofferPCRE2", "CCofferRapidJSON",
        "CCofferSQLite", "CCofferUTF8proc", "CCofferZstd",
    ]

    /// Our own few lines of C: what Swift cannot do, and what the benchmark measures against.
    static let shims: Set<String> = ["CofferShims", "CCofferBench"]

    /// What each module may import.
    static let table: [String: Set<String>] = [
        "CofferBytes": ["CofferShims"],
        "CofferDisk": ["CofferShims", "Glibc"],
        "CofferSQLite": ["CCofferSQLite", "Glibc", "Synchronization"],
        "CofferArguments": [],
        "CofferFormat": ["CofferBytes", "CCofferRapidJSON", "CCofferZstd"],
        "CofferCrypto": [
            "CofferBytes", "CofferShims", "CCofferArgon2", "CCofferIPsecMB", "CCofferOpenSSL",
        ],
        "CofferBundles": ["CofferBytes", "CofferCrypto", "CofferDisk", "CofferFormat"],
        "CofferSchema": ["CofferFormat", "CCofferPCRE2", "CCofferUTF8proc"],
        "CofferKeys": [
            "CofferBytes", "CofferCrypto", "CofferFormat", "CofferShims", "CCofferUTF8proc",
        ],
        "CofferStore": [
            "CofferBytes", "CofferCrypto", "CofferDisk", "CofferFormat", "CofferKeys",
            "CofferSQLite", "Glibc",
        ],
        "CofferRecords": [
            "CofferBytes", "CofferCrypto", "CofferFormat", "CofferKeys", "CofferSchema",
            "CofferSQLite", "CofferStore", "CCofferUTF8proc",
        ],
        "CofferChunks": [
            "CofferBytes", "CofferCrypto", "CofferDisk", "CofferFormat", "CofferKeys",
            "CofferSQLite", "CofferStore",
        ],
        "CofferExchange": ["CofferFormat", "Glibc"],
        "CofferCare": [
            "CofferBundles", "CofferBytes", "CofferChunks", "CofferCrypto", "CofferDisk",
            "CofferFormat",
            "CofferKeys", "CofferRecords", "CofferSQLite", "CofferSchema", "CofferStore",
        ],
        "Coffer": [
            "CofferBundles", "CofferBytes", "CofferCare", "CofferChunks", "CofferCrypto",
            "CofferDisk", "CofferExchange", "CofferFormat",
            "CofferKeys", "CofferRecords", "CofferSchema", "CofferSQLite",
            "CofferStore", "Synchronization",
        ],
        "CofferCommand": ["Coffer", "CofferArguments", "CofferShims", "Glibc", "Synchronization"],
        "CofferCLI": ["CofferCommand", "Glibc"],
        // The benchmark looks at every floor; nothing looks at it.
        "CofferBench": [
            "CCofferBench", "Coffer", "CofferBytes", "CofferCrypto", "CofferExchange",
            "CofferFormat", "CofferRecords", "CofferSQLite", "CofferShims", "Glibc",
            "Synchronization",
        ],
    ]

    /// The floors, lowest first; a module imports only from below.
    static let floors: [[String]] = [
        shims.sorted() + doors.sorted(),
        ["CofferBytes", "CofferDisk", "CofferSQLite", "CofferArguments"],
        ["CofferFormat", "CofferCrypto"],
        ["CofferSchema", "CofferKeys", "CofferBundles"],
        ["CofferStore"],
        ["CofferRecords", "CofferChunks"],
        ["CofferExchange", "CofferCare"],
        ["Coffer"],
        ["CofferCommand"],
        ["CofferCLI", "CofferBench"],
    ]

    /// The services of `CofferCare`, one folder each.
    static let care: Set<String> = ["Backup", "Check", "Files", "Maintenance", "Rotation"]

    /// All that stands at the top, besides names that begin with a dot.
    static let top: Set<String> = [
        "Docs", "Package.swift", "README.md", "Sources", "Tests", "Vectors",
    ]
}
