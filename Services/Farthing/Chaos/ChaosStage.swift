import AsyncHTTPClient
import FoundationEssentials
import LocalStack
import Postgres

/// A running stack with everybody who acts on it and who looks at it.
struct ChaosStage: Sendable {
    let stack: Stack
    let settings: ChaosRun.Settings
    let timeline: Timeline
    let market: Marketplace
    let records = Records()

    private let payment: APIClient
    private let ledger: APIClient
    private let observers: Observers

    /// Puts the observers in place, then opens the market: they miss nothing. Throws what keeps
    /// one of them from it.
    init(
        _ stack: Stack, _ http: HTTPClient, _ settings: ChaosRun.Settings, _ timeline: Timeline
    ) async throws {
        self.stack = stack
        self.settings = settings
        self.timeline = timeline
        let environment = stack.environment
        func client(_ url: String) -> APIClient {
            var client = APIClient(
                baseURL: url, token: environment.token, timeout: .seconds(6))
            client.http = http
            return client
        }
        payment = client(environment.paymentURL)
        ledger = client(environment.ledgerURL)
        let billing = client(environment.billingURL)
        observers = try Observers(
            stack, services: [("payment", payment), ("billing", billing), ("ledger", ledger)],
            topicsAreNew: settings.kafka == nil)
        do {
            market = try await Marketplace.open(ledger: ledger, billing: billing)
        } catch {
            await observers.stop()
            throw error
        }
    }

    private var customer: Customer {
        Customer(api: payment, market: market, records: records, seed: settings.seed)
    }

    /// Load and faults, until their time is up or somebody interrupts; tells whether somebody did.
    ///
    /// Throws if not even the first payment succeeds.
    func play(_ plan: FaultPlan, _ view: LiveView, _ signals: Signals) async throws -> Bool {
        let probes = Probes(customer)
        guard await probes.timeToSucceed() != nil else {
            throw LocalStackError(.notReady, "no payment succeeds even before anything is broken")
        }
        let injector = FaultInjector(
            stack: stack, plan: plan, timeline: timeline, probes: probes,
            length: settings.length)
        let load = LoadGenerator(
            customer: customer, rate: settings.rate, length: settings.length)
        let finished: Void? = try await watching(view, "of \(settings.length.short)") {
            try await signals.interrupt {
                async let faults: Void = injector.run()
                await load.run()
                await faults
                try Task.checkCancellation()
            }
        }
        return finished == nil
    }

    /// Waits until all is quiet, and gathers everything by which the run is judged.
    func facts(within limit: Duration, _ view: LiveView) async throws -> Facts {
        timeline.note("quiet: load and faults have ended")
        let environment = stack.environment
        let verifier = Verifier(
            Verifier.Databases(
                payment: environment.paymentDatabase, billing: environment.billingDatabase,
                ledger: environment.ledgerDatabase))
        let (findings, outboxes) = try await watching(view, "quiet") {
            _ = try await verifier.waitUntilQuiet(upTo: limit)
            let outboxes = try await observers.outboxes(within: .seconds(60))
            let seals = StackSeals(environment, binaries: settings.binaries)
            let findings = try await verifier.verify().adding(try await seals.findings())
            return (findings.findings.map(\.description), outboxes)
        }
        timeline.note("verified: \(findings.isEmpty ? "nothing wrong" : "\(findings.count)")")
        let inspection = Inspection(
            environment: environment, payments: payment, ledger: ledger, market: market)
        var facts = await inspection.facts(of: records.all)
        facts.findings = findings
        facts.outboxes = outboxes
        facts.timeline = timeline.all
        facts.topicsAreOurs = settings.kafka == nil
        await observers.stop()
        facts.sightings = observers.sightings
        facts.consumers = observers.consumers
        facts.sagas = try await observers.sagas()
        return facts
    }

    /// Runs `body`, and shows meanwhile how things are.
    private func watching<Value: Sendable>(
        _ view: LiveView, _ phase: String, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let began = ContinuousClock.now
        let watch = Task {
            while !Task.isCancelled {
                await observers.look()
                view.show(block("\(began.duration(to: .now).short) \(phase)"))
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
        defer {
            watch.cancel()
            view.close()
        }
        return try await body()
    }

    private func block(_ title: String) -> [String] {
        let tally = records.tally
        let sagas = observers.lastSagas
        let recoveries = timeline.all.suffix(3).compactMap(\.recoveryMilliseconds).map {
            Duration.milliseconds($0).short
        }
        return [
            title,
            "\(tally.sent) sent, \(tally.acknowledged) acknowledged, \(tally.refused) refused, "
                + "\(tally.unknown) unknown, \(tally.asking) asking",
            "sagas: \(sagas.succeeded) succeeded, \(sagas.compensated) compensated, "
                + "\(sagas.underWay) under way",
            "now: \(timeline.current ?? "no fault"); last recoveries: "
                + (recoveries.isEmpty ? "none" : recoveries.joined(separator: ", ")),
        ]
    }
}
