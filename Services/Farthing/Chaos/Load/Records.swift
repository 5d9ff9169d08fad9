import Synchronization

/// What the clients know of what they asked for: the other half of the truth, by which the
/// system's own books are judged.
final class Records: Sendable {
    private let operations = Mutex<[Operation]>([])

    /// A client begins to ask; gives the number under which it is written down.
    func begin(_ operation: Operation) -> Int {
        operations.withLock { operations in
            operations.append(operation)
            return operations.count - 1
        }
    }

    func attempted(_ number: Int) {
        operations.withLock { $0[number].attempts += 1 }
    }

    func learned(_ number: Int, _ knowledge: Operation.Knowledge) {
        operations.withLock { $0[number].knowledge = knowledge }
    }

    var all: [Operation] { operations.withLock { $0 } }

    struct Tally: Codable, Equatable, Sendable {
        var sent = 0
        var acknowledged = 0
        var refused = 0
        var unknown = 0
        var asking = 0
    }

    var tally: Tally {
        operations.withLock { operations in
            var tally = Tally()
            for operation in operations {
                tally.sent += 1
                switch operation.knowledge {
                case .asking: tally.asking += 1
                case .acknowledged: tally.acknowledged += 1
                case .refused: tally.refused += 1
                case .unknown: tally.unknown += 1
                }
            }
            return tally
        }
    }
}
