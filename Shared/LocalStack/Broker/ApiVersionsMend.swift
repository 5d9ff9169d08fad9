import NIOCore

/// Makes an ApiVersions response readable for librdkafka before 2.2.0, which misreads tagged
/// fields in one of version 3 or more (Debian 12 has 2.0.2), and has clients ask in a way that
/// `LongPoll` can read: of fetches and produces it offers no version in the flexible encoding.
///
/// Watches the first requests of a connection for ApiVersions and rewrites their responses
/// without any tagged field. From the first other request on, every byte passes untouched.
/// Layout: https://kafka.apache.org/protocol (RequestHeader v2, ApiVersionsResponse v3; the
/// response's header is always version 0, a bare correlation id).
struct ApiVersionsMend {
    private static let apiVersionsKey: Int16 = 18

    private var requests = ByteBuffer()
    private var responses = ByteBuffer()
    private var watchingRequests = true
    private var awaited: Set<Int32> = []

    /// Looks at bytes on their way to the broker, before they are sent.
    mutating func observe(request bytes: ByteBuffer) {
        guard watchingRequests else { return }
        requests.writeImmutableBuffer(bytes)
        while watchingRequests, let frame = Self.frame(in: &requests, needing: 8) {
            guard let frame, let key = frame.getInteger(at: frame.readerIndex, as: Int16.self),
                key == Self.apiVersionsKey,
                let version = frame.getInteger(at: frame.readerIndex + 2, as: Int16.self),
                let correlation = frame.getInteger(at: frame.readerIndex + 4, as: Int32.self)
            else {
                watchingRequests = false
                requests = ByteBuffer()
                return
            }
            if version >= 3 { awaited.insert(correlation) }
        }
    }

    /// Takes bytes from the broker; returns what to pass on now. With no response awaited that
    /// is all of them: clients ask for the versions first, and once at a time.
    mutating func rewrite(response bytes: ByteBuffer) -> ByteBuffer {
        if responses.readableBytes == 0, awaited.isEmpty { return bytes }
        responses.writeImmutableBuffer(bytes)
        var out = ByteBuffer()
        while !awaited.isEmpty {
            guard let frame = Self.frame(in: &responses, needing: 4) else { return out }
            guard let frame,
                let correlation = frame.getInteger(at: frame.readerIndex, as: Int32.self)
            else { break }
            let mended = awaited.remove(correlation) == nil ? nil : Self.withoutTags(frame)
            let body = mended ?? frame
            out.writeInteger(Int32(body.readableBytes))
            out.writeImmutableBuffer(body)
        }
        // Nothing more to mend: let go of what is held.
        out.writeBuffer(&responses)
        return out
    }

    /// The next whole frame, without its length. The outer `nil` asks for more bytes, the inner
    /// one means that this is no Kafka frame.
    private static func frame(in buffer: inout ByteBuffer, needing least: Int) -> ByteBuffer?? {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: Int32.self) else {
            return .none
        }
        guard length >= Int32(least), length < 100 << 20 else { return .some(nil) }
        guard buffer.readableBytes >= 4 + Int(length) else { return .none }
        buffer.moveReaderIndex(forwardBy: 4)
        return .some(buffer.readSlice(length: Int(length)))
    }

    /// The response rewritten with empty tag sections; `nil` if it cannot be read.
    static func withoutTags(_ response: ByteBuffer) -> ByteBuffer? {
        var input = response
        var output = ByteBuffer()
        guard let head = input.readSlice(length: 6), let count = input.readUnsignedVarint(),
            count > 0
        else { return nil }
        output.writeImmutableBuffer(head)
        output.writeUnsignedVarint(count)
        for _ in 1..<count {
            guard
                let (key, first, last) = input.readMultipleIntegers(
                    as: (Int16, Int16, Int16).self),
                input.skipTags()
            else { return nil }
            output.writeMultipleIntegers(key, first, min(last, readable(key) ?? last))
            output.writeUnsignedVarint(0)
        }
        guard let throttleTime = input.readSlice(length: 4) else { return nil }
        output.writeImmutableBuffer(throttleTime)
        output.writeUnsignedVarint(0)
        return output
    }

    private static func readable(_ key: Int16) -> Int16? {
        switch key {
        case FetchRequest.key: FetchRequest.version
        case ProduceAnswer.key: ProduceAnswer.versions.upperBound
        default: nil
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func readUnsignedVarint() -> UInt32? {
        var value: UInt32 = 0
        for shift in stride(from: 0 as UInt32, through: 28, by: 7) {
            guard let byte = readInteger(as: UInt8.self) else { return nil }
            value |= UInt32(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    fileprivate mutating func writeUnsignedVarint(_ value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            writeInteger(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        writeInteger(UInt8(rest))
    }

    fileprivate mutating func skipTags() -> Bool {
        guard let count = readUnsignedVarint() else { return false }
        for _ in 0..<count {
            guard readUnsignedVarint() != nil, let size = readUnsignedVarint(),
                readSlice(length: Int(size)) != nil
            else { return false }
        }
        return true
    }
}
