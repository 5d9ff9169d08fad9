import NIOCore

/// One POST as it goes over the wire, written without a framework: the generator shares the
/// machine with what it measures.
struct PostRequest: Sendable {
    /// Up to the value of `Idempotency-Key`.
    private let head: String

    /// - Parameters:
    ///   - url: `http://127.0.0.1:4711`
    ///   - headers: besides authorization, type, length and idempotency key.
    init(url: String, path: String, token: String, headers: [(String, String)] = []) {
        let host = url.split(separator: "/").last.map(String.init) ?? url
        let more = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        head = """
            POST \(path) HTTP/1.1\r
            Host: \(host)\r
            Authorization: Bearer \(token)\r
            Content-Type: application/json\r
            \(more)Idempotency-Key: 
            """
    }

    /// Appends the request with this key and body.
    func write(_ key: String, _ body: String, to buffer: inout ByteBuffer) {
        buffer.writeString(head)
        buffer.writeString(key)
        buffer.writeString("\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
        buffer.writeString(body)
    }
}

/// Where a load goes.
struct Target: Sendable {
    let host: String
    let port: Int

    /// Reads `http://127.0.0.1:4711`. Throws if it is nothing like it.
    init(_ url: String) throws {
        let parts = url.split(separator: "/").last?.split(separator: ":") ?? []
        guard parts.count == 2, let port = Int(parts[1]) else {
            throw BenchError("'\(url)' is no address")
        }
        self.host = String(parts[0])
        self.port = port
    }
}
