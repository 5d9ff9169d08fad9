import LocalStack
import ServiceHost

/// Which faults are injected when: drawn from a seed, before anything runs. Pure.
///
/// Between two faults the system is left alone for some seconds, so that there is always a time
/// in which it can recover.
struct FaultPlan: Equatable, Sendable {
    /// One fault, for as long as it lasts.
    struct Window: Equatable, Sendable {
        /// Since the load began.
        let begins: Duration
        /// Zero for a fault that is over once it has happened.
        let lasts: Duration
        let fault: Fault
        /// A process that is killed while the fault lasts.
        let victim: String?
    }

    let seed: UInt64
    let windows: [Window]

    /// The processes that run our own code.
    static let ours = ["payment", "billing", "ledger", "relay"]

    /// Lets the services join the bus first.
    private static let calmBefore = Duration.seconds(3)
    /// The last fault ends this long before the load does, so that clients meet its consequences.
    private static let calmAfter = Duration.seconds(2)

    /// Draws a plan for a load of that length. Every kind of fault comes once before one comes
    /// twice.
    ///
    /// - Parameter ownBroker: whether the broker is ours to harm.
    init(seed: UInt64, length: Duration, ownBroker: Bool = true) {
        self.seed = seed
        var random = SplitMix64(state: seed)
        var deck: [Fault.Kind] = []
        var windows: [Window] = []
        var time = Self.calmBefore
        while true {
            if deck.isEmpty {
                deck = Fault.Kind.allCases.filter { ownBroker || !$0.needsOwnBroker }
                deck.shuffle(using: &random)
            }
            let window = Self.window(deck.removeLast(), at: time, &random)
            let end = window.begins + window.lasts
            guard end + Self.calmAfter <= length else { break }
            windows.append(window)
            time = end + .milliseconds(Int.random(in: 4000...8000, using: &random))
        }
        self.windows = windows
    }

    private static func window(
        _ kind: Fault.Kind, at time: Duration, _ random: inout SplitMix64
    ) -> Window {
        let fault = fault(kind, &random)
        let lasts = Duration.milliseconds(Int.random(in: 1000...7000, using: &random))
        let isCrowded = Int.random(in: 0..<4, using: &random) == 0
        let victim = ours.randomElement(using: &random)
        guard !fault.isSudden else {
            return Window(begins: time, lasts: .zero, fault: fault, victim: nil)
        }
        // A frozen process that is killed is no longer frozen.
        let mayKill = isCrowded && fault != .doubleRelay && fault != victim.map { .freeze($0) }
        return Window(begins: time, lasts: lasts, fault: fault, victim: mayKill ? victim : nil)
    }

    private static func fault(_ kind: Fault.Kind, _ random: inout SplitMix64) -> Fault {
        let target = ours[Int.random(in: 0..<ours.count, using: &random)]
        switch kind {
        case .kill: return .kill([target])
        case .killTogether: return .kill(ours)
        case .killPostgres:
            let servers = Stack.servers
            return .kill([servers[Int.random(in: 0..<servers.count, using: &random)]])
        case .freeze: return .freeze(target)
        case .freezeBroker: return .freeze("broker")
        case .restart: return .restart(target)
        case .cutBroker: return .cutBroker
        case .delayBroker:
            return .delayBroker(milliseconds: Int.random(in: 50...500, using: &random))
        case .blackHole: return .blackHole([.toServer, .toClient])
        case .blackHoleIn: return .blackHole([.toServer])
        case .blackHoleOut: return .blackHole([.toClient])
        case .doubleRelay: return .doubleRelay
        }
    }
}

extension FaultPlan: CustomStringConvertible {
    /// One line per fault.
    var description: String {
        windows.map(\.description).joined(separator: "\n")
    }
}

extension FaultPlan.Window: CustomStringConvertible {
    var description: String {
        let length = lasts == .zero ? "" : " for \(lasts.short)"
        let killed = victim.map { ", and SIGKILL \($0) meanwhile" } ?? ""
        return "at \(begins.short): \(fault)\(length)\(killed)"
    }
}
