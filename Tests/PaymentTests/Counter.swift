import Synchronization

/// Counts what happens in several tasks.
final class Counter: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Counts one more, and tells how many there are now.
    @discardableResult
    func next() -> Int { count.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue }
}
