import Glibc
import Postgres

/// A proxy that lets everything through until COMMIT, which it passes on and whose answer it
/// then swallows, or a part of it: it cuts the connection as soon as the server has answered.
struct CommitEater: Sendable {
    /// What it lets through after COMMIT.
    enum Answer {
        case nothing
        /// That COMMIT was executed.
        case commit
        /// As a server that was told to stop while it wrote the commit.
        case commitAndTermination
    }

    let port: UInt16

    /// Listens on loopback, and serves one connection, to the server at `target`.
    init(target: UInt16, letsThrough answer: Answer = .nothing) throws {
        let listener = try Self.socket()
        port = try Self.listen(listener)
        try BlockingThread.start {
            Self.serve(listener, target, answer)
            close(listener)
        }
    }

    /// Takes a free port.
    private static func listen(_ listener: Int32) throws -> UInt16 {
        var address = loopback(port: 0)
        try check(with(&address) { bind(listener, $0, $1) })
        try check(Glibc.listen(listener, 1))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try check(
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(listener, $0, &length)
                }
            })
        return UInt16(bigEndian: address.sin_port)
    }

    private static func serve(_ listener: Int32, _ target: UInt16, _ answer: Answer) {
        let client = accept(listener, nil, nil)
        defer { close(client) }
        guard let server = try? socket() else { return }
        defer { close(server) }
        var address = loopback(port: target)
        guard with(&address, { connect(server, $0, $1) }) == 0 else { return }
        var sawCommit = false
        var answers: [UInt8] = []
        while true {
            var ends = [
                pollfd(fd: client, events: Int16(POLLIN), revents: 0),
                pollfd(fd: server, events: Int16(POLLIN), revents: 0),
            ]
            guard poll(&ends, 2, 20_000) > 0 else { return }
            if ends[0].revents != 0 {
                guard let bytes = received(client), sent(bytes, server) else { return }
                let text = String(decoding: bytes, as: UTF8.self)
                sawCommit = sawCommit || text.contains("COMMIT")
            }
            if ends[1].revents != 0 {
                guard let bytes = received(server) else { return }
                if !sawCommit {
                    guard sent(bytes, client) else { return }
                    continue
                }
                answers += bytes
                guard let end = endOfCommit(answers) else { continue }
                if answer != .nothing { _ = sent(Array(answers[..<end]), client) }
                if answer == .commitAndTermination { _ = sent(termination, client) }
                return
            }
        }
    }

    /// Where the message ends that says that COMMIT was executed, if it has come.
    private static func endOfCommit(_ answers: [UInt8]) -> Int? {
        var start = 0
        while start + 5 <= answers.count {
            let length = answers[start + 1..<start + 5].reduce(0) { $0 << 8 | Int($1) }
            let end = start + 1 + length
            guard end <= answers.count else { return nil }
            let isTag = answers[start] == UInt8(ascii: "C")
            if isTag, answers[start + 5..<end].elementsEqual("COMMIT\0".utf8) { return end }
            start = end
        }
        return nil
    }

    private static var termination: [UInt8] {
        let fields = ["SFATAL", "VFATAL", "C57P01", "Mterminating connection", ""]
        let text = fields.joined(separator: "\0").utf8 + [0]
        return [UInt8(ascii: "E"), 0, 0, 0, UInt8(text.count + 4)] + text
    }

    private static func received(_ end: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = recv(end, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private static func sent(_ bytes: [UInt8], _ end: Int32) -> Bool {
        send(end, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    private static func socket() throws -> Int32 {
        let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try check(descriptor)
        return descriptor
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func with(
        _ address: inout sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private struct SocketFailure: Error { let errno: Int32 }

    private static func check(_ status: Int32) throws {
        if status < 0 { throw SocketFailure(errno: errno) }
    }
}
