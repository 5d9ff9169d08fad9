import NIOCore
import NIOPosix

/// HTTP requests over many connections from one thread.
struct Load: Sendable {
    /// When requests are sent.
    enum Pace: Sendable {
        /// Each connection sends the next request once the last is answered.
        case closed
        /// So many a second are due, whatever the answers do; what is due waits for a connection.
        case open(perSecond: Int)
    }

    /// How much is sent.
    enum Amount: Sendable {
        case time(Duration)
        case requests(Int)
    }

    let target: Target
    let connections: Int
    /// Writes the n-th request.
    let write: @Sendable (_ number: Int, _ buffer: inout ByteBuffer) -> Void

    /// Sends, and waits for every answer. Throws if a connection breaks, and if more than one
    /// request in a hundred fails: its figure would be about something else.
    func run(_ amount: Amount, _ pace: Pace = .closed, keepBodies: Bool = false) async throws
        -> LoadResult
    {
        let processor = ProcessorTime.own
        let loop = NIOSingletons.posixEventLoopGroup.next()
        let finished = loop.makePromise(of: LoadResult.self)
        let session = try await loop.submit {
            LoadSession.make(self, amount, pace, keepBodies: keepBodies, on: loop, finished)
        }.get()
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        LoadConnection(session.value))
                }
            }
        for _ in 0..<connections {
            _ = try await bootstrap.connect(host: target.host, port: target.port).get()
        }
        loop.execute { session.value.begin() }
        var result = try await finished.futureResult.get()
        result.processorSeconds = ProcessorTime.own - processor
        guard result.failed * 100 <= result.completed else {
            throw BenchError("\(result.failed) requests failed: \(result.firstFailure ?? "")")
        }
        return result
    }
}

/// What a load came to.
struct LoadResult: Sendable {
    var completed = 0
    /// Answers that are not 2xx; they count as completed, but not as a rate.
    var failed = 0
    /// From the first request to the last answer.
    var elapsed = Duration.zero
    var latency = Latency()
    var firstFailure: String?
    /// Of the answers, by the request's number, if they were asked for.
    var bodies: [Int: String] = [:]
    /// What the generator itself took of the processor.
    var processorSeconds = 0.0

    /// Successful requests a second.
    var rate: Double { Double(completed - failed) / (elapsed / .seconds(1)) }
    /// The part of one core that the generator used.
    var processorShare: Double { processorSeconds / (elapsed / .seconds(1)) }
}
