import NIOCore

/// The clients' connections to the embedded broker, and what its proxy does for them:
/// `ApiVersionsMend` and `LongPoll`.
///
/// Lives on the proxy's one event loop; nothing else touches it.
final class BrokerConnections {
    fileprivate private(set) var logs = LogEnds()
    private var all: [ObjectIdentifier: BrokerConnection] = [:]

    /// Looks after a new connection until its client's end is removed.
    func add(_ client: ProxyEnd, _ server: ProxyEnd, on loop: any EventLoop) {
        let connection = BrokerConnection(client, server, of: self, on: loop)
        all[ObjectIdentifier(client)] = connection
        client.listen { connection.requested($0) }
        server.listen { connection.answered($0) }
    }

    /// A connection ended: it may be that the broker did, which keeps nothing.
    func remove(_ end: ProxyEnd) {
        guard let connection = all.removeValue(forKey: ObjectIdentifier(end)) else { return }
        connection.end()
        logs.forget()
    }

    fileprivate func learn(_ news: [Partition: Int64]) {
        logs.learn(news)
        for connection in all.values { connection.learned() }
    }
}

/// One of them.
final class BrokerConnection {
    private let toServer: ProxyEnd
    private let toClient: ProxyEnd
    private unowned let all: BrokerConnections
    private let loop: any EventLoop
    private var versions = ApiVersionsMend()
    private var poll = LongPoll()
    private var alarm: (time: NIODeadline, wakeUp: Scheduled<Void>)?

    init(
        _ client: ProxyEnd, _ server: ProxyEnd, of all: BrokerConnections, on loop: any EventLoop
    ) {
        toServer = client
        toClient = server
        self.all = all
        self.loop = loop
    }

    /// Bytes came from the client.
    func requested(_ bytes: ByteBuffer) {
        versions.observe(request: bytes)
        carryOut(poll.requested(bytes, at: .now(), knowing: all.logs))
    }

    /// Bytes came from the broker.
    func answered(_ bytes: ByteBuffer) {
        carryOut(poll.answered(versions.rewrite(response: bytes), at: .now()))
    }

    /// More is known of what the broker has.
    func learned() { carryOut(poll.learned(all.logs, at: .now())) }

    func end() {
        alarm?.wakeUp.cancel()
        alarm = nil
    }

    private func carryOut(_ steps: [LongPoll.Step]) {
        for step in steps {
            switch step {
            case .toServer(let bytes): toServer.pass(bytes)
            case .toClient(let bytes): toClient.pass(bytes)
            case .learned(let news): all.learn(news)
            }
        }
        setAlarm()
    }

    private func setAlarm() {
        guard poll.alarm != alarm?.time else { return }
        alarm?.wakeUp.cancel()
        alarm = poll.alarm.map { time in
            let wakeUp = loop.assumeIsolated().scheduleTask(deadline: time) { [weak self] in
                guard let self else { return }
                self.alarm = nil
                self.carryOut(self.poll.elapsed(at: .now(), knowing: self.all.logs))
            }
            return (time, wakeUp)
        }
    }
}
