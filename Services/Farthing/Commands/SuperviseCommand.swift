import ArgumentParser
import Contracts
import FoundationEssentials
import Glibc
import LocalStack

/// What `farthing up` leaves in the background: starts everything, keeps it alive, and is the
/// proxy before the embedded broker. Writes what happens as lines to its output.
struct SuperviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "supervise", abstract: "Keeps a local stack alive.", shouldDisplay: false)

    @OptionGroup var options: StackOptions

    func run() async throws {
        let folder = StackFolder.nearest()
        try folder.create()
        let lock = try lockOrExit(folder)
        defer { close(lock) }
        try folder.supervisorPids.write(StackFolder.supervisor, getpid())
        defer { folder.supervisorPids.remove(StackFolder.supervisor) }

        let configuration = options.configuration(folder)
        let signals = Signals()
        do {
            let started = try await signals.interrupt {
                try await Stack.start(configuration) { Self.report($0) }
            }
            guard let stack = started else { return }
            Self.say("everything runs")
            _ = await signals.first()
            Self.say("stopping")
            await stack.stop()
        } catch {
            Terminal().line("farthing: \(error)")
            throw ExitCode.failure
        }
    }

    /// Held for as long as this process lives; two of us must not write to the same data.
    private func lockOrExit(_ folder: StackFolder) throws -> Int32 {
        let descriptor = open(folder.lock, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            Terminal().line("farthing: another farthing starts or runs in \(folder.path)")
            throw ExitCode.failure
        }
        return descriptor
    }

    private static func report(_ event: StackEvent) {
        switch event {
        case .step(let text): say(text)
        case .process(.ready(let name, let time)): say("\(name) is ready after \(time.short)")
        case .process(.died(let name, let status, let pause?)):
            say("\(name) died (\(status)): starting it again in \(pause.short)")
        case .process(.died(let name, let status, nil)): say("\(name) died (\(status))")
        case .process(.failed(let name, let reason)): say("\(name): \(reason)")
        case .process(.started), .process(.stopped): break
        }
    }

    private static func say(_ text: String) {
        let time = RFC3339.format(Date()).dropFirst(11).prefix(12)
        Terminal().line("\(time)  \(text)")
    }
}
