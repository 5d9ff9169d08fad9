import NIOCore
import TestSupport
import Testing

@testable import LocalStack

@Suite("Mending ApiVersions", .tags(.unit))
struct ApiVersionsMendTests {
    /// ApiVersionsResponse v3: correlation 7, no error, two APIs, throttle time 0; tags where the
    /// broker has put them.
    private func response(tags: [UInt8], apiTags: [UInt8] = [0]) -> [UInt8] {
        frame(
            [0, 0, 0, 7, 0, 0, 3]
                + [0, 18, 0, 0, 0, 3] + apiTags
                + [0, 3, 0, 0, 0, 12] + apiTags
                + [0, 0, 0, 0] + tags)
    }

    private func request(key: UInt8, version: UInt8, correlation: UInt8) -> [UInt8] {
        frame([0, key, 0, version, 0, 0, 0, correlation, 0, 0])
    }

    private func frame(_ bytes: [UInt8]) -> [UInt8] {
        [0, 0, 0, UInt8(bytes.count)] + bytes
    }

    /// Tag 1 "features finalized epoch", eight bytes.
    private let someTags: [UInt8] = [1, 1, 8, 0, 0, 0, 0, 0, 0, 0, 9]

    @Test("tagged fields are taken out, wherever they stand")
    func strips() {
        var mend = ApiVersionsMend()
        mend.observe(request: ByteBuffer(bytes: request(key: 18, version: 3, correlation: 7)))
        let mended = mend.rewrite(
            response: ByteBuffer(bytes: response(tags: someTags, apiTags: [1, 0, 2, 5, 5])))
        #expect(Array(buffer: mended) == response(tags: [0]))
    }

    @Test("however the bytes are cut, what comes out is the same", arguments: 1...40)
    func cut(size: Int) {
        var mend = ApiVersionsMend()
        var sent = request(key: 18, version: 3, correlation: 7)[...]
        while !sent.isEmpty {
            mend.observe(request: ByteBuffer(bytes: sent.prefix(size)))
            sent = sent.dropFirst(size)
        }
        let later = frame([0, 0, 0, 8, 1, 2, 3])
        var received = (response(tags: someTags) + later)[...]
        var out: [UInt8] = []
        while !received.isEmpty {
            out += Array(buffer: mend.rewrite(response: ByteBuffer(bytes: received.prefix(size))))
            received = received.dropFirst(size)
        }
        #expect(out == response(tags: [0]) + later)
    }

    @Test("an older version, another request and what is no Kafka pass untouched")
    func untouched() {
        var old = ApiVersionsMend()
        old.observe(request: ByteBuffer(bytes: request(key: 18, version: 2, correlation: 7)))
        let bytes = response(tags: someTags)
        #expect(Array(buffer: old.rewrite(response: ByteBuffer(bytes: bytes))) == bytes)

        var other = ApiVersionsMend()
        other.observe(request: ByteBuffer(bytes: request(key: 3, version: 9, correlation: 7)))
        #expect(Array(buffer: other.rewrite(response: ByteBuffer(bytes: bytes))) == bytes)

        var http = ApiVersionsMend()
        let text = Array("HTTP/1.1 200 OK\r\n".utf8)
        http.observe(request: ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
        #expect(Array(buffer: http.rewrite(response: ByteBuffer(bytes: text))) == text)
    }

    @Test("a response cut short inside is passed as it came")
    func malformed() {
        var mend = ApiVersionsMend()
        mend.observe(request: ByteBuffer(bytes: request(key: 18, version: 3, correlation: 7)))
        let bytes = frame([0, 0, 0, 7, 0, 0, 3, 0, 18])
        #expect(Array(buffer: mend.rewrite(response: ByteBuffer(bytes: bytes))) == bytes)
    }
}
