import NIOCore

/// What the proxy does to the bytes that pass, and whom it does it to.
///
/// Lives on the proxy's one event loop; nothing else touches it.
final class ProxyConditions {
    var refuses = false
    var delay = TimeAmount.zero
    var held: Set<TCPProxy.Direction> = []
    /// What is done for clients of the embedded broker; `nil` before any other server.
    let broker: BrokerConnections?
    private var ends: [ObjectIdentifier: ProxyEnd] = [:]

    init(broker: BrokerConnections?) {
        self.broker = broker
    }

    func add(_ end: ProxyEnd) { ends[ObjectIdentifier(end)] = end }

    func remove(_ end: ProxyEnd) {
        ends[ObjectIdentifier(end)] = nil
        broker?.remove(end)
    }

    /// Both ends of a connection count as one.
    var connections: Int { ends.count / 2 }

    /// Lets each connection go by the conditions that hold now.
    func apply() {
        for end in ends.values { end.pump() }
    }

    func closeAll() {
        for end in Array(ends.values) { end.close() }
    }
}
