package import CofferBytes
internal import CofferShims

/// The root key in the kernel's keyring, so that an unlocked vault stays so for a while.
///
/// The key is linked to the user keyring: a second terminal and a user service find it, another
/// user does not. It expires by the kernel's clock, and the payload holds a deadline and an
/// absolute cap on the boot-time clock besides. See keyrings(7), user-keyring(7).
package struct UnlockCache: Sendable {
    /// What is cached.
    package struct Entry: Sendable {
        /// The root key.
        package let root: RootKey
        /// When it ends without use, in milliseconds of the boot-time clock.
        package let deadline: UInt64
        /// When it ends in any case, in milliseconds of the boot-time clock.
        package let cap: UInt64
        /// How long each use lets it live on, in milliseconds.
        package let span: UInt64
        /// The kernel's number of the key.
        fileprivate let key: Int32
    }

    /// Why a cache could not be used.
    package enum Failure: Error, Equatable, Sendable {
        /// The kernel has no keyring for us; the errno says why.
        case unavailable(errno: Int32)
    }

    /// keyrings(7): KEY_SPEC_USER_KEYRING.
    private static let userKeyring: Int32 = -4
    /// keyrings(7): KEY_SPEC_THREAD_KEYRING.
    private static let threadKeyring: Int32 = -1
    /// keyrings(7): KEY_SPEC_PROCESS_KEYRING.
    private static let processKeyring: Int32 = -2
    /// keyctl_setperm(3): all rights for the possessor; view, read, write, search, link and
    /// setattr for the owner; none for others.
    private static let permissions: UInt32 = 0x3f3f_0000
    private static let prefix = "coffer:"
    private static let payloadSize = 32 + 16 + 16 + 24

    private let bootID: Identifier

    /// A cache for this boot of the machine; `bootID` is that of the kernel.
    package init(bootID: Identifier) { self.bootID = bootID }

    /// Keeps `root` for `vault` from `now` (milliseconds of the boot-time clock).
    ///
    /// - Throws: `unavailable` when the kernel refuses.
    package func store(
        _ root: RootKey, vault: Identifier, now: UInt64, span: UInt64, cap: UInt64
    ) throws(Failure) {
        try link(
            payload(
                root, deadline: Self.deadline(now: now, span: span, cap: cap), cap: cap, span: span),
            vault: vault, until: Self.deadline(now: now, span: span, cap: cap), now: now)
    }

    /// Puts the root that took the place of a cached one in its place, unless that was forgotten
    /// meanwhile.
    ///
    /// It is a key of its own: whoever has looked at the one before, and lets that live on, does
    /// not put the old root back.
    ///
    /// - Throws: `unavailable` when the kernel refuses.
    package func replace(
        _ entry: Entry, with root: RootKey, vault: Identifier, now: UInt64
    ) throws(Failure) {
        // Held, so that it can be asked afterwards whether somebody has forgotten it meanwhile.
        guard CofferShims_keyLink(entry.key, Self.threadKeyring) >= 0 else { return }
        defer { _ = CofferShims_keyUnlink(entry.key, Self.threadKeyring) }
        let name = Self.prefix + vault.description
        guard unsafe CofferShims_keySearch(Self.userKeyring, name) == entry.key else { return }
        // The link takes the place of that to the key before, whose description is the same;
        // unlinking that one would unlink this.
        try store(root, vault: vault, now: now, span: entry.span, cap: entry.cap)
        if !isReadable(entry.key) { forget(vault: vault) }
    }

    private func isReadable(_ key: Int32) -> Bool {
        var nothing: UInt8 = 0
        return unsafe CofferShims_keyRead(key, &nothing, 0) >= 0
    }

    private func link(
        _ payload: borrowing SecretBytes, vault: Identifier, until deadline: UInt64, now: UInt64
    ) throws(Failure) {
        // Made where only this process sees it, so that it never stands in the user keyring
        // without its time limit.
        let name = Self.prefix + vault.description
        let key = payload.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return Int32(-22) }
                return unsafe CofferShims_keyAdd(name, start, buffer.count, Self.processKeyring)
            }
        }
        guard key >= 0 else { throw .unavailable(errno: -key) }
        _ = CofferShims_keyTimeout(key, Self.seconds(from: now, to: deadline))
        var result = CofferShims_keyPermissions(key, Self.permissions)
        if result >= 0 { result = CofferShims_keyLink(key, Self.userKeyring) }
        guard result >= 0 else {
            _ = CofferShims_keyRevoke(key, Self.processKeyring)
            throw .unavailable(errno: -result)
        }
        _ = CofferShims_keyUnlink(key, Self.processKeyring)
    }

    /// What is cached for `vault` at `now`; nil when there is nothing, or its time is over.
    package func load(vault: Identifier, now: UInt64) -> Entry? {
        let name = Self.prefix + vault.description
        let key = unsafe CofferShims_keySearch(Self.userKeyring, name)
        guard key >= 0 else { return nil }
        var size: Int64 = 0
        let payload = SecretBytes(count: Self.payloadSize) { bytes in
            unsafe bytes.withUnsafeMutableBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return }
                size = unsafe CofferShims_keyRead(key, start, buffer.count)
            }
        }
        guard size == Int64(Self.payloadSize) else { return nil }
        let clear = payload.withBytes { bytes in (32..<Self.payloadSize).map { bytes[$0] } }
        var reader = ByteReader(clear)
        guard let id = try? reader.identifier(), let boot = try? reader.identifier(),
            let deadline = try? reader.u64(), let cap = try? reader.u64(),
            let span = try? reader.u64(), boot == bootID, now < deadline, now < cap
        else {
            _ = CofferShims_keyRevoke(key, Self.userKeyring)
            return nil
        }
        let secret = SecretBytes(count: 32) { root in
            payload.withBytes { bytes in
                for index in 0..<32 { root[index] = bytes[index] }
            }
        }
        return Entry(
            root: RootKey(id: id, secret: secret), deadline: deadline, cap: cap, span: span,
            key: key)
    }

    /// Lets an entry live on after a use, up to its cap.
    ///
    /// The key itself is written anew, so that one that was revoked meanwhile stays so.
    package func renew(_ entry: Entry, vault: Identifier, now: UInt64) {
        let deadline = Self.deadline(now: now, span: entry.span, cap: entry.cap)
        let payload = payload(
            entry.root, deadline: deadline, cap: entry.cap, span: entry.span)
        let result = payload.withBytes { bytes in
            unsafe bytes.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return Int32(-22) }
                return unsafe CofferShims_keyUpdate(entry.key, start, buffer.count)
            }
        }
        // A renewal that fails leaves the earlier deadline in force.
        guard result >= 0 else { return }
        _ = CofferShims_keyTimeout(entry.key, Self.seconds(from: now, to: deadline))
    }

    private func payload(
        _ root: RootKey, deadline: UInt64, cap: UInt64, span: UInt64
    ) -> SecretBytes {
        let secret = root.secret()
        return SecretBytes(count: Self.payloadSize) { bytes in
            secret.withBytes { key in
                for index in 0..<32 { bytes[index] = key[index] }
            }
            let clear =
                root.id.bytes + bootID.bytes + Self.bytes(deadline) + Self.bytes(cap)
                + Self.bytes(span)
            for (index, byte) in clear.enumerated() { bytes[32 + index] = byte }
        }
    }

    /// The cap comes from the payload, which any program of the user can write.
    private static func deadline(now: UInt64, span: UInt64, cap: UInt64) -> UInt64 {
        let (end, overflows) = now.addingReportingOverflow(span)
        return overflows ? cap : min(end, cap)
    }

    private static func seconds(from now: UInt64, to deadline: UInt64) -> UInt32 {
        UInt32(clamping: (deadline - min(now, deadline)) / 1_000 + 1)
    }

    /// Forgets `vault`; whether there was anything to forget.
    @discardableResult
    package func forget(vault: Identifier) -> Bool {
        let name = Self.prefix + vault.description
        var wasThere = false
        // Where another took its place meanwhile, that one goes, too.
        for _ in 0..<Self.attempts {
            let key = unsafe CofferShims_keySearch(Self.userKeyring, name)
            guard key >= 0 else { break }
            if CofferShims_keyRevoke(key, Self.userKeyring) >= 0 { wasThere = true }
        }
        return wasThere
    }

    /// How often somebody may be faster.
    private static let attempts = 16

    /// Forgets every vault of this user; how many there were.
    package func forgetAll() -> Int {
        var keys = [Int32](repeating: 0, count: 1_024)
        let size = unsafe keys.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return Int64(0) }
            return unsafe CofferShims_keyringRead(
                Self.userKeyring, start, buffer.count * MemoryLayout<Int32>.size)
        }
        guard size > 0 else { return 0 }
        var forgotten = 0
        for key in keys.prefix(Int(size) / MemoryLayout<Int32>.size) where isOurs(key) {
            if CofferShims_keyRevoke(key, Self.userKeyring) >= 0 { forgotten += 1 }
        }
        return forgotten
    }

    /// KEYCTL_DESCRIBE gives `type;uid;gid;permissions;description`.
    private func isOurs(_ key: Int32) -> Bool {
        var text = [CChar](repeating: 0, count: 512)
        let size = unsafe text.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return Int64(0) }
            return unsafe CofferShims_keyDescribe(key, start, buffer.count - 1)
        }
        guard size > 0 else { return false }
        let description = text.prefix(Int(size)).map { UInt8(bitPattern: $0) }
        let fields = description.split(separator: UInt8(ascii: ";"), maxSplits: 4)
        return fields.count == 5 && fields[0].elementsEqual("user".utf8)
            && fields[4].starts(with: Self.prefix.utf8)
    }

    private static func bytes(_ value: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
