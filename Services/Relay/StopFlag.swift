import Glibc
import Synchronization

/// Tells a thread that the process is to end.
final class StopFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }

    /// Sleeps, but not much longer than the flag lets it.
    func pause(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while !isSet, ContinuousClock.now < end { usleep(20_000) }
    }
}
