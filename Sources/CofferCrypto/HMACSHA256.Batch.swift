extension HMACSHA256 {
    /// One worker's HMAC under one key, for codes by the million whose order does not matter.
    ///
    /// From the ``serial``-th message on, messages wait for one another and are hashed side by
    /// side where ipsec-mb is; the first ones are hashed one after the other, because preparing
    /// that takes as long as some hundred hashes.
    ///
    /// - Important: One value serves one thread. The states lie in ordinary memory until the
    ///   value goes, when they are erased.
    @safe
    package final class Batch {
        /// How many messages come one after the other.
        package static let serial = 512

        private let key: MACKey
        private let authenticator: Authenticator
        private var taken = 0
        #if COFFER_IPSECMB
        private var lanes: LaneHMAC?
        private var waiting = 0
        #endif

        private let serial: Int

        /// Takes in `key`.
        package convenience init(_ key: MACKey) { self.init(key, serial: Self.serial) }

        /// Takes in `key`; only the first `serial` messages come one after the other.
        internal init(_ key: MACKey, serial: Int) {
            self.key = key
            self.serial = serial
            authenticator = Authenticator(key)
        }

        /// Takes in a message in two parts, as if they were one, and lends the codes that are
        /// ready.
        ///
        /// Complexity: linear in the size of the message; every 32nd computes those before it.
        package func add(
            _ head: UnsafeRawBufferPointer, _ tail: UnsafeRawBufferPointer,
            _ receiver: (Span<UInt8>) -> Void
        ) {
            #if COFFER_IPSECMB
            if taken == serial, lanes == nil {
                lanes = key.unsafelyExposingBytes { LaneHMAC(key: $0) }
            }
            if lanes != nil, LaneHMAC.sizes.contains(head.count + tail.count) {
                unsafe lanes?.set(waiting, head, tail)
                waiting += 1
                if waiting == LaneHMAC.lanes { flush(receiver) }
                return
            }
            #endif
            taken += 1
            unsafe authenticator.withCode(of: head, tail, receiver)
        }

        /// Lends the codes of the messages that still wait.
        package func flush(_ receiver: (Span<UInt8>) -> Void) {
            #if COFFER_IPSECMB
            lanes?.run(waiting, receiver)
            waiting = 0
            #endif
        }
    }
}
