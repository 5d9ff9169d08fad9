import NIOCore
import NIOPosix
import Synchronization
import TestSupport
import Testing

@testable import LocalStack

@Suite("TCP proxy", .tags(.fault))
struct TCPProxyTests {
    @Test("passes bytes both ways, a megabyte and in order")
    func passes() async throws {
        try await withProxy { proxy, client in
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
            try await client.send(bytes)
            try await eventually { client.received.count == bytes.count }
            #expect(client.received == bytes)
            #expect(try await proxy.connections() == 1)
        }
    }

    @Test("cut off: connections are closed, new ones too, until it resumes")
    func cuts() async throws {
        try await withProxy { proxy, client in
            try await proxy.cut()
            try await eventually { client.isClosed }
            let refused = try await Client.connect(proxy.port)
            try await eventually { refused.isClosed }
            try await proxy.resume()
            let welcome = try await Client.connect(proxy.port)
            try await welcome.send([1, 2, 3])
            try await eventually { welcome.received == [1, 2, 3] }
            await welcome.close()
        }
    }

    @Test("a connection that is just being made is cut off too")
    func cutsWhatBegins() async throws {
        try await withProxy { proxy, _ in
            for _ in 0..<100 {
                async let connecting = Client.connect(proxy.port)
                try await proxy.cut()
                let client = try await connecting
                try await eventually { client.isClosed }
                try await proxy.resume()
            }
        }
    }

    @Test("a black hole swallows one direction and gives all of it back, in order")
    func blackHole() async throws {
        try await withProxy { proxy, client in
            try await proxy.blackHole([.toClient])
            try await client.send([1])
            try await client.send([2])
            let echoed = try await settles { client.received }
            #expect(echoed.isEmpty)
            try await proxy.resume()
            try await eventually { client.received == [1, 2] }
            #expect(!client.isClosed)
        }
    }

    @Test("delays both directions")
    func delays() async throws {
        try await withProxy { proxy, client in
            try await proxy.delay(.milliseconds(60))
            let began = ContinuousClock.now
            try await client.send([1])
            try await eventually { client.received == [1] }
            #expect(began.duration(to: .now) >= .milliseconds(120))
        }
    }

    @Test("what was said before hanging up arrives, delayed or not")
    func lastWords() async throws {
        try await withProxy { proxy, client in
            try await proxy.delay(.milliseconds(30))
            try await client.send(Array("bye".utf8))
            try await eventually { client.received == Array("bye".utf8) }
            #expect(client.isClosed || client.received.count == 3)
            try await eventually { client.isClosed }
        }
    }

    /// An echo server, the proxy before it, a client of the proxy. The server hangs up on "bye".
    private func withProxy(
        _ body: (TCPProxy, Client) async throws -> Void
    ) async throws {
        let port = try Port.free()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Echo())
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let proxy = try await TCPProxy.start(port: try Port.free(), to: port)
        let client = try await Client.connect(proxy.port)
        try await body(proxy, client)
        await client.close()
        await proxy.close()
        try await server.close()
    }

    /// The value once it has stayed the same for a while.
    private func settles<Value: Equatable>(_ value: () -> Value) async throws -> Value {
        var last = value()
        var since = ContinuousClock.now
        try await eventually {
            let now = value()
            if now != last {
                last = now
                since = .now
            }
            return since.duration(to: .now) > .milliseconds(100)
        }
        return last
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let isBye = unwrapInboundIn(data).readableBytesView.elementsEqual("bye".utf8)
        context.writeAndFlush(data, promise: nil)
        if isBye { context.close(promise: nil) }
    }
}

/// Keeps all that it is sent.
private final class Client: Sendable {
    private let channel: any Channel
    private let bytes: Received

    static func connect(_ port: Int) async throws -> Client {
        let received = Received()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collect(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return Client(channel, received)
    }

    private init(_ channel: any Channel, _ bytes: Received) {
        self.channel = channel
        self.bytes = bytes
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    var received: [UInt8] { bytes.list.withLock { $0 } }
    var isClosed: Bool { !channel.isActive }
    func close() async { try? await channel.close() }
}

private final class Received: Sendable {
    let list = Mutex<[UInt8]>([])
}

private final class Collect: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let received: Received

    init(_ received: Received) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        received.list.withLock { $0 += Array(buffer.readableBytesView) }
    }
}
