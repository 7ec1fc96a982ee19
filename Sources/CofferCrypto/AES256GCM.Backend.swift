extension AES256GCM {
    /// The libraries that know AES-256-GCM; they give the same bytes at different speed.
    package enum Backend: Sendable, Hashable, CaseIterable {
        /// OpenSSL's libcrypto, everywhere; the reference.
        case openSSL
        /// Intel's ipsec-mb, on amd64 with AES instructions: four times as fast on fields.
        case ipsecMB

        /// What can be used in this build on this processor; OpenSSL always can.
        package static let available: [Backend] = {
            #if COFFER_IPSECMB
            if unsafe IPsecManager.shared != nil { return [.openSSL, .ipsecMB] }
            #endif
            return [.openSSL]
        }()

        /// The fastest one that can be used, chosen at first use.
        package static let preferred: Backend = available.contains(.ipsecMB) ? .ipsecMB : .openSSL
    }
}
