import FoundationEssentials
import Glibc
import Synchronization

/// Places at which a process can be made to fail on purpose, by its environment (DESIGN §16).
///
/// They stand at every commit, produce, acknowledge and offset-store edge. Without `FAILPOINTS` a
/// hit costs one load.
public enum Failpoint {
    private static let armed = Atomic(false)
    private static let plan = Mutex(FailpointPlan())

    /// Reads the environment once, whichever hit comes first. A malformed `FAILPOINTS` ends the
    /// process with one line: a fault test that injects nothing would pass for the wrong reason.
    private static let environment: Void = {
        do {
            try arm(from: ProcessInfo.processInfo.environment)
        } catch {
            FileDescriptorLine.write("Error: \(error)", to: STDERR_FILENO)
            exit(EXIT_FAILURE)
        }
    }()

    /// The edge of that name is reached: does nothing, or what `FAILPOINTS` says. Blocks the
    /// thread while delayed or hung. Throws `InjectedFailure`.
    public static func hit(_ name: @autoclosure () -> String) throws {
        switch action(name) {
        case nil: return
        case .crash: crash()
        case .error: throw InjectedFailure(name: name())
        case .delay(let milliseconds): usleep(UInt32(milliseconds) * 1000)
        case .hang: while true { sleep(3600) }
        }
    }

    /// The same, for tasks: suspends while delayed or hung. Throws `InjectedFailure`, and
    /// `CancellationError`.
    public static func reach(_ name: @autoclosure () -> String) async throws {
        switch action(name) {
        case nil: return
        case .crash: crash()
        case .error: throw InjectedFailure(name: name())
        case .delay(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
        case .hang: while true { try await Task.sleep(for: .seconds(3600)) }
        }
    }

    /// Adds the rules that an environment holds. Throws `HostError` if they are malformed.
    static func arm(from environment: [String: String]) throws(HostError) {
        guard let text = environment["FAILPOINTS"], !text.isEmpty else { return }
        let seedText = environment["FAILPOINTS_SEED"] ?? "0"
        guard let seed = UInt64(seedText) else {
            throw HostError(.configuration, "FAILPOINTS_SEED: '\(seedText)' is not a number")
        }
        let parsed = try FailpointPlan(parsing: text, seed: seed)
        plan.withLock { plan in
            if plan.rules.isEmpty { plan = parsed } else { plan.add(parsed) }
        }
        armed.store(true, ordering: .releasing)
    }

    private static func action(_ name: () -> String) -> FailpointPlan.Action? {
        _ = environment
        guard armed.load(ordering: .acquiring) else { return nil }
        let name = name()
        return plan.withLock { $0.hit(name) }
    }

    /// As a power cut would: nothing is flushed, nothing is told.
    private static func crash() -> Never {
        kill(getpid(), SIGKILL)
        while true { pause() }
    }
}

/// What the action `error` throws.
public struct InjectedFailure: Error, Equatable, Sendable, CustomStringConvertible {
    public let name: String
    public var description: String { "failpoint \(name)" }
}
