import NIOCore

/// Finds the end of each HTTP/1.1 response in what a connection receives.
///
/// It knows what our servers send, a `Content-Length` with every answer, and fails on anything
/// else.
struct ResponseReader {
    /// A response that is complete.
    struct Response {
        let status: Int
        let body: ByteBuffer
    }

    private var buffer = ByteBuffer()

    mutating func receive(_ part: inout ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = part } else { buffer.writeBuffer(&part) }
    }

    /// The next complete response, if there is one. Throws for what is none.
    mutating func next() throws -> Response? {
        let view = buffer.readableBytesView
        guard let end = Self.endOfHead(view) else { return nil }
        let head = String(decoding: view[..<end], as: UTF8.self).lowercased()
        guard let status = Int(head.dropFirst(9).prefix(3)),
            let length = Self.contentLength(head)
        else { throw BenchError("not an answer that is understood: \(head)") }
        let headLength = end - view.startIndex + 4
        guard buffer.readableBytes >= headLength + length else { return nil }
        buffer.moveReaderIndex(forwardBy: headLength)
        guard let body = buffer.readSlice(length: length) else { return nil }
        if buffer.readableBytes == 0 { buffer = ByteBuffer() }
        return Response(status: status, body: body)
    }

    private static func endOfHead(_ view: ByteBufferView) -> Int? {
        let end: [UInt8] = [13, 10, 13, 10]
        var index = view.startIndex
        while index + 4 <= view.endIndex {
            if view[index] == 13, view[index..<index + 4].elementsEqual(end) { return index }
            index += 1
        }
        return nil
    }

    private static func contentLength(_ head: String) -> Int? {
        for line in head.split(separator: "\r\n") where line.hasPrefix("content-length:") {
            return Int(line.dropFirst("content-length:".count).drop { $0 == " " })
        }
        return nil
    }
}
