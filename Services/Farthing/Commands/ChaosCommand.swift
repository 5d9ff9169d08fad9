import ArgumentParser
import Glibc
import LocalStack

/// `farthing chaos`: is anything lost when everything breaks?
struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract:
            "Breaks a stack of its own in every way, under load, and checks that all is well.",
        discussion: """
            Payments, refunds and cancellations come in at a steady rate while processes are killed
            and frozen and the network misbehaves, as a seed says. Then all is left alone, every
            saga must end, and the books, the events and what the clients know must agree.
            Exits with 0 if nothing is wrong, with 1 if something is, and with 2 if it could not
            run. Ctrl-C ends the load early; once more, everything.
            """)

    @Option(help: "The same seed gives the same faults and the same load (a new one if none).")
    var seed: UInt64?

    @Option(help: "For how many minutes; may be fractional.")
    var minutes: Double?

    @Option(help: "For how many seconds, instead of minutes.")
    var seconds: Int?

    @Option(help: "Customers a second.")
    var rate = 20

    @Option(help: "Use the Kafka at HOST:PORT, which no other stack may use now.")
    var kafka: String?

    @Option(help: "Work in this folder (.farthing/chaos-SEED unless given).")
    var folder: String?

    @Flag(help: "Keep PostgreSQL's data also if nothing is wrong.")
    var keep = false

    @Flag(help: "Show the plan of faults and do nothing.")
    var planOnly = false

    func validate() throws {
        if minutes != nil, seconds != nil {
            throw ValidationError("--minutes and --seconds exclude each other.")
        }
        guard (0.05...10_000).contains(minutes ?? 1), (3...600_000).contains(seconds ?? 3) else {
            throw ValidationError("A run lasts at least 3 seconds, and at most a week.")
        }
        guard (1...1000).contains(rate) else {
            throw ValidationError("--rate must be between 1 and 1000.")
        }
    }

    private var length: Duration {
        seconds.map { .seconds($0) } ?? .milliseconds(Int((minutes ?? 1) * 60_000))
    }

    func run() async throws {
        let terminal = Terminal()
        let seed = seed ?? UInt64.random(in: 1...999_999)
        let plan = FaultPlan(seed: seed, length: length, ownBroker: kafka == nil)
        terminal.title("Chaos of \(length.short), \(rate) customers a second, seed \(seed)")
        for window in plan.windows { terminal.line("  \(window)") }
        if planOnly { return }

        let report: ChaosReport
        let run: ChaosRun
        do {
            run = try makeRun(seed, terminal)
            let lock = try run.folder.begin()
            defer { close(lock) }
            terminal.title("Running in \(run.folder.path)")
            guard let told = try await run.run() else { throw ExitCode(130) }
            report = told
            try run.folder.keep(report)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            terminal.error("farthing: \(error)")
            throw ExitCode(2)
        }
        show(report, terminal)
        let isSound = report.violations.isEmpty
        if isSound, !keep { run.removeData() }
        terminal.line("\n  Everything about it is in \(run.folder.path).")
        if !isSound { throw ExitCode.failure }
    }

    private func makeRun(_ seed: UInt64, _ terminal: Terminal) throws -> ChaosRun {
        let home = StackFolder.nearest()
        let folder = ChaosFolder(path: folder ?? "\(home.path)/chaos-\(seed)")
        var settings = ChaosRun.Settings(
            seed: seed, length: length, rate: rate, kafka: kafka,
            binaries: StackOptions.ownDirectory)
        if kafka == nil { settings.brokerBinary = try Broker.locate(below: home.path) }
        return ChaosRun(
            settings: settings, folder: folder, view: LiveView(terminal))
    }

    private func show(_ report: ChaosReport, _ terminal: Terminal) {
        terminal.title(report.wasInterrupted ? "Report, of a run cut short" : "Report")
        for line in report.lines { terminal.line("  " + line) }
        guard !report.violations.isEmpty else {
            terminal.line("\n  " + terminal.good("Nothing was violated."))
            return
        }
        terminal.line("\n  " + terminal.bad("\(report.violations.count) violations:"))
        for violation in report.violations.prefix(30) { terminal.line("  \(violation)") }
    }
}
