import CofferBytes
import CofferCrypto
import CofferFormat
import CofferSchema

/// What must hold for the texts that people and other programs hand over.
internal enum TextProperties {
    static func minisignKey(_ input: [UInt8]) -> String? {
        guard let key = try? Minisign.PublicKey(file: input) else { return nil }
        guard let again = try? Minisign.PublicKey(line: key.line), again == key else {
            return "another key"
        }
        return nil
    }

    static func minisignSignature(_ input: [UInt8]) -> String? {
        guard let signature = try? Minisign.Signature(file: input) else { return nil }
        return signature.file == input ? nil : "another signature"
    }

    static func texts(_ input: [UInt8]) -> String? {
        if let bytes = Hex.decode(input), let again = Hex.decode(Hex.encode(bytes)),
            again != bytes
        {
            return "other hexadecimal digits"
        }
        if let bytes = CofferBytes.Base64.decode(input),
            Array(CofferBytes.Base64.encode(bytes).utf8) != input
        {
            return "another Base64"
        }
        if let bytes = PlainBech32m.decode(prefix: "coffer-recovery", input) {
            let lower = String(decoding: input, as: UTF8.self).lowercased()
            guard PlainBech32m.encode(prefix: "coffer-recovery", bytes.span) == Array(lower.utf8)
            else {
                return "another Bech32m"
            }
        }
        if let text = String(validating: input, as: UTF8.self),
            let identifier = Identifier(text: text), identifier.description != text.lowercased()
        {
            return "another UUID"
        }
        return nil
    }

    static func schema(_ input: [UInt8]) -> String? {
        guard let value = try? JSON.parse(input),
            let schema = try? CollectionSchema(
                parsing: value, text: JSON.write(value), name: "records")
        else { return nil }
        _ = schema.validate(value)
        _ = schema.warnings
        return schema.change(from: schema).isEmpty ? nil : "a schema differs from itself"
    }
}
