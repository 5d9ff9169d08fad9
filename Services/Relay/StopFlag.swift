import Dispatch
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

/// Runs `body`, which may block, on a thread of its own until it returns; asks it to stop when the
/// task is cancelled.
func onThread(_ label: String, _ body: @escaping @Sendable (StopFlag) -> Void) async {
    let stop = StopFlag()
    await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: label).async {
                body(stop)
                continuation.resume()
            }
        }
    } onCancel: {
        stop.set()
    }
}
