import AsyncHTTPClient
import FoundationEssentials
import LocalStack
import NIOCore

/// One run: a private stack, load, faults, quiet, judgement.
struct ChaosRun: Sendable {
    struct Settings: Sendable {
        var seed: UInt64
        var length: Duration
        /// Customers a second.
        var rate: Int
        /// A Kafka that no other stack uses, instead of the embedded broker.
        var kafka: String?
        var brokerBinary: String?
        var binaries: String
        /// For how long sagas may go on once load and faults have ended.
        var quiet = Duration.seconds(120)
    }

    let settings: Settings
    let folder: ChaosFolder
    let view: LiveView

    /// Runs it all and gives the report; `nil` if somebody wants no report. The first signal ends
    /// the load, the next one everything.
    ///
    /// Throws what keeps the stack from starting or the market from opening.
    func run() async throws -> ChaosReport? {
        let signals = Signals()
        let plan = FaultPlan(
            seed: settings.seed, length: settings.length, ownBroker: settings.kafka == nil)
        try folder.write(plan.description + "\n", to: folder.plan)
        let timeline = Timeline { line in
            folder.append(line)
            view.note(line)
        }
        let started = try await signals.interrupt {
            try await Stack.start(configuration) { event in
                if let text = event.mishap { timeline.note(text) }
            }
        }
        guard let stack = started else { return nil }
        let http = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: Self.httpConfiguration)
        let result: Result<ChaosReport?, any Error>
        do {
            let stage = try await ChaosStage(stack, http, settings, timeline)
            result = .success(try await judge(stage, plan, signals))
        } catch {
            result = .failure(error)
        }
        await stack.stop()
        try await http.shutdown()
        return try result.get()
    }

    private func judge(
        _ stage: ChaosStage, _ plan: FaultPlan, _ signals: Signals
    ) async throws -> ChaosReport? {
        let wasInterrupted = try await stage.play(plan, view, signals)
        let signals = wasInterrupted ? Signals() : signals
        let gathered = try await signals.interrupt {
            try await stage.facts(within: settings.quiet, view)
        }
        guard let facts = gathered else { return nil }
        return ChaosReport(
            seed: settings.seed, length: settings.length, rate: settings.rate,
            wasInterrupted: wasInterrupted, facts: facts, tally: stage.records.tally,
            violations: Judge(facts).violations())
    }

    /// Removes PostgreSQL's data, which nobody will want to look at.
    func removeData() { Stack.removeData(in: folder.path) }

    /// Impatient services, so that a lost message costs a second and not five, which do not give
    /// up during any outage of the plan.
    private var configuration: StackConfiguration {
        var configuration = StackConfiguration(
            directory: folder.path, binaries: settings.binaries)
        configuration.kafka = settings.kafka
        configuration.brokerBinary = settings.brokerBinary
        configuration.environment = [
            "payment": ["SAGA_TIMEOUT_MS": "1000", "SAGA_ATTEMPTS": "60"]
        ]
        configuration.diesWithParent = true
        return configuration
    }

    /// Connections enough for everybody who waits while a service is frozen.
    private static var httpConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
        configuration.timeout.connect = .seconds(2)
        return configuration
    }
}

extension StackEvent {
    /// What a reader of the timeline wants to know: who died, and who does not start.
    fileprivate var mishap: String? {
        switch self {
        case .process(.died(let name, let status, _)): "\(name) died (\(status))"
        case .process(.failed(let name, let reason)): "\(name): \(reason)"
        case .step, .process: nil
        }
    }
}
