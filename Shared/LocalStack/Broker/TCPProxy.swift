import NIOCore
import NIOPosix

/// A TCP proxy on 127.0.0.1 that can misbehave like a network.
///
/// Before the embedded broker it also mends what librdkafka cannot read or would wait for; see
/// `BrokerConnection`.
public final class TCPProxy: Sendable {
    /// Which way bytes go.
    public enum Direction: Sendable, CaseIterable { case toServer, toClient }

    /// Where clients connect.
    public let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let loop: any EventLoop
    private let listener: any Channel
    private let conditions: NIOLoopBound<ProxyConditions>

    /// Starts to listen. Throws `LocalStackError.occupied` if somebody else does.
    ///
    /// - Parameters:
    ///   - port: where clients connect.
    ///   - upstream: the server's port; it need not be up yet.
    ///   - isBroker: whether the server is the embedded broker.
    public static func start(
        port: Int, to upstream: Int, isBroker: Bool = false
    ) async throws -> TCPProxy {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let conditions = try await loop.submit {
            NIOLoopBound(
                ProxyConditions(broker: isBroker ? BrokerConnections() : nil), eventLoop: loop)
        }.get()
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { client in
                    connect(client, to: upstream, conditions)
                }
                .bind(host: "127.0.0.1", port: port).get()
            return TCPProxy(port, group, loop, listener, conditions)
        } catch {
            try? await group.shutdownGracefully()
            throw LocalStackError(.occupied, "cannot listen on 127.0.0.1:\(port): \(error)")
        }
    }

    private init(
        _ port: Int, _ group: MultiThreadedEventLoopGroup, _ loop: any EventLoop,
        _ listener: any Channel, _ conditions: NIOLoopBound<ProxyConditions>
    ) {
        self.port = port
        self.group = group
        self.loop = loop
        self.listener = listener
        self.conditions = conditions
    }

    /// Closes every connection and refuses new ones until `resume`.
    public func cut() async throws {
        try await change { conditions in
            conditions.refuses = true
            conditions.closeAll()
        }
    }

    /// Closes every connection; new ones are welcome.
    public func dropConnections() async throws {
        try await change { $0.closeAll() }
    }

    /// Holds every byte back for this long, both ways.
    public func delay(_ time: Duration) async throws {
        try await change { $0.delay = TimeAmount(time) }
    }

    /// Lets nothing through in these directions until `resume`: connections stay up, bytes are
    /// kept as a network keeps them that loses packets and has them sent again.
    public func blackHole(_ directions: [Direction] = Direction.allCases) async throws {
        try await change { $0.held = Set(directions) }
    }

    /// Back to a network in good order.
    public func resume() async throws {
        try await change { conditions in
            conditions.refuses = false
            conditions.delay = .zero
            conditions.held = []
            conditions.apply()
        }
    }

    /// How many connections pass through it now.
    public func connections() async throws -> Int {
        try await loop.submit { [conditions] in conditions.value.connections }.get()
    }

    /// Closes everything for good.
    public func close() async {
        try? await listener.close()
        try? await change { $0.closeAll() }
        try? await group.shutdownGracefully()
    }

    private func change(_ body: @escaping @Sendable (ProxyConditions) -> Void) async throws {
        try await loop.submit { [conditions] in body(conditions.value) }.get()
    }

    /// Joins a new client to the server; runs on the one event loop.
    private static func connect(
        _ client: any Channel, to upstream: Int, _ bound: NIOLoopBound<ProxyConditions>
    ) -> EventLoopFuture<Void> {
        let conditions = bound.value
        guard !conditions.refuses else {
            return client.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        let clientEnd = ProxyEnd(.toServer, conditions)
        let serverEnd = ProxyEnd(.toClient, conditions)
        clientEnd.peer = serverEnd
        serverEnd.peer = clientEnd
        let ends = NIOLoopBound((client: clientEnd, server: serverEnd), eventLoop: bound.eventLoop)
        return ClientBootstrap(group: client.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { server in
                server.eventLoop.makeCompletedFuture {
                    try server.pipeline.syncOperations.addHandler(ends.value.server)
                }
            }
            .connect(host: "127.0.0.1", port: upstream)
            .flatMapThrowing { server in
                do {
                    // All connections may have been closed while we connected.
                    guard !bound.value.refuses, server.isActive else {
                        throw ChannelError.ioOnClosedChannel
                    }
                    bound.value.broker?.add(
                        ends.value.client, ends.value.server, on: bound.eventLoop)
                    try client.pipeline.syncOperations.addHandler(ends.value.client)
                } catch {
                    // The client hung up while we connected.
                    server.close(promise: nil)
                    throw error
                }
            }
    }
}
