internal import Glibc

/// The descriptors 0, 1 and 2.
package enum StandardDescriptors {
    /// Puts /dev/null where standard input, output or error is closed.
    ///
    /// Otherwise the next file that is opened gets that number, and a message meant for a person
    /// is written into it (<https://www.sqlite.org/howtocorrupt.html>, section 1.1). Call it
    /// before any file is opened.
    ///
    /// - Throws: ``DiskError`` when /dev/null cannot be opened; do not go on then.
    package static func reserve() throws(DiskError) {
        while true {
            let descriptor = unsafe Glibc.open("/dev/null", O_RDWR)
            guard descriptor >= 0 else {
                if errno == EINTR { continue }
                throw DiskError(.open, "/dev/null", errno: errno)
            }
            // The lowest free number is given first, so above 2 all three are taken.
            if descriptor > 2 {
                Glibc.close(descriptor)
                return
            }
        }
    }
}
