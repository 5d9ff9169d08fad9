import LocalStack

/// Something that is done to the running system.
enum Fault: Hashable, Sendable {
    /// SIGKILL to each of these at once; they are started again at once.
    case kill([String])
    /// SIGSTOP, and SIGCONT when it is over: the process keeps its connections and does nothing.
    case freeze(String)
    /// Stopped in good order and started again.
    case restart(String)
    /// All connections to the broker closed, and new ones refused.
    case cutBroker
    /// Every byte to and from the broker comes late.
    case delayBroker(milliseconds: Int)
    /// Nothing gets through to the broker, or from it, or both; connections stay up.
    case blackHole([TCPProxy.Direction])
    /// A second relay waits as a standby while the first is killed, and is stopped in the end.
    case doubleRelay
}

extension Fault {
    /// What kind of fault it is, whomever it hits: faults are counted and recoveries compared by
    /// kind.
    enum Kind: String, CaseIterable, Codable, Sendable {
        case kill, killTogether = "kill-all", killPostgres = "kill-postgres"
        case freeze, freezeBroker = "freeze-broker", restart
        case cutBroker = "cut-broker", delayBroker = "delay-broker"
        case blackHole = "black-hole", blackHoleIn = "black-hole-to-broker"
        case blackHoleOut = "black-hole-from-broker"
        case doubleRelay = "double-relay"

        /// Whether it needs the embedded broker with its proxy.
        var needsOwnBroker: Bool {
            switch self {
            case .freezeBroker, .cutBroker, .delayBroker, .blackHole, .blackHoleIn, .blackHoleOut:
                true
            case .kill, .killTogether, .killPostgres, .freeze, .restart, .doubleRelay: false
            }
        }
    }

    var kind: Kind {
        switch self {
        case .kill(let names) where names.allSatisfy(Stack.servers.contains): .killPostgres
        case .kill(let names): names.count > 1 ? .killTogether : .kill
        case .freeze("broker"): .freezeBroker
        case .freeze: .freeze
        case .restart: .restart
        case .cutBroker: .cutBroker
        case .delayBroker: .delayBroker
        case .blackHole([.toServer]): .blackHoleIn
        case .blackHole([.toClient]): .blackHoleOut
        case .blackHole: .blackHole
        case .doubleRelay: .doubleRelay
        }
    }

    /// Whether it is over as soon as it has happened.
    var isSudden: Bool {
        switch self {
        case .kill, .restart: true
        case .freeze, .cutBroker, .delayBroker, .blackHole, .doubleRelay: false
        }
    }
}

extension Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .kill(let names): "SIGKILL \(names.joined(separator: ", "))"
        case .freeze(let name): "SIGSTOP \(name)"
        case .restart(let name): "restart \(name)"
        case .cutBroker: "cut the broker off"
        case .delayBroker(let milliseconds): "delay the broker by \(milliseconds) ms"
        case .blackHole([.toServer]): "black hole towards the broker"
        case .blackHole([.toClient]): "black hole from the broker"
        case .blackHole: "black hole around the broker"
        case .doubleRelay: "a second relay, then SIGKILL the first"
        }
    }
}
