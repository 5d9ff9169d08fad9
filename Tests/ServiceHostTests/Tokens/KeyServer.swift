import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport

@testable import ServiceHost

/// An identity provider: serves its JWK set over HTTP, or fails to in the ways that servers have.
final class KeyServer: Sendable {
    enum Answer: Sendable {
        case keys([SigningKey])
        case text(String)
        case status(Int)
        case redirect(to: String)
        /// A body of so many bytes, in pieces.
        case long(Int)
        /// A body that begins and does not end.
        case dripping
    }

    private let answer: Mutex<Answer>
    private let count = Atomic<Int>(0)
    private let port = Atomic<Int>(0)

    private init(_ answer: Answer) {
        self.answer = Mutex(answer)
    }

    var fetches: Int { count.load(ordering: .sequentiallyConsistent) }
    var url: String { "http://127.0.0.1:\(port.load(ordering: .sequentiallyConsistent))/jwks" }

    func publish(_ answer: Answer) {
        self.answer.withLock { $0 = answer }
    }

    func address() throws -> JWKSAddress { try JWKSAddress(url) }

    /// Serves while `body` runs.
    static func serving(
        _ answer: Answer, _ body: @Sendable (KeyServer) async throws -> Void
    ) async throws {
        let keys = KeyServer(answer)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, logger: .quiet,
            endpoints: [
                Endpoint(method: .get, path: "/jwks") { _, _ in try keys.respond() },
                Endpoint(method: .get, path: "/elsewhere") { _, _ in
                    Response(status: .ok, body: Self.body(try jwks([SigningKey.rsa.member()])))
                },
            ], readiness: Readiness { nil }, listening: { port.yield($0) })
        let serving = Task {
            defer { port.finish() }
            try await server.run()
        }
        guard let bound = await ports.first(where: { _ in true }) else {
            return try await serving.value
        }
        keys.port.store(bound, ordering: .sequentiallyConsistent)
        let result: Result<Void, any Error>
        do { result = .success(try await body(keys)) } catch { result = .failure(error) }
        serving.cancel()
        _ = await serving.result
        try result.get()
    }

    private func respond() throws -> Response {
        count.add(1, ordering: .sequentiallyConsistent)
        switch answer.withLock({ $0 }) {
        case .keys(let keys):
            return Response(status: .ok, body: Self.body(try jwks(keys.map { $0.member() })))
        case .text(let text): return Response(status: .ok, body: Self.body(text))
        case .status(let status): return Response(status: .init(code: status))
        case .redirect(let target):
            return Response(status: .found, headers: [.location: target])
        case .long(let size):
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<(size / 1024) {
                        try await writer.write(ByteBuffer(repeating: 0x20, count: 1024))
                    }
                    try await writer.finish(nil)
                })
        case .dripping:
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "{"))
                    for await _ in AsyncStream<Never>.makeStream().stream {}
                    try await writer.finish(nil)
                })
        }
    }

    private static func body(_ text: String) -> ResponseBody {
        ResponseBody(byteBuffer: ByteBuffer(string: text))
    }
}
