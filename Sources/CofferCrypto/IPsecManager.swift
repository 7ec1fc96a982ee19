#if COFFER_IPSECMB
internal import CCofferIPsecMB

/// ipsec-mb's table of functions for this processor, made once and never freed.
///
/// The library writes to it while it is set up; afterwards Coffer only reads the functions, so
/// threads share it.
internal enum IPsecManager {
    /// Null where the processor lacks AES and carry-less multiplication instructions.
    nonisolated(unsafe) internal static let shared: UnsafePointer<IMB_MGR>? = unsafe make()

    private static func make() -> UnsafePointer<IMB_MGR>? {
        guard let manager = unsafe alloc_mb_mgr(0) else { return nil }
        unsafe init_mb_mgr_auto(manager, nil)
        let needed = UInt64(IMB_FEATURE_AESNI) | UInt64(IMB_FEATURE_PCLMULQDQ)
        guard
            unsafe imb_get_errno(manager) == 0, unsafe manager.pointee.features & needed == needed,
            unsafe CCofferIPsecMB_isComplete(manager) == 1
        else {
            unsafe free_mb_mgr(manager)
            return nil
        }
        return unsafe UnsafePointer(manager)
    }
}
#endif
