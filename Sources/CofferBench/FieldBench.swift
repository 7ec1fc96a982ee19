internal import CCofferBench
internal import CofferBytes
internal import CofferCrypto

/// Sealing and opening a field of 100 bytes in a record of eight, against the same calls in C.
internal enum FieldBench {
    private static let records = 20_000
    private static let fields = 8
    private static let size = 100

    internal static func run(rounds: Int) throws {
        for backend in AES256GCM.Backend.available {
            for isOpening in [false, true] {
                var ours: [Double] = []
                var theirs: [Double] = []
                for _ in 0..<rounds {
                    theirs.append(inC(backend, isOpening))
                    ours.append(try inSwift(backend, isOpening))
                }
                Report.pair(
                    "\(isOpening ? "open" : "seal") a field, \(backend)", ours, theirs,
                    unit: "ns", peer: "C")
            }
        }
    }

    private static func inC(_ backend: AES256GCM.Backend, _ isOpening: Bool) -> Double {
        let opening: Int32 = isOpening ? 1 : 0
        return backend == .openSSL
            ? CCofferBench_openSSL(Int32(records), opening)
            : CCofferBench_ipsecMB(Int32(records), opening)
    }

    private static func inSwift(
        _ backend: AES256GCM.Backend, _ isOpening: Bool
    ) throws -> Double {
        let key = FieldKey(SecretBytes(count: 32) { $0[0] = 7 })
        var cipher = try RecordCipher(backend: backend)
        var plain = [UInt8](repeating: 2, count: fields * size)
        var cells = [UInt8](repeating: 0, count: fields * size)
        var tags = [UInt8](repeating: 0, count: fields * RecordCipher.tagSize)
        var associated = [UInt8](repeating: 1, count: 53)
        var nonces = try NonceBatch(count: records, randomness: .system)
        var spent = 0.0
        for _ in 0..<records {
            let nonce = try nonces.next { nonce throws(CryptoError) in
                nonce.indices.map { nonce[$0] }
            }
            for pass in 0...(isOpening ? 1 : 0) {
                let start = Report.now()
                try cipher.begin(key: key, nonce: nonce.span)
                for field in 0..<fields {
                    associated[52] = UInt8(field + 1)
                    try step(
                        &cipher, field, isOpening: pass == 1, &plain, &cells, &tags, associated)
                }
                if pass == (isOpening ? 1 : 0) { spent += Report.now() - start }
            }
        }
        return spent / Double(records * fields)
    }

    private static func step(
        _ cipher: inout RecordCipher, _ field: Int, isOpening: Bool, _ plain: inout [UInt8],
        _ cells: inout [UInt8], _ tags: inout [UInt8], _ associated: [UInt8]
    ) throws {
        let cell = field * size..<(field + 1) * size
        let tag = field * RecordCipher.tagSize..<(field + 1) * RecordCipher.tagSize
        try unsafe plain.withUnsafeMutableBytes { plain in
            try unsafe cells.withUnsafeMutableBytes { cells in
                try unsafe tags.withUnsafeMutableBytes { tags in
                    try unsafe associated.withUnsafeBytes { associated in
                        let text = unsafe UnsafeMutableRawBufferPointer(rebasing: plain[cell])
                        let sealed = unsafe UnsafeMutableRawBufferPointer(rebasing: cells[cell])
                        let code = unsafe UnsafeMutableRawBufferPointer(rebasing: tags[tag])
                        if isOpening {
                            try unsafe cipher.open(
                                field: UInt16(field + 1),
                                ciphertext: UnsafeRawBufferPointer(sealed),
                                tag: UnsafeRawBufferPointer(code), associated: associated,
                                plaintext: text)
                        } else {
                            try unsafe cipher.seal(
                                field: UInt16(field + 1),
                                plaintext: UnsafeRawBufferPointer(text), associated: associated,
                                ciphertext: sealed, tag: code)
                        }
                    }
                }
            }
        }
    }
}
