import Glibc
import Synchronization

/// TCP ports on 127.0.0.1.
public enum Port {
    private static let given = Mutex(Set<Int>())

    /// A free port, never the same twice in one process.
    ///
    /// It lies below the range from which Linux takes the local ports of outgoing connections
    /// (32768 and up), so that a service that is restarted finds its port still free.
    /// Throws `LocalStackError.occupied` if a hundred tries find none.
    public static func free() throws -> Int {
        for _ in 0..<100 {
            let port = Int.random(in: 15_000..<32_000)
            let fresh = given.withLock { $0.insert(port).inserted }
            if fresh, isFree(port) { return port }
        }
        throw LocalStackError(.occupied, "found no free TCP port between 15000 and 32000")
    }

    /// Whether one could listen on the port now.
    public static func isFree(_ port: Int) -> Bool {
        withSocket(port) { descriptor, address, length in
            var yes: Int32 = 1
            setsockopt(
                descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            return bind(descriptor, address, length) == 0
        }
    }

    /// Whether somebody listens on the port now.
    public static func isListening(_ port: Int) -> Bool {
        withSocket(port) { connect($0, $1, $2) == 0 }
    }

    private static func withSocket(
        _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0, let number = UInt16(exactly: port) else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
